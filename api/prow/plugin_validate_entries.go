package prow

import (
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// commitMsgChecks are the checks that invalid_commit_msg knows.
var commitMsgChecks = []string{"fixupPrefix", "issueClosingKeywords"}

func (v *pluginChecker) commitMessages() {
	for i, m := range v.c.InvalidCommitMsg {
		for j, check := range m.Checks {
			if !slices.Contains(commitMsgChecks, check.Name) {
				v.errorf("unknown-check", field.NewPath("invalid_commit_msg").Index(i).Child("checks").Index(j).Child("name"),
					"there is no check %q; there are %s%s", check.Name, strings.Join(commitMsgChecks, " and "), didYouMean(check.Name, commitMsgChecks))
			}
		}
	}
}

// didYouMean is a guess for the end of a message; empty when nothing is near.
func didYouMean(word string, candidates []string) string {
	if meant := Closest(word, candidates); meant != "" {
		return "; did you mean " + meant + "?"
	}
	return ""
}

func reposOf[T any](entries []T, repos func(T) []string) [][]string {
	out := make([][]string, len(entries))
	for i, e := range entries {
		out[i] = repos(e)
	}
	return out
}

// oneEntryPerRepo finds organisations and repositories that a list of entries names twice, of which the second would be
// for nothing.
func (v *pluginChecker) oneEntryPerRepo(key string, entries [][]string) {
	first := map[string]int{}
	for i, repos := range entries {
		for j, repo := range repos {
			if before, twice := first[repo]; twice {
				v.errorf("repo-duplicate", field.NewPath(key).Index(i).Child("repos").Index(j), "%q is in %s[%d] already", repo, key, before)
				continue
			}
			first[repo] = i
		}
	}
}

// maxPartitions limits over how many ConfigMaps the files of one pattern are spread.
const maxPartitions = 256

func (v *pluginChecker) configUpdater() {
	u := v.c.ConfigUpdater
	owner := map[configMapKey]string{}
	for files, spec := range inOrder(u.Maps) {
		at := field.NewPath("config_updater", "maps").Key(files)
		if spec.Name != "" && len(spec.PartitionedNames) > 0 {
			v.errorf("config-map-name", at, "name and partitioned_names exclude each other")
		}
		if n := len(spec.PartitionedNames); n > maxPartitions {
			v.errorf("config-map-partitions", at.Child("partitioned_names"), "%d are too many; at most %d are supported", n, maxPartitions)
		}
		if len(spec.Clusters) > 0 && len(spec.ClusterGroups) > 0 {
			v.errorf("config-map-clusters", at, "clusters and cluster_groups exclude each other")
		}
		v.clusterGroups(spec, at)
		for key := range u.keys(files, spec) {
			if before, taken := owner[key]; taken {
				v.errorf("config-map-key", at, "the key %s of the ConfigMap %s in namespace %q of cluster %s is written by %s already", key.key, key.name, key.namespace, key.cluster, before)
				break
			}
			owner[key] = files
		}
	}
}

func (v *pluginChecker) clusterGroups(spec ConfigMapSpec, at *field.Path) {
	for i, name := range spec.ClusterGroups {
		if _, known := v.c.ConfigUpdater.ClusterGroups[name]; !known {
			var names []string
			for group := range inOrder(v.c.ConfigUpdater.ClusterGroups) {
				names = append(names, group)
			}
			v.errorf("unknown-cluster-group", at.Child("cluster_groups").Index(i), "there is no cluster group %q%s", name, didYouMean(name, names))
		}
	}
}

// configMapKey is one key of one ConfigMap.
type configMapKey struct{ name, namespace, cluster, key string }

// keys are the keys that a pattern's files are written to, as far as Prow's loader sees: a pattern counts as one file, by
// its last part.
func (u ConfigUpdater) keys(files string, spec ConfigMapSpec) func(yield func(configMapKey) bool) {
	name, key := spec.Name, spec.Key
	if name == "" {
		name = strings.Join(spec.PartitionedNames, ",")
	}
	if key == "" {
		key = path.Base(files)
	}
	return func(yield func(configMapKey) bool) {
		for cluster, namespaces := range inOrder(u.places(spec)) {
			for _, namespace := range namespaces {
				if !yield(configMapKey{name, namespace, cluster, key}) {
					return
				}
			}
		}
	}
}

// places are the namespaces of a ConfigMap by cluster.
func (u ConfigUpdater) places(spec ConfigMapSpec) map[string][]string {
	if len(spec.Clusters) > 0 {
		return spec.Clusters
	}
	places := map[string][]string{}
	for _, name := range spec.ClusterGroups {
		for _, cluster := range u.ClusterGroups[name].Clusters {
			places[cluster] = append(places[cluster], u.ClusterGroups[name].Namespaces...)
		}
	}
	if len(places) == 0 {
		return map[string][]string{"default": {""}} // a group without clusters, as one that is not there
	}
	return places
}

func (v *pluginChecker) projectManager() {
	for key, repo := range inOrder(v.c.ProjectManager.OrgRepos) {
		at := field.NewPath("project_manager", "orgsRepos").Key(key)
		if len(repo.Projects) == 0 {
			v.errorf("missing-field", at.Child("projects"), "at least one project is required")
		}
		for name, project := range inOrder(repo.Projects) {
			v.project(project, at.Child("projects").Key(name))
		}
	}
}

func (v *pluginChecker) project(p ManagedProject, at *field.Path) {
	if len(p.Columns) == 0 {
		v.errorf("missing-field", at.Child("columns"), "at least one column is required")
	}
	first := map[string]int{}
	for i, column := range p.Columns {
		at := at.Child("columns").Index(i)
		if column.ID == nil && column.Name == "" {
			v.errorf("missing-field", at, "id or name is required")
		}
		if column.Org == "" {
			v.errorf("missing-field", at.Child("org"), "is required")
		}
		if len(column.Labels) == 0 {
			v.errorf("missing-field", at.Child("labels"), "at least one label is required")
			continue
		}
		labels := strings.Join(union(column.Labels, nil), "\n")
		if before, twice := first[labels]; twice {
			v.errorf("column-duplicate", at.Child("labels"), "columns[%d] has the same labels", before)
			continue
		}
		first[labels] = i
	}
}
