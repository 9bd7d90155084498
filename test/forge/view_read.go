package forge

import (
	"slices"
	"sort"
	"time"
)

// View reads the forge's state at one moment. Its methods are valid only inside the function that it was handed to.
// Repositories are named owner/name; a missing thing gives ok = false or an empty list.
type View struct{ f *Forge }

// View calls fn with a consistent view of everything; no write happens meanwhile, so fn must not call the Forge.
func (f *Forge) View(fn func(*View)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn(&View{f})
}

// Pull reads one pull request; ok is false if there is none.
func (f *Forge) Pull(repo string, number int) (p PullView, ok bool) {
	f.View(func(v *View) { p, ok = v.Pull(repo, number) })
	return p, ok
}

// Comments lists the conversation of an issue or a pull request, oldest first.
func (f *Forge) Comments(repo string, number int) (list []CommentView) {
	f.View(func(v *View) { list = v.Comments(repo, number) })
	return list
}

// CheckRuns lists all check runs on a commit, oldest first.
func (f *Forge) CheckRuns(repo, sha string) (list []CheckRunView) {
	f.View(func(v *View) { list = v.CheckRuns(repo, sha) })
	return list
}

// Statuses lists all statuses on a commit, oldest first.
func (f *Forge) Statuses(repo, sha string) (list []StatusView) {
	f.View(func(v *View) { list = v.Statuses(repo, sha) })
	return list
}

// Deliveries lists all attempts to deliver a webhook, oldest first.
func (f *Forge) Deliveries() (list []DeliveryView) {
	f.View(func(v *View) { list = v.Deliveries() })
	return list
}

// Now is the forge's time.
func (v *View) Now() time.Time { return v.f.now() }

// History lists every write so far.
func (v *View) History() []Entry { return slices.Clone(v.f.history) }

// Accounts lists users, organisations and bots by login.
func (v *View) Accounts() []AccountView {
	list := make([]AccountView, 0, len(v.f.accounts))
	for _, a := range v.f.accounts {
		list = append(list, v.f.accountView(a))
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Login < list[j].Login })
	return list
}

// Account reads one account.
func (v *View) Account(login string) (AccountView, bool) {
	a := v.f.account(login)
	return v.f.accountView(a), a != nil
}

// Permission is what a user may do in a repository: none, read, triage, write, maintain or admin.
func (v *View) Permission(login, repo string) string {
	r := v.f.repo(repo)
	if r == nil {
		return "none"
	}
	return r.permission(v.f.account(login))
}

// CanRead says whether a user (empty: the anonymous) may see a repository.
func (v *View) CanRead(login, repo string) bool {
	r := v.f.repo(repo)
	return r != nil && (!r.private || r.permission(v.f.account(login)) != "none")
}

// Repos lists all repositories by full name.
func (v *View) Repos() []RepoView {
	var list []RepoView
	for _, r := range v.f.sortedRepos() {
		list = append(list, v.f.repoView(r))
	}
	return list
}

// Repo reads one repository.
func (v *View) Repo(repo string) (RepoView, bool) {
	r := v.f.repo(repo)
	if r == nil {
		return RepoView{}, false
	}
	return v.f.repoView(r), true
}

// Branches lists the branches of a repository by name.
func (v *View) Branches(repo string) []BranchView {
	r := v.f.repo(repo)
	if r == nil {
		return nil
	}
	var list []BranchView
	for _, name := range r.branches() {
		list = append(list, BranchView{Name: name, SHA: r.refs["refs/heads/"+name], Protected: r.isProtected(name)})
	}
	return list
}

// Resolve finds the commit of a SHA, branch, tag or full ref.
func (v *View) Resolve(repo, name string) (sha string, ok bool) {
	r := v.f.repo(repo)
	if r == nil {
		return "", false
	}
	return r.git.resolve(name)
}

// Commit reads one commit by anything that Resolve takes.
func (v *View) Commit(repo, name string) (CommitView, bool) {
	sha, ok := v.Resolve(repo, name)
	if !ok {
		return CommitView{}, false
	}
	c, err := v.f.commitOf(v.f.repo(repo), sha)
	return c, err == nil
}

// Pulls lists the pull requests of a repository by number.
func (v *View) Pulls(repo string) []PullView {
	r := v.f.repo(repo)
	if r == nil {
		return nil
	}
	var list []PullView
	for _, p := range r.sortedPulls() {
		list = append(list, v.f.pullView(p))
	}
	return list
}

// Pull reads one pull request.
func (v *View) Pull(repo string, number int) (PullView, bool) {
	r := v.f.repo(repo)
	if r == nil || r.pulls[number] == nil {
		return PullView{}, false
	}
	return v.f.pullView(r.pulls[number]), true
}

// Comments lists the conversation of an issue or a pull request, oldest first.
func (v *View) Comments(repo string, number int) []CommentView {
	r := v.f.repo(repo)
	if r == nil || r.item(number) == nil {
		return nil
	}
	return v.f.commentViews(r.item(number))
}

// CheckRun reads one check run by its id.
func (v *View) CheckRun(id int64) (CheckRunView, bool) {
	for _, r := range v.f.repos {
		for _, c := range r.runs {
			if c.id == id {
				return v.f.checkRunView(c), true
			}
		}
	}
	return CheckRunView{}, false
}

// CheckRuns lists all check runs on a commit, oldest first; of runs that were done again, all are listed.
func (v *View) CheckRuns(repo, sha string) []CheckRunView {
	r := v.f.repo(repo)
	if r == nil {
		return nil
	}
	var list []CheckRunView
	for _, c := range r.runs {
		if c.sha == sha {
			list = append(list, v.f.checkRunView(c))
		}
	}
	return list
}

// CheckSuites lists the check suites on a commit, oldest first.
func (v *View) CheckSuites(repo, sha string) []CheckSuiteView {
	r := v.f.repo(repo)
	if r == nil {
		return nil
	}
	var list []CheckSuiteView
	for _, s := range r.suites {
		if s.sha == sha {
			list = append(list, v.f.suiteView(s))
		}
	}
	return list
}

// Statuses lists all statuses on a commit, oldest first.
func (v *View) Statuses(repo, sha string) []StatusView {
	r := v.f.repo(repo)
	if r == nil {
		return nil
	}
	var list []StatusView
	for _, s := range r.statuses {
		if s.sha == sha {
			list = append(list, v.f.statusView(s))
		}
	}
	return list
}

// LatestStatuses lists the newest status of each context on a commit, in the order in which the contexts appeared.
func (v *View) LatestStatuses(repo, sha string) []StatusView {
	r := v.f.repo(repo)
	if r == nil {
		return nil
	}
	var list []StatusView
	for _, s := range r.latestStatuses(sha) {
		list = append(list, v.f.statusView(s))
	}
	return list
}

// CombinedState is success, pending or failure, as GitHub combines the statuses of a commit; no status is pending.
func (v *View) CombinedState(repo, sha string) string {
	r := v.f.repo(repo)
	if r == nil {
		return "pending"
	}
	return combinedState(r.latestStatuses(sha))
}

// Deliveries lists all attempts to deliver a webhook, oldest first.
func (v *View) Deliveries() []DeliveryView {
	list := make([]DeliveryView, 0, len(v.f.attempts))
	for _, a := range v.f.attempts {
		list = append(list, a.view())
	}
	return list
}
