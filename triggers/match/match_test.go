package match_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/triggers/match"
)

// jobsOf is a catalog of one repository.
type jobsOf struct {
	before  []prow.Presubmit
	after   []prow.Postsubmit
	trigger prow.Trigger
}

func (c jobsOf) Presubmits(string, string) []prow.Presubmit   { return c.before }
func (c jobsOf) Postsubmits(string, string) []prow.Postsubmit { return c.after }
func (c jobsOf) Trust(string, string) prow.Trigger            { return c.trigger }

// job is a presubmit as defaulting leaves it.
func job(name string, change func(*prow.Presubmit)) prow.Presubmit {
	p := prow.Presubmit{JobBase: prow.JobBase{Name: name}, Reporter: prow.Reporter{Context: name}, RerunCommand: "/test " + name}
	p.Trigger = `(?m)^/test( | .* )` + name + `,?($|\s.*)`
	if change != nil {
		change(&p)
	}
	return p
}

// presubmits has a job of each kind.
var presubmits = []prow.Presubmit{
	job("unit", func(p *prow.Presubmit) { p.AlwaysRun = true }),
	job("docs", func(p *prow.Presubmit) { p.RunIfChanged = "^docs/" }),
	job("lint", func(p *prow.Presubmit) { p.SkipIfOnlyChanged, p.Optional = `\.md$`, true }),
	job("e2e", func(p *prow.Presubmit) { p.Optional = true }),
	job("manual", nil),
	job("silent", func(p *prow.Presubmit) { p.SkipReport = true }),
	job("notes", func(p *prow.Presubmit) { p.AlwaysRun, p.Branches = true, []string{"^release-"} }),
}

// ask makes a question of an event: alice is a member, carol a collaborator, tina a member of friends, mallory a stranger.
func ask(e match.Event) match.Question {
	q := match.Question{ID: json.RawMessage(`"x"`), Repo: "o/r", OrgMembers: map[string][]string{"o": {"alice"}, "friends": {"tina"}}, Collaborators: []string{"carol"}, Event: e}
	if q.Event.Base == "" {
		q.Event.Base = "main"
	}
	return q
}

// pull is what happens to a pull request with a change of the code.
func pull(action, author string, change func(*match.Event)) match.Event {
	e := match.Event{Kind: match.KindPullRequest, Action: action, Author: author, Sender: author, Changed: []string{"main.go"}}
	if change != nil {
		change(&e)
	}
	return e
}

// says is a comment by alice on her own pull request.
func says(body string, change func(*match.Event)) match.Event {
	e := match.Event{Kind: match.KindComment, Action: "created", IssueState: "open", Author: "alice", Commenter: "alice", Body: body, Changed: []string{"main.go"}}
	if change != nil {
		change(&e)
	}
	return e
}

// by makes others the commenter and the author.
func by(commenter, author string, labels ...string) func(*match.Event) {
	return func(e *match.Event) { e.Commenter, e.Author, e.Labels = commenter, author, labels }
}

func with(statuses ...match.Status) func(*match.Event) {
	return func(e *match.Event) { e.Statuses = statuses }
}

func draft(e *match.Event)    { e.Draft = true }
func conflict(e *match.Event) { e.Mergeable = new(bool) }
func closed(e *match.Event)   { e.IssueState = "closed" }

// want is an answer in short: the names of the jobs in a row, and everything that is not the usual.
type want struct {
	runs, added, removed, skipped string
	comment                       match.CommentKind
	aborts, retest                bool
}

func brief(a match.Answer) want {
	var names []string
	for _, j := range a.Jobs {
		names = append(names, j.Name)
	}
	w := want{runs: strings.Join(names, " "), added: strings.Join(a.LabelsAdded, " "), removed: strings.Join(a.LabelsRemoved, " "),
		skipped: strings.Join(a.SkippedContexts, " "), comment: a.Comment, aborts: a.AbortsRunning, retest: a.RetestLabel}
	if w.comment == match.CommentNone {
		w.comment = ""
	}
	return w
}

// check asks one question in a configuration with all presubmits.
func check(t *testing.T, why string, trigger prow.Trigger, e match.Event, w want) {
	t.Helper()
	got := match.Decide(jobsOf{before: presubmits, trigger: trigger}, ask(e))
	if diff := cmp.Diff(w, brief(got), cmp.AllowUnexported(want{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", why, diff)
	}
}

func TestPullRequest(t *testing.T) {
	tests := map[string]struct {
		why     string
		trigger prow.Trigger
		event   match.Event
		want    want
	}{
		"a member opens":                      {event: pull("opened", "alice", nil), want: want{runs: "lint unit"}},
		"a collaborator opens":                {event: pull("opened", "carol", nil), want: want{runs: "lint unit"}},
		"a collaborator, members only":        {trigger: prow.Trigger{OnlyOrgMembers: true}, event: pull("opened", "carol", nil), want: want{comment: match.CommentWelcome, added: "needs-ok-to-test"}},
		"a member of the trusted org":         {trigger: prow.Trigger{TrustedOrg: "friends"}, event: pull("opened", "tina", nil), want: want{runs: "lint unit"}},
		"a member of another org":             {event: pull("opened", "tina", nil), want: want{comment: match.CommentWelcome, added: "needs-ok-to-test"}},
		"a trusted App":                       {trigger: prow.Trigger{TrustedApps: []string{"helper"}}, event: pull("opened", "helper[bot]", nil), want: want{runs: "lint unit"}},
		"a user named like a trusted App":     {why: "Prow does not look for [bot]", trigger: prow.Trigger{TrustedApps: []string{"helper"}}, event: pull("opened", "helper", nil), want: want{runs: "lint unit"}},
		"the owner of a user's repository":    {event: pull("opened", "o", nil), want: want{runs: "lint unit"}},
		"the bot":                             {event: pull("opened", match.Bot, nil), want: want{runs: "lint unit"}},
		"an outsider opens":                   {event: pull("opened", "mallory", nil), want: want{comment: match.CommentWelcome, added: "needs-ok-to-test"}},
		"an outsider opens a draft":           {event: pull("opened", "mallory", draft), want: want{comment: match.CommentWelcome, added: "needs-ok-to-test"}},
		"an outsider who has the label":       {why: "other tools may set it at once", event: pull("opened", "mallory", func(e *match.Event) { e.Labels = []string{"ok-to-test"} }), want: want{comment: match.CommentWelcome}},
		"an outsider, /ok-to-test turned off": {trigger: prow.Trigger{IgnoreOkToTest: true}, event: pull("opened", "mallory", nil), want: want{comment: match.CommentWelcome}},
		"a member opens a draft":              {event: pull("opened", "alice", draft), want: want{comment: match.CommentDraft}},
		"a conflict":                          {why: "in silence", event: pull("opened", "alice", conflict), want: want{}},
		"documents changed":                   {event: pull("opened", "alice", func(e *match.Event) { e.Changed = []string{"docs/a.md"} }), want: want{runs: "docs unit"}},
		"nothing changed":                     {event: pull("opened", "alice", func(e *match.Event) { e.Changed = nil }), want: want{runs: "unit"}},
		"into a release branch":               {event: pull("opened", "alice", func(e *match.Event) { e.Base = "release-1" }), want: want{runs: "lint notes unit"}},
		"a push by a member":                  {event: pull("synchronize", "alice", nil), want: want{runs: "lint unit", aborts: true}},
		"a push by an outsider":               {event: pull("synchronize", "mallory", nil), want: want{aborts: true}},
		"a push by an outsider with a grant":  {why: "in Prow the label outlives pushes", event: pull("synchronize", "mallory", func(e *match.Event) { e.Labels = []string{"ok-to-test", "needs-ok-to-test"} }), want: want{runs: "lint unit", removed: "needs-ok-to-test", aborts: true}},
		"a member's stale label":              {why: "Prow does not read a member's labels", event: pull("synchronize", "alice", func(e *match.Event) { e.Labels = []string{"ok-to-test", "needs-ok-to-test"} }), want: want{runs: "lint unit", aborts: true}},
		"a push to a draft":                   {event: pull("synchronize", "alice", draft), want: want{aborts: true}},
		"closed":                              {event: pull("closed", "alice", nil), want: want{aborts: true}},
		"made a draft":                        {event: pull("converted_to_draft", "alice", draft), want: want{aborts: true}},
		"ready for review":                    {event: pull("ready_for_review", "alice", nil), want: want{runs: "lint unit"}},
		"reopened by an outsider":             {event: pull("reopened", "mallory", nil), want: want{}},
		"an edit of the title":                {event: pull("edited", "alice", nil), want: want{}},
		"an edit of the base branch":          {event: pull("edited", "alice", func(e *match.Event) { e.BaseChanged = true }), want: want{runs: "lint unit"}},
		"lgtm for an outsider":                {why: "it builds an untrusted pull request once", event: pull("labeled", "mallory", func(e *match.Event) { e.Label = "lgtm" }), want: want{runs: "lint unit"}},
		"lgtm for a member":                   {why: "it was built before", event: pull("labeled", "alice", func(e *match.Event) { e.Label = "lgtm" }), want: want{}},
		"the grant as a label":                {event: pull("labeled", "mallory", func(e *match.Event) { e.Label, e.Sender = "ok-to-test", "alice" }), want: want{runs: "lint unit"}},
		"the grant as a label, by the bot":    {why: "the bot acts on the comment", event: pull("labeled", "mallory", func(e *match.Event) { e.Label, e.Sender = "ok-to-test", match.Bot }), want: want{}},
		"another label":                       {event: pull("labeled", "alice", func(e *match.Event) { e.Label = "approved" }), want: want{}},
		"somebody is assigned":                {event: pull("assigned", "alice", nil), want: want{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { check(t, test.why, test.trigger, test.event, test.want) })
	}
}

func TestComment(t *testing.T) {
	tests := map[string]struct {
		why     string
		trigger prow.Trigger
		event   match.Event
		want    want
	}{
		"a job by name":                     {event: says("/test e2e", nil), want: want{runs: "e2e"}},
		"a job by name, no file of it":      {why: "a name forces it", event: says("/test docs", nil), want: want{runs: "docs"}},
		"a job of another branch":           {event: says("/test notes", nil), want: want{comment: match.CommentNotFound}},
		"several jobs in a line":            {event: says("/test docs e2e", nil), want: want{runs: "docs e2e"}},
		"all":                               {event: says("/test all", nil), want: want{runs: "lint unit"}},
		"all, in the lines of a web form":   {event: says("/test all\r\n", nil), want: want{runs: "lint unit"}},
		"all and a job":                     {event: says("/test all\n/test e2e", nil), want: want{runs: "e2e lint unit"}},
		"all on a draft":                    {why: "asking is enough", event: says("/test all", draft), want: want{runs: "lint unit"}},
		"all in a conflict":                 {event: says("/test all", conflict), want: want{}},
		"a question":                        {event: says("/test ?", nil), want: want{comment: match.CommentHelp}},
		"a question and a job":              {why: "help wins, and nothing runs", event: says("/test ?\n/test unit", nil), want: want{comment: match.CommentHelp}},
		"no target":                         {event: says("/test", nil), want: want{comment: match.CommentNoTarget}},
		"an unknown target":                 {event: says("/test nope", nil), want: want{comment: match.CommentNotFound}},
		"an unknown target beside a known":  {why: "something runs, so nothing is said", event: says("/test nope unit", nil), want: want{runs: "unit"}},
		"a retest of nothing":               {why: "automatic jobs without a status run", event: says("/retest", nil), want: want{runs: "lint unit", retest: true}},
		"a retest":                          {event: says("/retest", with(match.Status{Context: "e2e", State: "failure"}, match.Status{Context: "unit", State: "success"}, match.Status{Context: "docs", State: "error"}, match.Status{Context: "lint", State: "pending"})), want: want{runs: "docs e2e", retest: true}},
		"a retest of what is required":      {event: says("/retest-required", with(match.Status{Context: "e2e", State: "failure"}, match.Status{Context: "docs", State: "error"}, match.Status{Context: "unit", State: "success"})), want: want{runs: "docs", retest: true}},
		"a retest with nothing to do":       {event: says("/retest", with(match.Status{Context: "unit", State: "success"}, match.Status{Context: "lint", State: "success"})), want: want{}},
		"a retest with a target":            {event: says("/retest unit", nil), want: want{comment: match.CommentRetestTarget}},
		"what is required and waits":        {why: "a job that does not report counts in Prow", event: says("/test-manual-required", nil), want: want{runs: "manual silent"}},
		"a comment without a command":       {event: says("fine\n/lgtm", nil), want: want{}},
		"not at the start of a line":        {event: says(" /test all\nplease /test all", nil), want: want{}},
		"upper case":                        {event: says("/Test all", nil), want: want{}},
		"only in a code block":              {event: says("```\n/test e2e\n```", nil), want: want{}},
		"in a code block, beside a command": {why: "Prow looks for names in the whole comment", event: says("```\n/test e2e\n```\n/retest", nil), want: want{runs: "e2e lint unit", retest: true}},
		"in a code block of a web form":     {why: "Prow knows no code blocks with carriage returns", event: says("```\r\n/test e2e\r\n```\r\n", nil), want: want{runs: "e2e"}},
		"in a code block of tildes":         {event: says("~~~\n/test e2e\n~~~\n", nil), want: want{}},
		"in a code block without an end":    {event: says("```\n/test e2e\n", nil), want: want{runs: "e2e"}},
		"in an HTML comment":                {why: "Prow does not know them", event: says("<!--\n/test e2e\n-->", nil), want: want{runs: "e2e"}},
		"in a quote":                        {event: says("> /test e2e", nil), want: want{}},
		"an edit":                           {event: says("/test all", func(e *match.Event) { e.Action = "edited" }), want: want{}},
		"a closed pull request":             {event: says("/test all", closed), want: want{}},
		"the bot":                           {event: says("/test all", by(match.Bot, "alice")), want: want{}},
		"an outsider on a member's":         {why: "the pull request is trusted", event: says("/test all", by("mallory", "alice")), want: want{runs: "lint unit"}},
		"an outsider on an outsider's":      {event: says("/test all", by("mallory", "mallory")), want: want{comment: match.CommentUntrusted}},
		"an outsider asks for help":         {event: says("/test ?", by("mallory", "mallory")), want: want{comment: match.CommentUntrusted}},
		"an outsider with a grant":          {event: says("/test all", by("mallory", "mallory", "ok-to-test")), want: want{runs: "lint unit"}},
		"a member on an outsider's":         {why: "no grant is needed for it in Prow", event: says("/test all", by("alice", "mallory", "needs-ok-to-test")), want: want{runs: "lint unit"}},
		"a grant":                           {event: says("/ok-to-test", by("alice", "mallory", "needs-ok-to-test")), want: want{runs: "lint unit", added: "ok-to-test", removed: "needs-ok-to-test"}},
		"a grant again":                     {event: says("/ok-to-test", by("alice", "mallory", "ok-to-test")), want: want{runs: "lint unit"}},
		"a grant that is turned off":        {trigger: prow.Trigger{IgnoreOkToTest: true}, event: says("/ok-to-test", by("alice", "mallory")), want: want{}},
		"a grant for nobody":                {event: says("/ok-to-test", nil), want: want{runs: "lint unit", added: "ok-to-test"}},
		"a revocation":                      {event: says("/ok-to-test cancel", by("alice", "mallory", "ok-to-test")), want: want{added: "needs-ok-to-test", removed: "ok-to-test"}},
		"a revocation by an outsider":       {event: says("/ok-to-test cancel", by("mallory", "mallory", "ok-to-test")), want: want{comment: match.CommentRevokeDenied}},
		"a revocation beside a command":     {why: "the rest of the comment is not read", event: says("/ok-to-test cancel\n/test all", by("alice", "mallory", "needs-ok-to-test")), want: want{}},
		"a revocation beside a grant":       {why: "both go by the labels that were there before", event: says("/ok-to-test\n/ok-to-test cancel", by("alice", "mallory")), want: want{added: "needs-ok-to-test ok-to-test"}},
		"a skip":                            {event: says("/skip", with(match.Status{Context: "e2e", State: "failure"}, match.Status{Context: "lint", State: "success"}, match.Status{Context: "manual", State: "failure"}, match.Status{Context: "silent", State: "pending"}, match.Status{Context: "tide", State: "pending"})), want: want{skipped: "e2e silent"}},
		"a skip by an outsider, in upper case": {why: "anybody may", event: says("/SKIP", func(e *match.Event) {
			e.Commenter, e.Statuses = "mallory", []match.Status{{Context: "e2e", State: "error"}}
		}), want: want{skipped: "e2e"}},
		"a skip and a test of the same": {event: says("/skip\n/test e2e", with(match.Status{Context: "e2e", State: "failure"})), want: want{runs: "e2e"}},
		"a skip in a code block":        {why: "Prow reads the whole comment", event: says("```\n/skip\n```", with(match.Status{Context: "e2e", State: "failure"})), want: want{skipped: "e2e"}},
		"a skip on a closed pull request": {event: says("/skip", func(e *match.Event) {
			e.IssueState, e.Statuses = "closed", []match.Status{{Context: "e2e", State: "failure"}}
		}), want: want{}},
		"a skip of what succeeded in the end":     {event: says("/skip", with(match.Status{Context: "e2e", State: "failure"}, match.Status{Context: "e2e", State: "success"})), want: want{}},
		"all, where nothing changed":              {event: says("/test all", func(e *match.Event) { e.Changed = nil }), want: want{runs: "unit"}},
		"a revocation by an outsider, of nothing": {event: says("/ok-to-test cancel", by("mallory", "mallory")), want: want{comment: match.CommentUntrusted}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { check(t, test.why, test.trigger, test.event, test.want) })
	}
}

// TestHelpWhereNothingRuns holds that help about a branch without jobs says only that, whatever the comment asked.
func TestHelpWhereNothingRuns(t *testing.T) {
	only := jobsOf{before: []prow.Presubmit{job("notes", func(p *prow.Presubmit) { p.Branches = []string{"^release-"} })}}
	for body, comment := range map[string]match.CommentKind{"/test all": match.CommentHelp, "/test": match.CommentHelp, "/test notes": match.CommentHelp, "/retest x": match.CommentHelp, "/retest": match.CommentNone} {
		if got := match.Decide(only, ask(says(body, nil))); got.Comment != comment || len(got.Jobs) > 0 {
			t.Errorf("%s: %+v, want the comment %s", body, got, comment)
		}
	}
	waiting := jobsOf{before: []prow.Presubmit{job("manual", nil)}}
	if got := match.Decide(waiting, ask(says("/test all", nil))); got.Comment != match.CommentNoTestAll {
		t.Errorf("/test all where every job waits for its name: %s", got.Comment)
	}
}

func TestNoPresubmits(t *testing.T) {
	for name, event := range map[string]match.Event{"opened by an outsider": pull("opened", "mallory", nil), "closed": pull("closed", "alice", nil), "pushed": pull("synchronize", "alice", nil)} {
		if diff := cmp.Diff(want{}, brief(match.Decide(jobsOf{}, ask(event))), cmp.AllowUnexported(want{})); diff != "" {
			t.Errorf("%s, Prow does nothing at all (-want +got):\n%s", name, diff)
		}
	}
	if got := match.Decide(jobsOf{}, ask(says("/test all", nil))); got.Comment != match.CommentHelp {
		t.Errorf("a comment is answered all the same: %s", got.Comment)
	}
}

func TestPush(t *testing.T) {
	never, yes := false, true
	after := func(name string, change func(*prow.Postsubmit)) prow.Postsubmit {
		p := prow.Postsubmit{JobBase: prow.JobBase{Name: name}, Reporter: prow.Reporter{Context: name}}
		change(&p)
		return p
	}
	cat := jobsOf{before: presubmits, after: []prow.Postsubmit{
		after("image", func(*prow.Postsubmit) {}),
		after("all", func(p *prow.Postsubmit) { p.AlwaysRun = &yes }),
		after("asked", func(p *prow.Postsubmit) { p.AlwaysRun = &never }),
		after("docs", func(p *prow.Postsubmit) { p.RunIfChanged, p.AlwaysRun = "^docs/", &never }),
		after("code", func(p *prow.Postsubmit) { p.SkipIfOnlyChanged, p.SkipBranches = `\.md$`, []string{"^v1"} }),
		after("main", func(p *prow.Postsubmit) { p.Branches = []string{"main"} }),
	}}
	tests := map[string]struct {
		why  string
		ref  string
		gone bool
		file []string
		want string
	}{
		"a branch":                      {ref: "refs/heads/main", file: []string{"a.go"}, want: "all code image main"},
		"an unanchored expression":      {ref: "refs/heads/maintenance", file: []string{"docs/a.md"}, want: "all docs image main"},
		"a tag":                         {why: "it is matched like a branch", ref: "refs/tags/v1.0", file: []string{"docs/a.go"}, want: "all docs image"},
		"a short name":                  {ref: "main", want: "all image main"},
		"no files":                      {why: "an empty change starts no job with a file filter", ref: "refs/heads/dev", want: "all image"},
		"a deleted branch":              {ref: "refs/heads/main", gone: true},
		"a branch named like a refspec": {ref: "refs/heads/refs/tags/v1", file: []string{"a.go"}, why: "Prow cuts both", want: "all image"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := brief(match.Decide(cat, ask(match.Event{Kind: match.KindPush, Ref: test.ref, Deleted: test.gone, Changed: test.file})))
			if diff := cmp.Diff(want{runs: test.want}, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

// TestAnswerInJSON holds the form that other programs read: no key is missing, and an empty list is a list.
func TestAnswerInJSON(t *testing.T) {
	q := ask(pull("opened", "alice", nil))
	got, err := json.Marshal(match.Decide(jobsOf{before: presubmits[:1]}, q))
	want := `{"id":"x","jobs":[{"name":"unit","context":"unit","type":"presubmit"}],"comment":"none","labels_added":[],"labels_removed":[],"aborts_running":false,"retest_label":false,"skipped_contexts":[]}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s, want\n%s", err, got, want)
	}
}

func TestValidate(t *testing.T) {
	tests := map[string]struct {
		why  string
		q    match.Question
		want string
	}{
		"good":              {q: match.Question{Repo: "o/r", Event: match.Event{Kind: match.KindPush}}},
		"no repository":     {q: match.Question{Repo: "o", Event: match.Event{Kind: match.KindPush}}, want: `repo: "o" is not of the form org/repo`},
		"a path":            {q: match.Question{Repo: "o/r/x", Event: match.Event{Kind: match.KindPush}}, want: `repo: "o/r/x" is not of the form org/repo`},
		"a kind misspelled": {why: "the guess helps", q: match.Question{Repo: "o/r", Event: match.Event{Kind: "pullrequest"}}, want: `event.kind: "pullrequest" is none of comment, pull_request, push; did you mean pull_request?`},
		"no kind":           {q: match.Question{Repo: "o/r"}, want: `event.kind: "" is none of comment, pull_request, push`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := test.q.Validate(); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.why, got, test.want)
			}
			if answer := match.Decide(jobsOf{before: presubmits}, test.q); len(answer.Jobs) > 0 {
				t.Errorf("%+v starts jobs", test.q)
			}
		})
	}
}

// FuzzComment holds that no comment of an outsider on an outsider's pull request starts anything, whatever it says.
func FuzzComment(f *testing.F) {
	for _, body := range []string{"/test all", "```\n/test e2e\n```\n/retest", "/ok-to-test\r\n", "/skip\n/test ?", "/ok-to-test cancel", "~~~\n/test"} {
		f.Add(body, "needs-ok-to-test", false)
	}
	cat := jobsOf{before: presubmits}
	f.Fuzz(func(t *testing.T, body, label string, isDraft bool) {
		e := says(body, by("mallory", "mallory", label))
		e.Draft = isDraft
		got := match.Decide(cat, ask(e))
		if label != "ok-to-test" && (len(got.Jobs) > 0 || len(got.LabelsAdded)+len(got.LabelsRemoved) > 0) {
			t.Fatalf("%q starts %+v", body, got)
		}
		if again := match.Decide(cat, ask(e)); !cmp.Equal(got, again) || !slices.IsSorted(got.SkippedContexts) {
			t.Fatalf("%q: %+v and %+v", body, got, again)
		}
	})
}
