package github

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/forge/fault"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// town is a small GitHub under GitHub's contract: the organisation acme with alice (owner) and dora (member), bob who
// collaborates on acme/web, the stranger mallory, the organisation friends with fred, the repository acme/web, the App
// bowsprit on acme, and the user robot, whose token serves where there is no App.
type town struct {
	*forge.Forge
	t      testing.TB
	app    forge.App
	faults *fault.Plan
	now    time.Time    // what the clients' clock says
	ahead  atomic.Int64 // nanoseconds by which the forge's clock is ahead of the machine's
	pulls  int
}

const repo = "acme/web"

func newTown(t testing.TB) *town {
	t.Helper()
	faults := &fault.Plan{Seed: 1}
	w := &town{t: t, faults: faults, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	w.Forge = forge.NewForTest(t, func(o *forge.Options) {
		o.Faults, o.Clock = faults, func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }
	})
	for _, login := range []string{"alice", "bob", "dora", "mallory", "fred", "robot"} {
		w.must(w.CreateUser(login))
	}
	w.must(w.CreateOrg("acme", "alice"))
	w.must(w.CreateOrg("friends", "fred"))
	w.ok(w.SetMember("acme", "dora", "member"))
	w.must(w.CreateRepo(forge.RepoSpec{Owner: "acme", Name: "web", Files: map[string]string{"a.go": "package a\n\nfunc A() {}\n", "b.go": "package a\n"}}))
	w.must(w.CreateRepo(forge.RepoSpec{Owner: "alice", Name: "own", Files: map[string]string{"a.go": "package a\n"}}))
	w.ok(w.SetCollaborator(repo, "bob", "write"))
	w.ok(w.SetCollaborator(repo, "robot", "write"))
	w.ok(w.SetCollaborator("alice/own", "robot", "write"))
	var err error
	w.app, err = w.CreateApp(forge.AppSpec{Slug: "bowsprit", Owner: "acme", Permissions: map[string]string{
		"checks": "write", "contents": "read", "issues": "write", "pull_requests": "write", "statuses": "write", "members": "read",
	}})
	w.ok(err)
	for _, owner := range []string{"acme", "alice"} {
		_, err = w.Install(w.app.ID, owner)
		w.ok(err)
	}
	return w
}

func (w *town) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// must is ok for calls that also give what they made.
func (w *town) must(_ any, err error) {
	w.t.Helper()
	w.ok(err)
}

// asApp is a new client that speaks as the App.
func (w *town) asApp() *Client {
	return w.client(Options{App: App{ID: w.app.ID, PrivateKey: w.app.PrivateKey}})
}

// asRobot is a new client that speaks by a user's token.
func (w *town) asRobot() *Client {
	w.t.Helper()
	token, err := w.Token("robot")
	w.ok(err)
	return w.client(Options{Token: token})
}

func (w *town) client(o Options) *Client {
	w.t.Helper()
	o.APIURL, o.WebURL, o.Clock = w.URL()+"/api/v3/", w.URL(), func() time.Time { return w.now }
	c, err := New(o)
	w.ok(err)
	return c
}

// both runs a test as the App and by a token.
func both(t *testing.T, run func(t *testing.T, w *town, c *Client)) {
	t.Run("as an App", func(t *testing.T) {
		w := newTown(t)
		run(t, w, w.asApp())
	})
	t.Run("by a token", func(t *testing.T) {
		w := newTown(t)
		run(t, w, w.asRobot())
	})
}

// pull pushes a new branch from main and opens a pull request for it.
func (w *town) pull(who string, change forge.PushSpec) forge.PullView {
	w.t.Helper()
	w.pulls++
	change.Who, change.Repo, change.Branch = who, repo, fmt.Sprint("feature/", w.pulls)
	change.Message = change.Branch // or else two commits of the same second could be one
	w.must(w.Push(change))
	p, err := w.OpenPull(forge.PullSpec{Who: who, Repo: repo, Head: change.Branch, Title: "A change", Body: "Please."})
	w.ok(err)
	return p
}

// writes counts what was written to the forge over its API, by kind.
func (w *town) writes() map[string]int {
	counts := map[string]int{}
	for _, entry := range w.History() {
		if entry.Via == "rest" {
			counts[entry.What]++
		}
	}
	return counts
}

var edit = forge.PushSpec{Files: map[string]string{"a.go": "package a\n\nfunc A() { println(1) }\n"}}

func TestPullRequest(t *testing.T) {
	both(t, func(t *testing.T, w *town, c *Client) {
		p := w.pull("bob", edit)
		w.ok(w.Label("alice", repo, p.Number, "lgtm"))
		tip, err := w.Push(forge.PushSpec{Who: "alice", Repo: repo, Branch: "main", Files: map[string]string{"b.go": "package a // moved\n"}})
		w.ok(err)
		mergeable := true
		want := triggers.PullRequest{
			Org: "acme", Repo: "web", Number: p.Number, Title: "A change", Author: "bob", Mergeable: &mergeable,
			HeadSHA: p.Head.SHA, HeadRef: "feature/1", BaseRef: "main", BaseSHA: tip, Labels: []string{"lgtm"},
			URL: w.URL() + "/acme/web/pull/1",
		}
		got, err := c.PullRequest(t.Context(), "acme", "web", p.Number)
		if got.MergeSHA == "" || got.MergeSHA == got.HeadSHA {
			t.Errorf("the merge of head and base is %q", got.MergeSHA)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(got, "MergeSHA")); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}

		w.ok(w.ClosePull("alice", repo, p.Number))
		if got, err = c.PullRequest(t.Context(), "acme", "web", p.Number); err != nil || !got.Closed {
			t.Errorf("closed: got %+v, %v", got, err)
		}
		if _, err = c.PullRequest(t.Context(), "acme", "web", 99); !Unreportable(err) {
			t.Errorf("an absent one: got %v", err)
		}
		if _, err = c.PullRequest(t.Context(), "acme", "nowhere", 1); !Unreportable(err) {
			t.Errorf("an absent repository: got %v", err)
		}
	})
}

func TestAClosedPullRequestOutlivesItsBase(t *testing.T) {
	w := newTown(t)
	w.must(w.Push(forge.PushSpec{Who: "alice", Repo: repo, Branch: "release", Files: map[string]string{"r.go": "package a\n"}}))
	w.must(w.Push(forge.PushSpec{Who: "bob", Repo: repo, Branch: "fix", Base: "release", Files: edit.Files}))
	p, err := w.OpenPull(forge.PullSpec{Who: "bob", Repo: repo, Head: "fix", Base: "release", Title: "Fix"})
	w.ok(err)
	w.ok(w.ClosePull("bob", repo, p.Number))
	w.ok(w.DeleteBranch("alice", repo, "release"))
	got, err := w.asApp().PullRequest(t.Context(), "acme", "web", p.Number)
	if err != nil || !got.Closed || got.BaseSHA != p.Base.SHA {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestChangedFiles(t *testing.T) {
	both(t, func(t *testing.T, w *town, c *Client) {
		change := forge.PushSpec{Files: map[string]string{"c.go": "package a\n\nfunc A() {}\n"}, Remove: []string{"a.go"}}
		want := []string{"c.go"} // a.go became c.go
		for i := range 250 {
			name := fmt.Sprintf("many/%03d.txt", i)
			change.Files[name] = fmt.Sprintf("%d %d\n", i, i*i)
			want = append(want, name)
		}
		p := w.pull("bob", change)
		got, err := c.ChangedFiles(t.Context(), "acme", "web", p.Number)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestBotLogin(t *testing.T) {
	w := newTown(t)
	for want, c := range map[string]*Client{"bowsprit[bot]": w.asApp(), "robot": w.asRobot()} {
		if got, err := c.BotLogin(t.Context()); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
		if app := want != "robot"; c.CanWriteChecks() != app {
			t.Errorf("%s can write checks: %t", want, c.CanWriteChecks())
		}
	}
}

func TestTrusted(t *testing.T) {
	friends := triggers.TrustPolicy{TrustedOrg: "friends"}
	cases := map[string]struct {
		why    string
		login  string
		org    string // acme when empty
		policy triggers.TrustPolicy
		want   bool
	}{
		"an owner":             {login: "alice", want: true},
		"a member":             {login: "dora", want: true},
		"a hidden member":      {why: "set below", login: "hidden", want: true},
		"another case":         {why: "GitHub does not tell logins apart by case", login: "DORA", want: true},
		"a collaborator":       {login: "bob", want: true},
		"a stranger":           {login: "mallory"},
		"nobody":               {why: "an account that was deleted", login: ""},
		"no login":             {why: "it would lead elsewhere", login: "../../orgs/acme/members/alice"},
		"the user of the repo": {login: "alice", org: "alice", want: true},
		"a stranger to a user": {login: "mallory", org: "alice"},
		"a collaborator where only members count": {
			login: "bob", policy: triggers.TrustPolicy{OnlyOrgMembers: true},
		},
		"a member where only members count": {login: "dora", policy: triggers.TrustPolicy{OnlyOrgMembers: true}, want: true},
		"a member of the trusted organisation": {
			login: "fred", policy: friends, want: true,
		},
		"the same without that policy":     {login: "fred"},
		"a stranger to both organisations": {login: "mallory", policy: friends},
		"a trusted App":                    {login: "renovate[bot]", policy: triggers.TrustPolicy{TrustedApps: []string{"renovate"}}, want: true},
		"an App that is not named":         {login: "evil[bot]", policy: triggers.TrustPolicy{TrustedApps: []string{"renovate"}}},
		"a user named like a trusted App":  {login: "mallory", policy: triggers.TrustPolicy{TrustedApps: []string{"mallory"}}},
	}
	both(t, func(t *testing.T, w *town, c *Client) {
		w.must(w.CreateUser("hidden"))
		w.ok(w.SetMember("acme", "hidden", "member"))
		w.ok(w.HideMember("acme", "hidden"))
		for _, org := range []string{"acme", "friends"} { // or else they could not see who is a member
			w.ok(w.SetMember(org, "robot", "member"))
		}
		w.must(w.Install(w.app.ID, "friends"))
		for name, tc := range cases {
			org, repo := "acme", "web"
			if tc.org != "" {
				org, repo = tc.org, "own"
			}
			if got, err := c.Trusted(t.Context(), org, repo, tc.login, tc.policy); got != tc.want || err != nil {
				t.Errorf("%s (%s): got %t, %v", name, tc.why, got, err)
			}
		}
		bot, err := c.BotLogin(t.Context())
		w.ok(err)
		if got, err := c.Trusted(t.Context(), "acme", "web", bot, triggers.TrustPolicy{OnlyOrgMembers: true}); !got || err != nil {
			t.Errorf("ourselves: %t, %v", got, err)
		}
	})
}

func TestTrustIsRememberedForFiveMinutesAtMost(t *testing.T) {
	w := newTown(t)
	c := w.asApp()
	trusted := func(want bool, why string) {
		t.Helper()
		if got, err := c.Trusted(t.Context(), "acme", "web", "dora", triggers.TrustPolicy{}); got != want || err != nil {
			t.Errorf("%s: got %t, %v", why, got, err)
		}
	}
	trusted(true, "a member")
	w.ok(w.SetMember("acme", "dora", ""))
	w.now = w.now.Add(4 * time.Minute)
	trusted(true, "left 4 minutes ago")
	w.now = w.now.Add(61 * time.Second)
	trusted(false, "left 5 minutes ago")
	w.ok(w.SetMember("acme", "dora", "member"))
	trusted(false, "came back this moment")
	w.now = w.now.Add(31 * time.Second)
	trusted(true, "came back half a minute ago")
}

func TestAMembershipThatCannotBeAskedForIsAnError(t *testing.T) {
	w := newTown(t)
	c := w.asApp()
	w.must(c.BotLogin(t.Context()))
	w.faults.Add(fault.On("GET", "/members/*").Then(fault.BeforeEffect(503)))
	if got, err := c.Trusted(t.Context(), "acme", "web", "bob", triggers.TrustPolicy{}); err == nil || got {
		t.Errorf("got %t, %v, want an error: nothing is decided on a guess", got, err)
	}
	w.faults.Clear()
	if got, err := c.Trusted(t.Context(), "acme", "web", "bob", triggers.TrustPolicy{}); err != nil || !got {
		t.Errorf("the error was remembered: %t, %v", got, err)
	}
}

func TestContexts(t *testing.T) {
	w := newTown(t)
	p := w.pull("bob", edit)
	sha := p.Head.SHA
	other, err := w.CreateApp(forge.AppSpec{Slug: "other", Owner: "acme", Permissions: map[string]string{"checks": "write", "statuses": "read"}})
	w.ok(err)
	w.must(w.Install(other.ID, "acme"))
	ours, theirs, robot := w.asApp(), w.client(Options{App: App{ID: other.ID, PrivateKey: other.PrivateKey}}), w.asRobot()
	write := func(c *Client, name, external, status, conclusion string) {
		t.Helper()
		w.must(c.UpsertCheck(t.Context(), Check{
			Org: "acme", Repo: "web", SHA: sha, Name: name, ExternalID: external, Status: status, Conclusion: conclusion,
		}))
	}
	write(ours, "unit", "1", Completed, "failure")
	write(ours, "unit", "2", InProgress, "")
	write(theirs, "unit", "1", Completed, "success")
	write(ours, "lint", "1", Completed, "neutral")
	write(ours, "docs", "1", Completed, "skipped")
	write(ours, "e2e", "1", Completed, "timed_out")
	write(ours, "big", "1", Queued, "")
	set := func(c *Client, name, state string) {
		t.Helper()
		w.ok(c.SetStatus(t.Context(), Status{Org: "acme", Repo: "web", SHA: sha, State: state, Context: name}))
		w.ahead.Add(int64(2 * time.Second))
	}
	w.ok(w.SetStatus(forge.StatusSpec{Who: "alice", Repo: repo, SHA: sha, State: "success", Context: "tide"}))
	set(robot, "tide", "pending")
	set(robot, "spoofed", "pending")
	w.ok(w.SetStatus(forge.StatusSpec{Who: "bob", Repo: repo, SHA: sha, State: "success", Context: "spoofed"}))
	set(robot, "old", "pending")
	for i := range 120 { // more than a page
		w.ok(w.SetStatus(forge.StatusSpec{Who: "bob", Repo: repo, SHA: sha, State: "error", Context: fmt.Sprint("busy ", i%3)}))
	}
	set(robot, "old", "success")

	both := []triggers.Context{
		{Name: "tide", State: "pending"}, {Name: "spoofed", State: "success"}, {Name: "old", State: "success"},
		{Name: "busy 0", State: "error"}, {Name: "busy 1", State: "error"}, {Name: "busy 2", State: "error"},
		{Name: "unit", State: "pending"}, {Name: "unit", State: "success"}, {Name: "lint", State: "success"},
		{Name: "docs", State: "success"}, {Name: "e2e", State: "failure"}, {Name: "big", State: "pending"},
	}
	cases := map[string]struct {
		client *Client
		ours   []string // name and state of those that are ours
	}{
		"as our App":       {ours, []string{"unit pending", "lint success", "docs success", "e2e failure", "big pending"}},
		"as another App":   {theirs, []string{"unit success"}},
		"by robot's token": {robot, []string{"tide pending", "old success"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := tc.client.Contexts(t.Context(), "acme", "web", sha)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(both)
			for i := range want {
				want[i].Ours = slices.Contains(tc.ours, want[i].Name+" "+string(want[i].State))
			}
			byName := cmpopts.SortSlices(func(a, b triggers.Context) bool { return a.Name+string(a.State) < b.Name+string(b.State) })
			if diff := cmp.Diff(want, got, byName); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := ours.Contexts(t.Context(), "acme", "web", headSHA); !Unreportable(err) {
		t.Errorf("an absent commit: got %v", err)
	}
}
