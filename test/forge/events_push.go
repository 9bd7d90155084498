package forge

import (
	"maps"
	"strings"
)

// maxPushCommits is how many commits GitHub names in a push event.
const maxPushCommits = 2048

// emitRef sends what GitHub sends when a branch or a tag appears, moves or goes: create or delete, and push.
func (f *Forge) emitRef(who *actor, r *repo, ref, old, sha string) error {
	kind, name := "branch", strings.TrimPrefix(ref, "refs/heads/")
	if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
		kind, name = "tag", tag
	} else if name == ref {
		return nil // neither branch nor tag: nothing is sent
	}
	body, err := f.pushBody(who, r, ref, old, sha)
	if err != nil {
		return err
	}
	switch {
	case old == "":
		f.emit(event{name: "create", repo: r, who: who, body: obj{
			"ref": name, "ref_type": kind, "master_branch": r.defaultBranch, "description": orNull(r.description), "pusher_type": "user",
		}})
	case sha == "":
		f.emit(event{name: "delete", repo: r, who: who, body: obj{"ref": name, "ref_type": kind, "pusher_type": "user"}})
	}
	f.emit(event{name: "push", repo: r, who: who, body: body})
	return nil
}

func (f *Forge) pushBody(who *actor, r *repo, ref, old, sha string) (obj, error) {
	commits, err := f.pushedCommits(r, old, sha)
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for _, c := range commits {
		list = append(list, f.pushCommitJSON(r, c))
	}
	var head any
	if len(list) > 0 {
		head = list[len(list)-1]
	} else if sha != "" {
		tip, err := r.git.peel(sha)
		if err != nil {
			return nil, err
		}
		c, err := f.commitOf(r, tip)
		if err != nil {
			return nil, err
		}
		head = f.pushCommitJSON(r, c)
	}
	compare := f.pageURL(r, "/compare/%s...%s", short(old), short(sha))
	if old == "" {
		compare = f.pageURL(r, "/commit/%s", short(sha))
	}
	return obj{
		"ref": ref, "before": orZero(old), "after": orZero(sha), "created": old == "", "deleted": sha == "",
		"forced": old != "" && sha != "" && !r.git.isAncestor(old, sha), "base_ref": nil, "compare": compare, "commits": list,
		"head_commit": head, "pusher": obj{"name": who.login(), "email": f.pusherEmail(who)}, "repository": f.pushRepoJSON(r),
	}, nil
}

func (f *Forge) pusherEmail(who *actor) any {
	if who == nil || who.acct == nil {
		return nil
	}
	return f.signature(who.acct).Email
}

// pushedCommits lists what a push brought, oldest first. For a new branch these are the commits that no other branch has.
func (f *Forge) pushedCommits(r *repo, old, sha string) ([]CommitView, error) {
	if sha == "" {
		return nil, nil
	}
	args := []string{"--reverse", sha}
	if old != "" {
		args = append(args, "^"+old)
	}
	for ref, other := range r.refs {
		if old == "" && other != sha && strings.HasPrefix(ref, "refs/heads/") {
			args = append(args, "^"+other)
		}
	}
	commits, err := r.git.commits(append(args, "--")...)
	if err != nil {
		return nil, err
	}
	if old == "" && r.knownElsewhere(sha) {
		return nil, nil
	}
	return commits[max(0, len(commits)-maxPushCommits):], nil
}

// knownElsewhere says whether two branches point to a commit, so that the younger brought nothing.
func (r *repo) knownElsewhere(sha string) bool {
	n := 0
	for ref, other := range r.refs {
		if other == sha && strings.HasPrefix(ref, "refs/heads/") {
			n++
		}
	}
	return n > 1
}

// pushRepoJSON is a repository in a push event, where two times are numbers.
func (f *Forge) pushRepoJSON(r *repo) any {
	out, _ := f.repoJSON(r).(obj)
	maps.Copy(out, obj{"created_at": r.created.Unix(), "pushed_at": r.pushed.Unix(), "master_branch": r.defaultBranch, "stargazers": 0})
	return out
}

func short(sha string) string {
	if len(sha) < 12 {
		return strings.Repeat("0", 12)
	}
	return sha[:12]
}

func orZero(sha string) string {
	if sha == "" {
		return zeroSHA
	}
	return sha
}

// peel finds the commit of a tag or a commit.
func (g gitDir) peel(name string) (string, error) {
	return g.line("rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
}
