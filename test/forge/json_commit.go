package forge

import (
	"maps"
	"net/url"
	"strings"
)

// escapePath escapes a path for a URL but keeps its slashes.
func escapePath(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

func signatureJSON(s SignatureView) obj {
	return obj{"name": s.Name, "email": s.Email, "date": stamp(s.Date)}
}

// unsigned is GitHub's verification of a commit without signature.
func unsigned() obj {
	return obj{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
}

// byEmail finds the account that a commit's e-mail belongs to; nil (null) if there is none.
func (f *Forge) byEmail(email string) any {
	for _, a := range f.accounts {
		if email != "" && (a.email == email || f.signature(a).Email == email) {
			return f.userJSON(a)
		}
	}
	return nil
}

// commitJSON is GitHub's "commit", without files.
func (f *Forge) commitJSON(r *repo, c CommitView) obj {
	u := f.repoURL(r, "/commits/%s", c.SHA)
	parents := []obj{}
	for _, p := range c.Parents {
		parents = append(parents, obj{"sha": p, "url": f.repoURL(r, "/commits/%s", p), "html_url": f.pageURL(r, "/commit/%s", p)})
	}
	return obj{
		"sha": c.SHA, "node_id": "C_" + c.SHA, "url": u, "html_url": f.pageURL(r, "/commit/%s", c.SHA), "comments_url": u + "/comments",
		"author": f.byEmail(c.Author.Email), "committer": f.byEmail(c.Committer.Email), "parents": parents,
		"commit": obj{
			"url": f.repoURL(r, "/git/commits/%s", c.SHA), "author": signatureJSON(c.Author), "committer": signatureJSON(c.Committer),
			"message": c.Message, "tree": obj{"sha": c.Tree, "url": f.repoURL(r, "/git/trees/%s", c.Tree)}, "comment_count": 0,
			"verification": unsigned(),
		},
	}
}

// commitWithFiles is the answer to GET /commits/{ref}: with the changes against the first parent.
func (f *Forge) commitWithFiles(r *repo, c CommitView) (obj, error) {
	parent := ""
	if len(c.Parents) > 0 {
		parent = c.Parents[0]
	}
	files, err := r.git.diff(parent, c.SHA, true)
	if err != nil {
		return nil, err
	}
	additions, deletions := diffStat{files: files}.sums()
	out := f.commitJSON(r, c)
	list := []obj{}
	for _, file := range files {
		list = append(list, f.fileJSON(r, c.SHA, file))
	}
	maps.Copy(out, obj{"files": list, "stats": obj{"additions": additions, "deletions": deletions, "total": additions + deletions}})
	return out, nil
}

// gitCommitJSON is GitHub's "git commit", the commit as git knows it.
func (f *Forge) gitCommitJSON(r *repo, c CommitView) obj {
	full := f.commitJSON(r, c)
	return obj{
		"sha": c.SHA, "node_id": full["node_id"], "url": f.repoURL(r, "/git/commits/%s", c.SHA), "html_url": full["html_url"],
		"author": signatureJSON(c.Author), "committer": signatureJSON(c.Committer), "message": c.Message, "parents": full["parents"],
		"tree": obj{"sha": c.Tree, "url": f.repoURL(r, "/git/trees/%s", c.Tree)}, "verification": unsigned(),
	}
}

// simpleCommitJSON is GitHub's "simple commit", as in check suites and merge groups.
func simpleCommitJSON(c CommitView) obj {
	return obj{
		"id": c.SHA, "tree_id": c.Tree, "message": c.Message, "timestamp": stamp(c.Author.Date),
		"author":    obj{"name": c.Author.Name, "email": c.Author.Email},
		"committer": obj{"name": c.Committer.Name, "email": c.Committer.Email},
	}
}

// pushCommitJSON is a commit in a push event, with the paths that it changed.
func (f *Forge) pushCommitJSON(r *repo, c CommitView) obj {
	who := func(s SignatureView) obj {
		out := obj{"name": s.Name, "email": s.Email}
		if u, ok := f.byEmail(s.Email).(obj); ok {
			out["username"] = u["login"]
		}
		return out
	}
	paths := map[string][]string{"added": {}, "removed": {}, "modified": {}}
	parent := ""
	if len(c.Parents) > 0 {
		parent = c.Parents[0]
	}
	files, err := r.git.diff(parent, c.SHA, false)
	if err != nil {
		f.fault(err)
	}
	for _, file := range files {
		switch file.Status {
		case "added", "removed":
			paths[file.Status] = append(paths[file.Status], file.Path)
		case "renamed":
			paths["removed"] = append(paths["removed"], file.Previous)
			paths["added"] = append(paths["added"], file.Path)
		default:
			paths["modified"] = append(paths["modified"], file.Path)
		}
	}
	return obj{
		"id": c.SHA, "tree_id": c.Tree, "distinct": true, "message": c.Message, "timestamp": stamp(c.Author.Date),
		"url": f.pageURL(r, "/commit/%s", c.SHA), "author": who(c.Author), "committer": who(c.Committer),
		"added": paths["added"], "removed": paths["removed"], "modified": paths["modified"],
	}
}
