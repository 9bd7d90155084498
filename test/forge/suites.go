package forge

import (
	"fmt"
	"slices"
)

// ensureSuite finds the suite of an App on a commit; there is at most one.
func (f *Forge) ensureSuite(a *app, r *repo, sha string) *suite {
	for _, s := range r.suites {
		if s.app == a && s.sha == sha {
			return s
		}
	}
	s := &suite{id: f.newID(), repo: r, app: a, sha: sha, branch: r.branchAt(sha), created: f.now(), updated: f.now()}
	r.suites = append(r.suites, s)
	return s
}

// branchAt is the first branch by name that points to a commit; empty if none does (a fork's head).
func (r *repo) branchAt(sha string) string {
	for _, b := range r.branches() {
		if r.refs["refs/heads/"+b] == sha {
			return b
		}
	}
	return ""
}

// requestSuites makes the suites that GitHub makes on each push to the repository itself, for every App that may write
// checks, and tells the Apps.
func (f *Forge) requestSuites(who *actor, r *repo, branch, before, sha string) {
	for _, i := range f.sortedInstalls() {
		if !i.covers(r) || !allows(i.permissions["checks"], "write") {
			continue
		}
		known := slices.ContainsFunc(r.suites, func(s *suite) bool { return s.app == i.app && s.sha == sha })
		s := f.ensureSuite(i.app, r, sha)
		s.branch, s.before = branch, before
		if !known {
			f.emitSuite("requested", s, who)
		}
	}
}

// runsOf lists the newest run of each name in a suite.
func (r *repo) runsOf(s *suite) []*checkRun {
	var out []*checkRun
	for _, c := range r.runs {
		if c.suite == s && r.isLatest(c) {
			out = append(out, c)
		}
	}
	return out
}

// worstFirst orders conclusions: a suite concludes as the worst of its runs.
var worstFirst = []string{"failure", "timed_out", "action_required", "cancelled", "success", "neutral", "skipped"}

// suiteState is a suite's status and, once all runs are completed, its conclusion.
func (r *repo) suiteState(s *suite) (state, conclusion string) {
	runs := r.runsOf(s)
	if s.reset || len(runs) == 0 {
		return "queued", ""
	}
	worst := len(worstFirst)
	state = "completed"
	for _, c := range runs {
		switch {
		case c.status == "in_progress":
			state = "in_progress"
		case c.status == "queued" && state == "completed":
			state = "queued"
		case c.status == "completed":
			worst = min(worst, slices.Index(worstFirst, c.conclusion))
		}
	}
	if state != "completed" {
		return state, ""
	}
	return state, worstFirst[worst]
}

// suiteChanged announces that a suite is completed, once until one of its runs is open again.
func (f *Forge) suiteChanged(who *actor, s *suite) {
	state, _ := s.repo.suiteState(s)
	if state != "completed" {
		s.done = false
		return
	}
	if !s.done {
		s.done = true
		f.emitSuite("completed", s, who)
	}
}

// suite finds a check suite of a repository by its id.
func (r *repo) suite(id int64) *suite {
	for _, s := range r.suites {
		if s.id == id {
			return s
		}
	}
	return nil
}

// RerunSuite asks the App to do all checks of a suite again, as "Re-run all checks" does.
func (f *Forge) RerunSuite(who string, id int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.act(who)
	if err != nil {
		return err
	}
	for _, r := range f.repos {
		s := r.suite(id)
		if s == nil {
			continue
		}
		if !atLeast(r.permission(a.acct), "write") {
			return fmt.Errorf("%s has no write access to %s", who, r.fullName())
		}
		f.rerequestSuite(a, s)
		return nil
	}
	return fmt.Errorf("no check suite %d", id)
}

func (f *Forge) rerequestSuite(who *actor, s *suite) {
	s.reset, s.done, s.updated = true, false, f.now()
	f.record(who, Entry{What: "check_suite.rerequest", Repo: s.repo.fullName(), SHA: s.sha, ID: s.id})
	f.emitSuite("rerequested", s, who)
}
