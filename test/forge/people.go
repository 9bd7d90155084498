package forge

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// act makes the actor of the Go API. Whoever is named must exist.
func (f *Forge) act(login string) (*actor, error) {
	a := f.account(login)
	if a == nil {
		return nil, fmt.Errorf("no account %q", login)
	}
	return &actor{acct: a, via: "go"}, nil
}

// CreateUser makes a user.
func (f *Forge) CreateUser(login string) (AccountView, error) { return f.createAccount(login, "User") }

// CreateOrg makes an organisation with its owners, who must exist.
func (f *Forge) CreateOrg(login string, owners ...string) (AccountView, error) {
	v, err := f.createAccount(login, "Organization")
	for _, o := range owners {
		err = errors.Join(err, f.SetMember(login, o, "admin"))
	}
	return v, err
}

func (f *Forge) createAccount(login, kind string) (AccountView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.account(login) != nil {
		return AccountView{}, fmt.Errorf("create %q: the login is taken", login)
	}
	a := &account{
		id: f.newID(), login: login, name: login, email: strings.ToLower(login) + "@users.noreply.forge.invalid", kind: kind,
		created: f.now(), members: map[string]string{}, public: map[string]bool{}, teams: map[string]*team{},
	}
	f.accounts[strings.ToLower(login)] = a
	f.record(&actor{acct: a, via: "go"}, Entry{What: "account.create", ID: a.id})
	return f.accountView(a), nil
}

// org finds an organisation.
func (f *Forge) org(login string) (*account, error) {
	if a := f.account(login); a != nil && a.kind == "Organization" {
		return a, nil
	}
	return nil, fmt.Errorf("no organisation %q", login)
}

// SetMember makes a user a member of an organisation with a role (admin or member); an empty role removes them. The
// membership is public, see HideMember.
func (f *Forge) SetMember(org, login, role string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.org(org)
	user := f.account(login)
	if err != nil || user == nil || !slices.Contains([]string{"", "admin", "member"}, role) {
		return errors.Join(fmt.Errorf("set membership of %q in %q to role %q (admin, member or empty)", login, org, role), err)
	}
	key := strings.ToLower(login)
	if role == "" {
		delete(o.members, key)
		delete(o.public, key)
	} else {
		o.members[key], o.public[key] = role, true
	}
	f.record(&actor{acct: o, via: "go"}, Entry{What: "member.set", Detail: map[string]string{"login": login, "role": role}})
	return nil
}

// HideMember makes a membership private: only other members can see it.
func (f *Forge) HideMember(org, login string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.org(org)
	if err != nil {
		return err
	}
	delete(o.public, strings.ToLower(login))
	return nil
}

// CreateTeam makes a team of members of an organisation. The slug is the name in lower case with dashes for spaces.
func (f *Forge) CreateTeam(org, name string, members ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.org(org)
	if err != nil {
		return fmt.Errorf("create team %q: %w", name, err)
	}
	t := &team{id: f.newID(), name: name, slug: slug(name), members: map[string]string{}, repos: map[string]string{}, created: f.now()}
	for _, m := range members {
		if o.members[strings.ToLower(m)] == "" {
			return fmt.Errorf("create team %q: %q is not a member of %s", name, m, org)
		}
		t.members[strings.ToLower(m)] = "member"
	}
	o.teams[t.slug] = t
	f.record(&actor{acct: o, via: "go"}, Entry{What: "team.create", ID: t.id})
	return nil
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// SetTeamRepo gives a team a role in a repository; "none" takes it away.
func (f *Forge) SetTeamRepo(org, teamSlug, repo, role string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.org(org)
	r, repoErr := f.mustRepo(repo)
	if err = errors.Join(err, repoErr); err != nil {
		return fmt.Errorf("give team %q a role: %w", teamSlug, err)
	}
	t := o.teams[teamSlug]
	if t == nil || !slices.Contains(levels, role) {
		return fmt.Errorf("give team %q of %s the role %q: no such team or role", teamSlug, org, role)
	}
	t.repos[r.fullName()] = role
	f.record(&actor{acct: o, via: "go"}, Entry{What: "team.set_repo", Repo: r.fullName(), ID: t.id})
	return nil
}

// SetCollaborator gives a user a role in a repository: read, triage, write, maintain or admin; "none" removes them.
func (f *Forge) SetCollaborator(repo, login, role string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, err := f.mustRepo(repo)
	if err != nil || f.account(login) == nil || !slices.Contains(levels, role) {
		return errors.Join(fmt.Errorf("make %q a collaborator of %s with role %q", login, repo, role), err)
	}
	r.collaborators[strings.ToLower(login)] = role
	if role == "none" {
		delete(r.collaborators, strings.ToLower(login))
	}
	f.record(&actor{acct: r.owner, via: "go"}, Entry{What: "collaborator.set", Repo: r.fullName(), Detail: map[string]string{"login": login, "role": role}})
	return nil
}

// RepoSpec describes a repository to be created.
type RepoSpec struct {
	Owner         string // login of an existing user or organisation
	Name          string
	Description   string
	Private       bool
	DefaultBranch string            // empty is main
	Files         map[string]string // first commit on the default branch; nil leaves the repository empty
}

// CreateRepo makes a repository. All three merge methods are allowed, and GitHub's default labels exist.
func (f *Forge) CreateRepo(spec RepoSpec) (RepoView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	owner := f.account(spec.Owner)
	if owner == nil {
		return RepoView{}, fmt.Errorf("create repository %s/%s: no such owner", spec.Owner, spec.Name)
	}
	r, err := f.newRepo(owner, spec)
	if err != nil {
		return RepoView{}, fmt.Errorf("create repository %s/%s: %w", spec.Owner, spec.Name, err)
	}
	who := &actor{acct: owner, via: "go"}
	f.record(who, Entry{What: "repository.create", Repo: r.fullName(), ID: r.id})
	if spec.Files == nil {
		return f.repoView(r), nil
	}
	push := PushSpec{Branch: r.defaultBranch, Files: spec.Files, Message: "Initial commit"}
	_, err = f.push(who, r, push)
	return f.repoView(r), err
}

func (f *Forge) newRepo(owner *account, spec RepoSpec) (*repo, error) {
	key := strings.ToLower(owner.login + "/" + spec.Name)
	if f.repos[key] != nil || spec.Name == "" || strings.ContainsAny(spec.Name, "/ :") || strings.HasPrefix(spec.Name, ".") {
		return nil, errors.New("the name is taken or not allowed")
	}
	if spec.DefaultBranch == "" {
		spec.DefaultBranch = "main"
	}
	git, err := initGit(filepath.Join(f.dir, strings.ToLower(owner.login), strings.ToLower(spec.Name)+".git"), spec.DefaultBranch)
	if err != nil {
		return nil, err
	}
	r := &repo{
		id: f.newID(), owner: owner, name: spec.Name, description: spec.Description, private: spec.Private, git: git,
		defaultBranch: spec.DefaultBranch, allowMerge: true, allowSquash: true, allowRebase: true, created: f.now(), updated: f.now(),
		pushed: f.now(), refs: map[string]string{}, collaborators: map[string]string{}, pulls: map[int]*pull{}, issues: map[int]*pull{},
		nextNumber: 1, protections: map[string]*protection{},
	}
	for _, l := range defaultLabels {
		r.labels = append(r.labels, &label{id: f.newID(), name: l[0], color: l[1], description: l[2]})
	}
	f.repos[key] = r
	return r, nil
}

// defaultLabels are some of the labels that GitHub gives a new repository.
var defaultLabels = [][3]string{
	{"bug", "d73a4a", "Something isn't working"},
	{"enhancement", "a2eeef", "New feature or request"},
	{"question", "d876e3", "Further information is requested"},
}

// Fork makes a fork of a repository below a user's account, with all of its branches.
func (f *Forge) Fork(who, repo string) (RepoView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.act(who)
	parent, repoErr := f.mustRepo(repo)
	if err = errors.Join(err, repoErr); err != nil {
		return RepoView{}, fmt.Errorf("fork %s: %w", repo, err)
	}
	r, err := f.newRepo(a.acct, RepoSpec{Name: parent.name, Private: parent.private, DefaultBranch: parent.defaultBranch, Description: parent.description})
	if err != nil {
		return RepoView{}, fmt.Errorf("fork %s: %w", repo, err)
	}
	r.parent = parent
	if _, err := r.git.run(nil, nil, "fetch", "--quiet", string(parent.git), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"); err != nil {
		return RepoView{}, fmt.Errorf("fork %s: %w", repo, err)
	}
	if r.refs, err = r.git.refsNow(); err != nil {
		return RepoView{}, fmt.Errorf("fork %s: %w", repo, err)
	}
	f.record(a, Entry{What: "repository.fork", Repo: r.fullName(), ID: r.id})
	return f.repoView(r), nil
}

// RepoSettings are what a repository's owner can change.
type RepoSettings struct {
	AllowMerge, AllowSquash, AllowRebase bool
	DeleteBranchOnMerge                  bool
	Archived, Private                    bool
	DefaultBranch                        string
}

// EditRepo changes a repository's settings.
func (f *Forge) EditRepo(repo string, edit func(*RepoSettings)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, err := f.mustRepo(repo)
	if err != nil {
		return fmt.Errorf("edit a repository: %w", err)
	}
	s := RepoSettings{r.allowMerge, r.allowSquash, r.allowRebase, r.deleteBranch, r.archived, r.private, r.defaultBranch}
	edit(&s)
	r.allowMerge, r.allowSquash, r.allowRebase = s.AllowMerge, s.AllowSquash, s.AllowRebase
	r.deleteBranch, r.archived, r.private, r.defaultBranch = s.DeleteBranchOnMerge, s.Archived, s.Private, s.DefaultBranch
	r.updated = f.now()
	if _, err := r.git.line("symbolic-ref", "HEAD", "refs/heads/"+r.defaultBranch); err != nil {
		return fmt.Errorf("set the default branch of %s: %w", repo, err)
	}
	f.record(&actor{acct: r.owner, via: "go"}, Entry{What: "repository.edit", Repo: r.fullName(), ID: r.id})
	return nil
}
