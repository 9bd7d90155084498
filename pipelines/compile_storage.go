package pipelines

import (
	"path"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// storage is where a run's files go in the bucket: Prow's layout (its pkg/pod-utils/gcs and pkg/gcsupload).
type storage struct {
	// dir is the run's own folder, with the path_prefix. alias is the path of a text that names it; empty for none. latest are
	// texts with the newest build id. Neither of these two gets the prefix, as in Prow.
	dir, alias string
	latest     []string
}

// storageOf knows the layout for each type of job. A folder on disk in place of a bucket gets the files without any path.
func storageOf(in Input, g *prow.GCSConfiguration) storage {
	job, build := in.Job.Name, in.BuildID
	if g.LocalOutputDir != "" {
		return storage{}
	}
	s := storage{latest: []string{path.Join("pr-logs/directory", job, "latest-build.txt")}}
	switch in.Job.Type {
	case prow.TypePresubmit:
		pull := path.Join("pr-logs/pull", repoSegment(g, in.Refs.Org, in.Refs.Repo), strconv.Itoa(in.Refs.Pulls[0].Number), job)
		s.dir, s.alias = path.Join(pull, build), path.Join("pr-logs/directory", job, build+".txt")
		s.latest = append(s.latest, path.Join(pull, "latest-build.txt"))
	case prow.TypeBatch:
		s.dir = path.Join("pr-logs/pull/batch", job, build)
	default:
		s.dir, s.latest = path.Join("logs", job, build), []string{path.Join("logs", job, "latest-build.txt")}
	}
	s.dir = path.Join(strings.Trim(g.PathPrefix, "/"), s.dir)
	return s
}

// repoSegment is the repository's part of a path by the path_strategy: "explicit" is always ORG_REPO, "single" leaves the default
// repository out, and "legacy" the default organisation too.
func repoSegment(g *prow.GCSConfiguration, org, repo string) string {
	known := org == g.DefaultOrg && g.PathStrategy != prow.PathStrategyExplicit
	switch {
	case known && repo == g.DefaultRepo && g.PathStrategy != "":
		return ""
	case known && g.PathStrategy == prow.PathStrategyLegacy:
		return repo
	}
	_, host, gerrit := strings.Cut(org, "://")
	if gerrit {
		org = host
	}
	return org + "_" + strings.ReplaceAll(repo, "/", "_")
}

// bucketURL is the bucket with its scheme; Prow takes a bare name for Google's.
func bucketURL(bucket string) string {
	if bucket == "" || strings.Contains(bucket, "://") {
		return strings.TrimSuffix(bucket, "/")
	}
	return "gs://" + strings.TrimSuffix(bucket, "/")
}
