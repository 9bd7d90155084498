package forge

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// getTree: GET /git/trees/{tree}, with recursive=1 all levels.
func getTree(c *call) (reply, error) {
	name := c.params["tree"]
	if sha, ok := c.repo.git.resolve(name); ok {
		name = sha
	} else if !isHex(name) {
		return reply{}, errNotFound
	}
	sha, err := c.repo.git.line("rev-parse", "--verify", "--quiet", name+"^{tree}")
	if err != nil {
		return reply{}, errNotFound
	}
	entries, err := c.repo.git.tree(sha, "", c.query("recursive") != "")
	if err != nil {
		return reply{}, err
	}
	list := []obj{}
	for _, e := range entries {
		item := obj{"path": e.path, "mode": e.mode, "type": e.kind, "sha": e.sha, "url": c.f.repoURL(c.repo, "/git/%ss/%s", e.kind, e.sha)}
		if e.kind == "blob" {
			item["size"] = e.size
		}
		list = append(list, item)
	}
	return okay(obj{"sha": sha, "url": c.f.repoURL(c.repo, "/git/trees/%s", sha), "tree": list, "truncated": false})
}

// getBlob: GET /git/blobs/{sha}.
func getBlob(c *call) (reply, error) {
	sha := c.params["sha"]
	if !isHex(sha) {
		return reply{}, errNotFound
	}
	data, err := c.repo.git.run(nil, nil, "cat-file", "blob", sha)
	if err != nil {
		return reply{}, errNotFound
	}
	return okay(obj{
		"sha": sha, "node_id": "B_" + sha, "size": len(data), "url": c.f.repoURL(c.repo, "/git/blobs/%s", sha), "encoding": "base64",
		"content": wrapBase64(data),
	})
}

// wrapBase64 breaks lines after 60 characters, as GitHub does.
func wrapBase64(data []byte) string {
	text := base64.StdEncoding.EncodeToString(data)
	var out strings.Builder
	for chunk := range slices.Chunk([]byte(text), 60) {
		out.Write(chunk)
		out.WriteByte('\n')
	}
	return out.String()
}

// getContents: GET /contents/{path}: a file, or the list of a directory; raw by the Accept header.
func getContents(c *call) (reply, error) {
	ref := c.query("ref")
	if ref == "" {
		ref = c.repo.defaultBranch
	}
	sha, ok := c.repo.git.resolve(ref)
	if !ok {
		return reply{}, refuse(http.StatusNotFound, "No commit found for the ref "+ref)
	}
	name := strings.Trim(path.Clean("/"+c.params["path"]), "/")
	if name != "" {
		entries, err := c.repo.git.tree(sha, name, false)
		if err != nil || len(entries) != 1 {
			return reply{}, errNotFound
		}
		if entries[0].kind == "blob" {
			return c.fileReply(ref, entries[0])
		}
		name += "/"
	}
	entries, err := c.repo.git.tree(sha, name, false)
	if err != nil {
		return reply{}, err
	}
	list := []obj{}
	for _, e := range entries {
		list = append(list, c.contentJSON(ref, e))
	}
	return okay(list)
}

// maxInline is the size above which GitHub does not put a file's content into the answer.
const maxInline = 1 << 20

func (c *call) fileReply(ref string, e treeEntry) (reply, error) {
	data, err := c.repo.git.run(nil, nil, "cat-file", "blob", e.sha)
	if err != nil {
		return reply{}, err
	}
	if strings.Contains(c.r.Header.Get("Accept"), "raw") {
		return reply{status: http.StatusOK, body: data, header: http.Header{"Content-Type": {"application/vnd.github.raw; charset=utf-8"}}}, nil
	}
	out := c.contentJSON(ref, e)
	out["encoding"], out["content"] = "base64", wrapBase64(data)
	if len(data) > maxInline {
		out["encoding"], out["content"] = "none", ""
	}
	return okay(out)
}

// contentJSON is an entry of a directory.
func (c *call) contentJSON(ref string, e treeEntry) obj {
	kind, page := "file", "blob"
	switch {
	case e.kind == "tree":
		kind, page = "dir", "tree"
	case e.kind == "commit":
		kind = "submodule"
	case e.mode == "120000":
		kind = "symlink"
	}
	self := c.f.repoURL(c.repo, "/contents/%s?ref=%s", escapePath(e.path), ref)
	git := c.f.repoURL(c.repo, "/git/%ss/%s", e.kind, e.sha)
	html := c.f.pageURL(c.repo, "/%s/%s/%s", page, ref, escapePath(e.path))
	var download any
	if kind == "file" {
		download = c.f.pageURL(c.repo, "/raw/%s/%s", ref, escapePath(e.path))
	}
	return obj{
		"type": kind, "size": e.size, "name": path.Base(e.path), "path": e.path, "sha": e.sha, "url": self, "git_url": git, "html_url": html,
		"download_url": download, "_links": obj{"self": self, "git": git, "html": html},
	}
}

// compare: GET /compare/{base}...{head}; each side may be owner:branch of the same network.
func compare(c *call) (reply, error) {
	base, head, ok := strings.Cut(c.params["basehead"], "...")
	if !ok {
		return reply{}, errNotFound
	}
	baseSHA, err := c.compareSide(base)
	if err != nil {
		return reply{}, err
	}
	headSHA, err := c.compareSide(head)
	if err != nil {
		return reply{}, err
	}
	out, err := c.comparison(baseSHA, headSHA)
	if err != nil {
		return reply{}, err
	}
	out["url"], out["html_url"] = c.f.repoURL(c.repo, "/compare/%s...%s", base, head), c.f.pageURL(c.repo, "/compare/%s...%s", base, head)
	return okay(out)
}

// compareSide finds the commit of one side and, of a fork, brings it here.
func (c *call) compareSide(name string) (string, error) {
	from := c.repo
	if owner, branch, ok := strings.Cut(name, ":"); ok {
		name, from = branch, c.f.forkOf(c.repo, owner)
	}
	if from == nil {
		return "", errNotFound
	}
	sha, ok := from.git.resolve(name)
	if !ok {
		return "", errNotFound
	}
	if from != c.repo && !c.repo.has(sha) {
		if _, err := c.repo.git.run(nil, nil, "fetch", "--quiet", "--no-tags", string(from.git), sha); err != nil {
			return "", err
		}
	}
	return sha, nil
}

func (c *call) comparison(base, head string) (obj, error) {
	g := c.repo.git
	origin := g.mergeBase(base, head)
	if origin == "" {
		return nil, refuse(http.StatusNotFound, fmt.Sprintf("No common ancestor between %s and %s.", base, head))
	}
	ahead, err := g.commits("--reverse", head, "^"+base, "--")
	if err != nil {
		return nil, err
	}
	behind, err := g.commits(base, "^"+head, "--")
	if err != nil {
		return nil, err
	}
	files, err := g.diff(origin, head, true)
	if err != nil {
		return nil, err
	}
	baseCommit, err := c.f.commitOf(c.repo, base)
	if err != nil {
		return nil, err
	}
	originCommit, err := c.f.commitOf(c.repo, origin)
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for _, v := range files {
		list = append(list, c.f.fileJSON(c.repo, head, v))
	}
	page := c.f.pageURL(c.repo, "/compare/%s...%s", base, head)
	return obj{
		"permalink_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch", "base_commit": c.f.commitJSON(c.repo, baseCommit),
		"merge_base_commit": c.f.commitJSON(c.repo, originCommit), "status": relation(len(ahead), len(behind)), "ahead_by": len(ahead),
		"behind_by": len(behind), "total_commits": len(ahead), "files": list,
		"commits": paged(c, ahead, func(v CommitView) obj { return c.f.commitJSON(c.repo, v) }),
	}, nil
}

func relation(ahead, behind int) string {
	switch {
	case ahead > 0 && behind > 0:
		return "diverged"
	case ahead > 0:
		return "ahead"
	case behind > 0:
		return "behind"
	}
	return "identical"
}
