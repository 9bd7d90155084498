package forge

import (
	"net/http"
	"slices"
	"sort"
	"strings"
)

// listBranches: GET /branches.
func listBranches(c *call) (reply, error) {
	list := slices.DeleteFunc(c.repo.branches(), func(b string) bool {
		return c.query("protected") != "" && c.repo.isProtected(b) != (c.query("protected") == "true")
	})
	return okay(paged(c, list, func(b string) obj {
		sha := c.repo.refs["refs/heads/"+b]
		return obj{"name": b, "commit": obj{"sha": sha, "url": c.f.repoURL(c.repo, "/commits/%s", sha)}, "protected": c.repo.isProtected(b)}
	}))
}

// getBranch: GET /branches/{branch}.
func getBranch(c *call) (reply, error) {
	name := c.params["branch"]
	sha := c.repo.refs["refs/heads/"+name]
	if sha == "" {
		return reply{}, refuse(http.StatusNotFound, "Branch not found")
	}
	v, err := c.f.commitOf(c.repo, sha)
	if err != nil {
		return reply{}, err
	}
	self := c.f.repoURL(c.repo, "/branches/%s", name)
	contexts, checks := []string{}, []obj{}
	for _, r := range c.repo.rulesFor(name) {
		for _, want := range r.checks {
			contexts = append(contexts, want.context)
			checks = append(checks, checkJSON(want))
		}
	}
	protected := c.repo.isProtected(name)
	level := map[bool]string{true: "non_admins", false: "off"}[len(contexts) > 0]
	return okay(obj{
		"name": name, "commit": c.f.commitJSON(c.repo, v), "protected": protected, "protection_url": self + "/protection",
		"protection": obj{"enabled": protected, "required_status_checks": obj{"enforcement_level": level, "contexts": contexts, "checks": checks}},
		"_links":     obj{"self": self, "html": c.f.pageURL(c.repo, "/tree/%s", name)},
	})
}

// checkJSON is a required check; app_id is null where anybody may set it.
func checkJSON(want requiredCheck) obj {
	var app any
	if want.app != 0 {
		app = want.app
	}
	return obj{"context": want.context, "app_id": app}
}

// allRefs are the refs as git clients see them, those of pull requests too.
func (c *call) allRefs() (map[string]string, error) { return c.repo.git.refsNow() }

// getRef: GET /git/ref/{ref}, as in heads/main.
func getRef(c *call) (reply, error) {
	refs, err := c.allRefs()
	if err != nil {
		return reply{}, err
	}
	ref := "refs/" + c.params["ref"]
	if refs[ref] == "" {
		return reply{}, errNotFound
	}
	return okay(c.f.refJSON(c.repo, ref, refs[ref]))
}

// matchingRefs: GET /git/matching-refs/{ref}: all refs that begin so.
func matchingRefs(c *call) (reply, error) {
	refs, err := c.allRefs()
	if err != nil {
		return reply{}, err
	}
	var names []string
	for ref := range refs {
		if strings.HasPrefix(ref, "refs/"+c.params["ref"]) {
			names = append(names, ref)
		}
	}
	sort.Strings(names)
	return okay(paged(c, names, func(ref string) obj { return c.f.refJSON(c.repo, ref, refs[ref]) }))
}

type refRequest struct {
	Ref   string `json:"ref"`
	SHA   string `json:"sha"`
	Force bool   `json:"force"`
}

// createRef: POST /git/refs.
func createRef(c *call) (reply, error) {
	var in refRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !strings.HasPrefix(in.Ref, "refs/") || strings.Count(in.Ref, "/") < 2 || !c.writable(in.Ref) {
		return reply{}, refuse(http.StatusUnprocessableEntity, "Reference name must start with 'refs/' and have at least two slashes")
	}
	if c.repo.refs[in.Ref] != "" {
		return reply{}, refuse(http.StatusUnprocessableEntity, "Reference already exists")
	}
	if !c.isObject(in.SHA) {
		return reply{}, refuse(http.StatusUnprocessableEntity, "Object does not exist")
	}
	if err := c.f.moveRef(c.who, c.repo, in.Ref, in.SHA, false); err != nil {
		return reply{}, err
	}
	return created(c.f.refJSON(c.repo, in.Ref, in.SHA))
}

// writable says whether git allows the name and the forge does not keep the ref for itself.
func (c *call) writable(ref string) bool {
	_, err := c.repo.git.run(nil, nil, "check-ref-format", ref)
	return err == nil && !strings.HasPrefix(ref, "refs/pull/")
}

func (c *call) isObject(sha string) bool {
	return isHex(sha) && len(sha) == 40 && c.repo.has(sha)
}

// updateRef: PATCH /git/refs/{ref}.
func updateRef(c *call) (reply, error) {
	var in refRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	ref := "refs/" + c.params["ref"]
	if c.repo.refs[ref] == "" {
		return reply{}, refuse(http.StatusUnprocessableEntity, "Reference does not exist")
	}
	if !c.isObject(in.SHA) {
		return reply{}, refuse(http.StatusUnprocessableEntity, "Object does not exist")
	}
	if err := c.f.moveRef(c.who, c.repo, ref, in.SHA, in.Force); err != nil {
		return reply{}, err
	}
	return okay(c.f.refJSON(c.repo, ref, in.SHA))
}

// deleteRef: DELETE /git/refs/{ref}.
func deleteRef(c *call) (reply, error) {
	if err := c.f.moveRef(c.who, c.repo, "refs/"+c.params["ref"], "", true); err != nil {
		return reply{}, err
	}
	return noContent()
}

// getGitCommit: GET /git/commits/{sha}.
func getGitCommit(c *call) (reply, error) {
	if !c.isObject(c.params["sha"]) {
		return reply{}, errNotFound
	}
	v, err := c.f.commitOf(c.repo, c.params["sha"])
	if err != nil {
		return reply{}, err
	}
	return okay(c.f.gitCommitJSON(c.repo, v))
}

// getCommit: GET /commits/{ref}. With the media type "sha" it answers the bare SHA.
func getCommit(c *call) (reply, error) {
	sha, err := c.resolveRef()
	if err != nil {
		return reply{}, err
	}
	if strings.Contains(c.r.Header.Get("Accept"), "application/vnd.github.") && strings.Contains(c.r.Header.Get("Accept"), "sha") {
		return reply{status: http.StatusOK, body: []byte(sha), header: http.Header{"Content-Type": {"application/vnd.github.sha; charset=utf-8"}}}, nil
	}
	v, err := c.f.commitOf(c.repo, sha)
	if err != nil {
		return reply{}, err
	}
	out, err := c.f.commitWithFiles(c.repo, v)
	if err != nil {
		return reply{}, err
	}
	return okay(out)
}

// listCommits: GET /commits, newest first, from sha (a branch or a commit) and by path.
func listCommits(c *call) (reply, error) {
	from := c.query("sha")
	if from == "" {
		from = c.repo.defaultBranch
	}
	sha, ok := c.repo.git.resolve(from)
	if !ok {
		if len(c.repo.refs) == 0 {
			return reply{}, refuse(http.StatusConflict, "Git Repository is empty.")
		}
		return reply{}, errNotFound
	}
	args := []string{sha}
	for _, bound := range []string{"since", "until", "author"} {
		if v := c.query(bound); v != "" {
			args = append(args, "--"+bound+"="+v)
		}
	}
	args = append(args, "--")
	if path := c.query("path"); path != "" {
		args = append(args, path)
	}
	list, err := c.repo.git.commits(args...)
	if err != nil {
		return reply{}, err
	}
	return okay(paged(c, list, func(v CommitView) obj { return c.f.commitJSON(c.repo, v) }))
}

// listCommitPulls: GET /commits/{sha}/pulls: the pull requests that hold a commit, or were merged by it.
func listCommitPulls(c *call) (reply, error) {
	sha, ok := c.repo.git.resolve(c.params["sha"])
	if !ok {
		return reply{}, refuse(http.StatusUnprocessableEntity, "No commit found for SHA: "+c.params["sha"])
	}
	list := slices.DeleteFunc(c.repo.sortedPulls(), func(p *pull) bool {
		holds := slices.ContainsFunc(c.f.statOf(p).commits, func(v CommitView) bool { return v.SHA == sha })
		return !holds && p.mergeSHA != sha
	})
	return okay(paged(c, list, c.f.pullSimpleJSON))
}
