package prow

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Merge adds a supplemental file to plugins.yaml, before Default. It may hold approve, bugzilla, external_plugins,
// label.restricted_labels, lgtm, plugins, triggers and welcome, and nothing that is there already; what is wrong is listed
// by the fields of the supplemental file. What can be merged is merged all the same.
func (c *PluginConfig) Merge(more *PluginConfig) Problems {
	v := &pluginChecker{c: c}
	v.unmergeable(more)
	addAll(v, "plugins", (*map[string]OrgPlugins)(&c.Plugins), more.Plugins)
	addAll(v, "external_plugins", &c.ExternalPlugins, more.ExternalPlugins)
	v.mergeBugzilla(more.Bugzilla)
	v.mergeLabels(more.Label.RestrictedLabels)
	c.Approve = slices.Concat(c.Approve, more.Approve)
	c.Lgtm = slices.Concat(c.Lgtm, more.Lgtm)
	c.Triggers = slices.Concat(c.Triggers, more.Triggers)
	c.Welcome = slices.Concat(c.Welcome, more.Welcome)
	return v.problems
}

// mergeable are the fields of a supplemental file.
var mergeable = []string{"approve", "bugzilla", "external_plugins", "lgtm", "plugins", "triggers", "welcome"}

// unmergeable finds what is set and belongs into plugins.yaml.
func (v *pluginChecker) unmergeable(more *PluginConfig) {
	of := reflect.ValueOf(*more)
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Type().Field(i).Tag.Get("json"), ",")
		if name == "label" {
			if len(more.Label.AdditionalLabels) > 0 {
				v.misplaced(field.NewPath("label", "additional_labels"))
			}
		} else if !slices.Contains(mergeable, name) && isSet(of.Field(i)) {
			v.misplaced(field.NewPath(name))
		}
	}
}

func (v *pluginChecker) misplaced(at *field.Path) {
	v.errorf("not-mergeable", at, "belongs into plugins.yaml: a supplemental file may hold %s and label.restricted_labels", strings.Join(mergeable, ", "))
}

// isSet says whether a value was given; empty lists and maps count as none, pointers as given.
func isSet(of reflect.Value) bool {
	switch of.Kind() {
	case reflect.Struct:
		for i := range of.NumField() {
			if isSet(of.Field(i)) {
				return true
			}
		}
		return false
	case reflect.Map, reflect.Slice:
		return of.Len() > 0
	default:
		return !of.IsZero()
	}
}

// addAll adds the entries of one map to another; a key of both is a duplicate.
func addAll[V any](v *pluginChecker, name string, to *map[string]V, more map[string]V) {
	for key, value := range inOrder(more) {
		if _, twice := (*to)[key]; twice {
			v.duplicate(field.NewPath(name).Key(key))
			continue
		}
		if *to == nil {
			*to = map[string]V{}
		}
		(*to)[key] = value
	}
}

func (v *pluginChecker) duplicate(at *field.Path) {
	v.errorf("merge-duplicate", at, "is in plugins.yaml or another supplemental file already; write it in one place")
}

func (v *pluginChecker) mergeBugzilla(more Bugzilla) {
	b, at := &v.c.Bugzilla, field.NewPath("bugzilla")
	switch {
	case more.Default == nil:
	case b.Default != nil:
		v.duplicate(at.Child("default"))
	default:
		b.Default = more.Default
	}
	for name, org := range inOrder(more.Orgs) {
		if b.Orgs == nil {
			b.Orgs = map[string]BugzillaOrgOptions{}
		}
		b.Orgs[name] = v.mergeBugzillaOrg(b.Orgs[name], org, at.Child("orgs").Key(name))
	}
}

func (v *pluginChecker) mergeBugzillaOrg(org, more BugzillaOrgOptions, at *field.Path) BugzillaOrgOptions {
	switch {
	case more.Default == nil:
	case org.Default != nil:
		v.duplicate(at.Child("default"))
	default:
		org.Default = more.Default
	}
	for name, repo := range inOrder(more.Repos) {
		if _, twice := org.Repos[name]; twice {
			v.duplicate(at.Child("repos").Key(name))
			continue
		}
		if org.Repos == nil {
			org.Repos = map[string]BugzillaRepoOptions{}
		}
		org.Repos[name] = repo
	}
	return org
}

// mergeLabels adds restricted labels; each may be there once per key.
func (v *pluginChecker) mergeLabels(more map[string][]RestrictedLabel) {
	l := &v.c.Label
	for key, labels := range inOrder(more) {
		for i, label := range labels {
			same := func(o RestrictedLabel) bool { return o.Label == label.Label }
			if slices.ContainsFunc(l.RestrictedLabels[key], same) {
				v.duplicate(field.NewPath("label", "restricted_labels").Key(key).Index(i))
			}
		}
		if l.RestrictedLabels == nil {
			l.RestrictedLabels = map[string][]RestrictedLabel{}
		}
		l.RestrictedLabels[key] = slices.Concat(l.RestrictedLabels[key], labels)
	}
}
