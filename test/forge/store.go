package forge

import (
	"encoding/base64"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// account is a user, an organisation or the bot of an App.
type account struct {
	id      int64
	login   string
	name    string
	email   string
	kind    string // User, Organization, Bot
	app     *app   // of a Bot
	created time.Time
	members map[string]string // Organization: lower login → admin or member
	public  map[string]bool   // Organization: members who show their membership
	teams   map[string]*team  // Organization: by slug
}

// team is a group of an organisation's members.
type team struct {
	id          int64
	name        string
	slug        string
	description string
	members     map[string]string // lower login → member or maintainer
	repos       map[string]string // full name → permission
	created     time.Time
}

// repo is a repository with all that hangs on it.
type repo struct {
	id            int64
	owner         *account
	name          string
	description   string
	private       bool
	archived      bool
	parent        *repo
	defaultBranch string
	allowMerge    bool
	allowSquash   bool
	allowRebase   bool
	deleteBranch  bool // delete_branch_on_merge
	created       time.Time
	updated       time.Time
	pushed        time.Time
	git           gitDir
	refs          map[string]string // what the forge last saw in git
	collaborators map[string]string // lower login → permission
	labels        []*label
	milestones    []*milestone
	pulls         map[int]*pull
	issues        map[int]*pull // issues that are no pull requests
	nextNumber    int
	statuses      []*status
	suites        []*suite
	runs          []*checkRun
	protections   map[string]*protection // by branch
	rulesets      []*ruleset
	groups        []*mergeGroup
}

func (r *repo) fullName() string { return r.owner.login + "/" + r.name }

// item finds a pull request or an issue by its number.
func (r *repo) item(n int) *pull {
	if p := r.pulls[n]; p != nil {
		return p
	}
	return r.issues[n]
}

type label struct {
	id          int64
	name        string
	color       string
	description string
}

type milestone struct {
	id      int64
	number  int
	title   string
	state   string
	creator *account
	created time.Time
}

// side is a head or a base. The owner is kept because a fork can be deleted while its pull request lives.
type side struct {
	repo  *repo // nil if the fork is gone
	owner *account
	ref   string
	sha   string
}

// pull is a pull request, or an issue if isIssue.
type pull struct {
	id         int64
	number     int
	isIssue    bool
	repo       *repo
	title      string
	body       string
	author     *account
	closed     bool
	merged     bool
	draft      bool
	locked     bool
	canModify  bool
	head, base side
	labels     []*label
	assignees  []*account
	reviewers  []*account
	milestone  *milestone
	created    time.Time
	updated    time.Time
	closedAt   time.Time
	closedBy   *account
	mergedAt   time.Time
	mergedBy   *account
	mergeSHA   string
	test       testMerge
	stat       diffStat
	comments   []*comment
	reviews    []*review
	lines      []*lineComment
	timeline   []TimelineItem
	group      *mergeGroup
}

// testMerge is what is known about merging the head into the base: valid for exactly these two commits.
type testMerge struct {
	head, base string
	sha        string // of the test merge commit; empty on conflict
	asked      bool   // somebody asked since head or base moved
}

// diffStat caches the diff of a pull request; valid for exactly this base and head.
type diffStat struct {
	base, to string
	files    []FileView
	commits  []CommitView
}

type comment struct {
	id      int64
	author  *account
	body    string
	created time.Time
	updated time.Time
	via     *app
}

type review struct {
	id        int64
	author    *account
	state     string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, PENDING
	body      string
	sha       string
	submitted time.Time
}

type lineComment struct {
	id        int64
	review    *review
	author    *account
	path      string
	line      int
	side      string
	sha       string
	body      string
	hunk      string
	inReplyTo int64
	created   time.Time
	updated   time.Time
}

type status struct {
	id          int64
	sha         string
	state       string
	context     string
	description *string
	target      *string
	creator     *account
	app         *app // nil unless an App wrote it
	created     time.Time
}

type suite struct {
	id      int64
	repo    *repo
	app     *app
	sha     string
	branch  string
	before  string
	reset   bool // a re-run was requested and no run has answered yet
	created time.Time
	updated time.Time
	done    bool // check_suite completed was sent for the present state
}

type checkRun struct {
	id          int64
	suite       *suite
	repo        *repo
	name        string
	sha         string
	status      string
	conclusion  string
	externalID  string
	details     string
	title       *string
	summary     *string
	text        *string
	annotations []AnnotationView
	actions     []CheckActionView
	created     time.Time
	started     time.Time
	completed   time.Time
	writes      int
}

// newID hands out ids that are unique over all kinds, so that a test that mixes up two ids fails.
func (f *Forge) newID() int64 {
	f.lastID++
	return f.lastID
}

// nodeID is the GraphQL id of a thing; kind is GitHub's prefix (PR, IC, CR, …).
func (f *Forge) nodeID(kind string, id int64) string {
	return kind + "_" + base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(id, 36)+":"+kind))
}

// account finds an account by its login, which GitHub compares without regard to case.
func (f *Forge) account(login string) *account { return f.accounts[strings.ToLower(login)] }

// repo finds a repository by its full name, without regard to case.
func (f *Forge) repo(fullName string) *repo { return f.repos[strings.ToLower(fullName)] }

// mustRepo finds a repository or says that it is missing.
func (f *Forge) mustRepo(fullName string) (*repo, error) {
	if r := f.repo(fullName); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("no repository %q", fullName)
}

// sortedRepos lists all repositories by full name.
func (f *Forge) sortedRepos() []*repo {
	out := make([]*repo, 0, len(f.repos))
	for _, r := range f.repos {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].fullName() < out[j].fullName() })
	return out
}

// sortedPulls lists a repository's pull requests by number.
func (r *repo) sortedPulls() []*pull {
	out := make([]*pull, 0, len(r.pulls))
	for _, p := range r.pulls {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].number < out[j].number })
	return out
}
