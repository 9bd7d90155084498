package forge

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

func (q *graphQuery) repository(r *repo) any {
	if r == nil {
		return nil
	}
	return &graphObject{"Repository", map[string]any{
		"id": q.f.nodeID("R", r.id), "databaseId": r.id, "name": r.name, "nameWithOwner": r.fullName(),
		"owner": func() any { return q.someone(r.owner) }, "description": orNull(r.description),
		"url": q.f.pageURL(r, ""), "resourcePath": "/" + r.fullName(), "isPrivate": r.private, "isArchived": r.archived,
		"visibility": map[bool]string{true: "PRIVATE", false: "PUBLIC"}[r.private],
		"isFork":     r.parent != nil, "parent": func() any { return q.repository(r.parent) }, "isInOrganization": r.owner.kind == "Organization",
		"createdAt": r.created, "updatedAt": r.updated, "pushedAt": r.pushed, "isEmpty": len(r.branches()) == 0,
		"mergeCommitAllowed": r.allowMerge, "squashMergeAllowed": r.allowSquash, "rebaseMergeAllowed": r.allowRebase,
		"deleteBranchOnMerge": r.deleteBranch,
		"viewerPermission":    func() any { return q.viewerPermission(r) },
		"defaultBranchRef":    func() any { return q.ref(r, "refs/heads/"+r.defaultBranch) },
		"ref":                 func(args graphArgs) (any, error) { return q.ref(r, qualified(r, args.text("qualifiedName"))), nil },
		"refs":                pagedField("Ref", func(args graphArgs) ([]any, map[string]any, error) { return q.refs(r, args), nil, nil }),
		"object": func(args graphArgs) (any, error) {
			return q.gitObject(r, cmp.Or(args.text("oid"), args.text("expression"))), nil
		},
		"label":        func(args graphArgs) (any, error) { return q.label(r, r.label(args.text("name"))), nil },
		"labels":       pagedList("Label", func() []any { return q.labels(r, r.labels) }),
		"pullRequest":  func(args graphArgs) (any, error) { return q.findPull(r, args) },
		"pullRequests": pagedField("PullRequest", func(args graphArgs) ([]any, map[string]any, error) { return q.pulls(r, args), nil, nil }),
	}}
}

func (q *graphQuery) viewerPermission(r *repo) any {
	if q.who.isInstallation() {
		return nil // as on GitHub: an installation has permissions, no role
	}
	return enumValue(strings.Replace(r.permission(q.who.acct), "none", "", 1))
}

// qualified is the full name of a ref that may be given as full name, or as the name of a branch or tag.
func qualified(r *repo, name string) string {
	for _, full := range []string{name, "refs/" + name, "refs/heads/" + name, "refs/tags/" + name} {
		if strings.HasPrefix(full, "refs/") && r.refs[full] != "" {
			return full
		}
	}
	return name
}

// ref is a branch or tag by its full name, or nil.
func (q *graphQuery) ref(r *repo, full string) any {
	sha := r.refs[full]
	if sha == "" {
		return nil
	}
	parts := strings.SplitN(full, "/", 3)
	name, prefix := parts[len(parts)-1], strings.TrimSuffix(full, parts[len(parts)-1])
	return &graphObject{"Ref", map[string]any{
		"id": q.f.nodeID("REF", r.id) + full, "name": name, "prefix": prefix,
		"repository": func() any { return q.repository(r) },
		"target":     func() any { return q.gitObject(r, sha) },
	}}
}

func (q *graphQuery) refs(r *repo, args graphArgs) (out []any) {
	var names []string
	for full := range r.refs {
		if strings.HasPrefix(full, args.text("refPrefix")) && strings.Contains(full, args.text("query")) {
			names = append(names, full)
		}
	}
	slices.Sort(names)
	return anys(names, func(full string) any { return q.ref(r, full) })
}

// gitObject is the commit, tree or blob that git finds for a SHA or an expression as "main:path"; nil if none.
func (q *graphQuery) gitObject(r *repo, expression string) any {
	if expression == "" {
		return nil
	}
	sha, err := r.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", expression)
	if err != nil {
		return nil
	}
	kind, err := r.git.line("cat-file", "-t", sha)
	if err != nil {
		return nil
	}
	switch kind {
	case "commit":
		return q.commit(r, sha)
	case "blob":
		return q.blob(r, sha)
	case "tree":
		return &graphObject{"Tree", map[string]any{"id": q.f.nodeID("T", r.id) + sha, "oid": sha, "abbreviatedOid": sha[:7]}}
	}
	return nil
}

func (q *graphQuery) blob(r *repo, sha string) any {
	content, err := r.git.run(nil, nil, "cat-file", "blob", sha)
	if err != nil {
		return nil
	}
	fields := map[string]any{
		"id": q.f.nodeID("B", r.id) + sha, "oid": sha, "abbreviatedOid": sha[:7], "byteSize": len(content), "isTruncated": false,
		"isBinary": !utf8.Valid(content), "text": string(content),
	}
	if fields["isBinary"] == true {
		fields["text"] = nil
	}
	return &graphObject{"Blob", fields}
}

func (q *graphQuery) label(r *repo, l *label) any {
	if l == nil {
		return nil
	}
	path := "/" + r.fullName() + "/labels/" + l.name
	return &graphObject{"Label", map[string]any{
		"id": q.f.nodeID("LA", l.id), "name": l.name, "color": l.color, "description": orNull(l.description), "isDefault": false,
		"url": q.f.base + path, "resourcePath": path, "repository": func() any { return q.repository(r) },
	}}
}

func (q *graphQuery) labels(r *repo, list []*label) []any {
	return anys(list, func(l *label) any { return q.label(r, l) })
}
