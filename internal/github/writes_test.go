package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/forge/fault"
)

// unit is a check on a commit.
func unit(sha string, bend func(*Check)) Check {
	c := Check{
		Org: "acme", Repo: "web", SHA: sha, Name: "unit", ExternalID: "unit-abc", Status: Queued,
		Title: "Queued", Summary: "3 ahead",
	}
	if bend != nil {
		bend(&c)
	}
	return c
}

// end makes a check say how it ended.
func end(conclusion string) func(*Check) {
	return func(c *Check) {
		c.Status, c.Conclusion, c.Title, c.Summary = Completed, conclusion, "unit: "+conclusion, "the end"
	}
}

func TestACheckRunFromQueuedToCompleted(t *testing.T) {
	w := newTown(t)
	c, sha := w.asApp(), w.pull("bob", edit).Head.SHA
	began := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	id, err := c.UpsertCheck(t.Context(), unit(sha, nil))
	w.ok(err)
	steps := []Check{
		unit(sha, func(c *Check) { c.Status, c.Title, c.StartedAt = InProgress, "Running", began }),
		unit(sha, func(c *Check) {
			end("failure")(c)
			c.Text, c.DetailsURL, c.StartedAt, c.CompletedAt = "```\nFAIL\n```", "https://ci.example.com/unit", began, began.Add(time.Minute)
			c.Actions = []CheckAction{{Label: "Run it again, please, at once", Description: "d", Identifier: "rerun"}}
		}),
	}
	for _, step := range steps {
		step.ID = id
		if got, err := c.UpsertCheck(t.Context(), step); got != id || err != nil {
			t.Fatalf("%s: got %d, %v, want %d", step.Status, got, err, id)
		}
	}
	want := []forge.CheckRunView{{
		ID: id, Repo: repo, Name: "unit", HeadSHA: sha, Status: Completed, Conclusion: "failure", ExternalID: "unit-abc",
		DetailsURL: "https://ci.example.com/unit", AppID: w.app.ID, AppSlug: "bowsprit", AppName: "bowsprit",
		Title: "unit: failure", Summary: "the end", Text: "```\nFAIL\n```",
		Actions:   []forge.CheckActionView{{Label: "Run it again, ple…", Description: "d", Identifier: "rerun"}},
		StartedAt: began, CompletedAt: began.Add(time.Minute), Latest: true, Writes: 3,
	}}
	ignore := cmpopts.IgnoreFields(forge.CheckRunView{}, "NodeID", "HTMLURL", "SuiteID", "CreatedAt")
	if diff := cmp.Diff(want, w.CheckRuns(repo, sha), ignore, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUpsertCheckMayBeRepeated(t *testing.T) {
	cases := map[string]struct {
		why    string
		writes []Check // each by a client that remembers nothing; SHA is filled in
		want   []string
		count  int // writes that reach GitHub
	}{
		"the same twice": {
			why:    "a crash between creating and recording the number",
			writes: []Check{unit("", nil), unit("", nil)}, want: []string{"unit-abc queued "}, count: 1,
		},
		"the same end twice": {
			writes: []Check{unit("", end("success")), unit("", end("success"))}, want: []string{"unit-abc completed success"}, count: 1,
		},
		"going on": {
			writes: []Check{unit("", nil), unit("", end("success"))}, want: []string{"unit-abc completed success"}, count: 2,
		},
		"late news": {
			why:    "what is completed is never moved back",
			writes: []Check{unit("", end("failure")), unit("", nil), unit("", func(c *Check) { c.Status = InProgress })},
			want:   []string{"unit-abc completed failure"}, count: 1,
		},
		"another attempt": {
			why:    "a retest is a check run of its own under the same name",
			writes: []Check{unit("", end("failure")), unit("", func(c *Check) { c.ExternalID = "unit-def" })},
			want:   []string{"unit-abc completed failure", "unit-def queued "}, count: 2,
		},
		"an older attempt after a newer": {
			why: "GitHub shows the newest only, ours is there nevertheless",
			writes: []Check{
				unit("", nil), unit("", func(c *Check) { c.ExternalID = "unit-def" }), unit("", end("cancelled")),
			},
			want: []string{"unit-abc completed cancelled", "unit-def queued "}, count: 3,
		},
		"a second end": {
			why:    "a run has one final report, whatever comes later",
			writes: []Check{unit("", end("failure")), unit("", end("cancelled"))}, want: []string{"unit-abc completed failure"}, count: 1,
		},
		"a gate that opens": {
			why:    "what waits for somebody has not ended",
			writes: []Check{unit("", end("action_required")), unit("", end("success"))}, want: []string{"unit-abc completed success"}, count: 2,
		},
		"a wrong number": {
			why:    "it is looked up anew",
			writes: []Check{unit("", nil), unit("", func(c *Check) { c.ID = 1; c.Status = InProgress }), unit("", func(c *Check) { c.ID = 1; end("success")(c) })},
			want:   []string{"unit-abc completed success"}, count: 3,
		},
	}
	w := newTown(t)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			sha, before := w.pull("bob", edit).Head.SHA, w.writes()
			for _, check := range tc.writes {
				check.SHA = sha
				w.must(w.asApp().UpsertCheck(t.Context(), check))
			}
			var got []string
			for _, run := range w.CheckRuns(repo, sha) {
				got = append(got, run.ExternalID+" "+run.Status+" "+run.Conclusion)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.why, diff)
			}
			after, n := w.writes(), 0
			for _, what := range []string{"check_run.create", "check_run.update"} {
				n += after[what] - before[what]
			}
			if n != tc.count {
				t.Errorf("%s: %d writes, want %d", tc.why, n, tc.count)
			}
		})
	}
}

// What was written is known to the caller; late news by number must be stopped too.
func TestACompletedCheckIsNotMovedBackByItsNumber(t *testing.T) {
	w := newTown(t)
	c, sha := w.asApp(), w.pull("bob", edit).Head.SHA
	id, err := c.UpsertCheck(t.Context(), unit(sha, end("success")))
	w.ok(err)
	got, err := c.UpsertCheck(t.Context(), unit(sha, func(c *Check) { c.ID, c.Status = id, InProgress }))
	if runs := w.CheckRuns(repo, sha); err != nil || got != id || len(runs) != 1 || runs[0].Status != Completed {
		t.Errorf("got %d, %v, %+v", got, err, runs)
	}
}

func TestALostAnswerMakesNoSecondCheckRun(t *testing.T) {
	cases := map[string]struct {
		outcome fault.Outcome
		created bool // by the first try
	}{
		"502 after the effect":        {fault.AfterEffect(502), true},
		"dropped after the effect":    {fault.DropAfterEffect(), true},
		"502 before the effect":       {fault.BeforeEffect(502), false},
		"dropped before the effect":   {fault.Drop(), false},
		"a secondary limit":           {fault.SecondaryLimit(403, time.Second), false},
		"the hourly budget is spent":  {fault.PrimaryLimit(time.Second), false},
		"500 with an effect and more": {fault.AfterEffect(500), true},
	}
	w := newTown(t)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			sha := w.pull("bob", edit).Head.SHA
			w.faults.Clear()
			w.faults.Add(fault.On("POST", "/check-runs").First(1).Then(tc.outcome))
			id, err := w.asApp().UpsertCheck(t.Context(), unit(sha, nil))
			if created := err == nil && id != 0; created != tc.created {
				t.Errorf("the first try: got %d, %v", id, err)
			}
			_, limited := errors.AsType[*RateLimited](err)
			if err != nil && !limited && !errors.Is(err, ErrTemporary) || Unreportable(err) {
				t.Errorf("the first try: got %v, want an error that says to try again", err)
			}
			w.must(w.asApp().UpsertCheck(t.Context(), unit(sha, end("success"))))
			if runs := w.CheckRuns(repo, sha); len(runs) != 1 || runs[0].Conclusion != "success" {
				t.Errorf("%d check runs: %+v", len(runs), runs)
			}
		})
	}
}

// Whatever GitHub does, trying until it works ends with one check run, one comment, and the label, all as wanted.
func TestWritesConvergeUnderFaults(t *testing.T) {
	w := newTown(t)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			p := w.pull("bob", edit)
			c := w.asApp()
			w.faults.Clear()
			w.faults.Seed = seed
			w.faults.Add(
				fault.On("", "").Odds(0.15).Then(fault.AfterEffect(502)),
				fault.On("", "").Odds(0.15).Then(fault.BeforeEffect(500)),
				fault.On("", "").Odds(0.1).Then(fault.DropAfterEffect()),
				fault.On("", "").Odds(0.1).Then(fault.Drop()),
			)
			key := CommentKey{Org: "acme", Repo: "web", Number: p.Number, Marker: "welcome"}
			ends := unit(p.Head.SHA, end("success"))
			writes := []func() error{
				func() error { _, err := c.UpsertCheck(t.Context(), unit(p.Head.SHA, nil)); return err },
				func() error { return c.UpsertComment(t.Context(), key, "Hello") },
				func() error { return c.Label(t.Context(), "acme", "web", p.Number, "needs-ok-to-test", false) },
				func() error { _, err := c.UpsertCheck(t.Context(), ends); return err },
				func() error { return c.UpsertComment(t.Context(), key, "Bye") },
				func() error { return c.Label(t.Context(), "acme", "web", p.Number, "needs-ok-to-test", true) },
			}
			for i, write := range writes {
				for try := 1; ; try++ {
					err := write()
					if err == nil {
						break
					}
					if !errors.Is(err, ErrTemporary) || try > 200 {
						t.Fatalf("write %d, try %d: %v\n%v", i, try, err, w.faults.Injected())
					}
				}
			}
			runs, comments := w.CheckRuns(repo, p.Head.SHA), w.Comments(repo, p.Number)
			pull, _ := w.Pull(repo, p.Number)
			if len(runs) != 1 || runs[0].Conclusion != "success" || len(comments) != 1 || !strings.HasSuffix(comments[0].Body, "Bye") || len(pull.Labels) != 0 {
				t.Errorf("check runs %+v, comments %+v, labels %v\n%v", runs, comments, pull.Labels, w.faults.Injected())
			}
		})
	}
}

func TestUpsertCheckRefuses(t *testing.T) {
	w := newTown(t)
	sha := w.pull("bob", edit).Head.SHA
	app, robot := w.asApp(), w.asRobot()
	cases := map[string]struct {
		client *Client
		check  Check
		want   error
	}{
		"a token":                      {robot, unit(sha, nil), ErrForbidden},
		"a commit that is gone":        {app, unit(headSHA, nil), ErrGone},
		"a repository that is gone":    {app, unit(sha, func(c *Check) { c.Repo = "gone" }), ErrNotFound},
		"no external id":               {app, unit(sha, func(c *Check) { c.ExternalID = "" }), ErrInvalid},
		"no name":                      {app, unit(sha, func(c *Check) { c.Name = "" }), ErrInvalid},
		"an end without conclusion":    {app, unit(sha, func(c *Check) { c.Status = Completed }), ErrInvalid},
		"a conclusion before the end":  {app, unit(sha, func(c *Check) { c.Conclusion = "success" }), ErrInvalid},
		"a repository without the App": {app, unit(sha, func(c *Check) { c.Org, c.Repo = "friends", "x" }), ErrNotFound},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			id, err := tc.client.UpsertCheck(t.Context(), tc.check)
			if id != 0 || !errors.Is(err, tc.want) {
				t.Errorf("got %d, %v, want %v", id, err, tc.want)
			}
			if want := errors.Is(tc.want, ErrGone) || errors.Is(tc.want, ErrNotFound); Unreportable(err) != want {
				t.Errorf("unreportable: %t, want %t", Unreportable(err), want)
			}
		})
	}
	if runs := w.CheckRuns(repo, sha); len(runs) != 0 {
		t.Errorf("written nevertheless: %+v", runs)
	}
}

func TestTextsAreCutToGitHubsSizes(t *testing.T) {
	w := newTown(t)
	sha := w.pull("bob", edit).Head.SHA
	long := strings.Repeat("🚀", 50_000) // 200 KB, and no limit falls between two of them
	w.must(w.asApp().UpsertCheck(t.Context(), unit(sha, func(c *Check) {
		c.Title, c.Summary, c.Text = long, long, "\xff\x00"+long
	})))
	run := w.CheckRuns(repo, sha)[0]
	for name, tc := range map[string]struct {
		text string
		most int
		mark string
	}{
		"title":   {run.Title, 255, "…"},
		"summary": {run.Summary, 65535, "… cut here: 200000 bytes are too many for GitHub"},
		"text":    {run.Text, 65535, "… cut here: 200004 bytes are too many for GitHub"},
	} {
		if len(tc.text) > tc.most || len(tc.text) < tc.most-8 || !utf8.ValidString(tc.text) || !strings.HasSuffix(tc.text, tc.mark) {
			t.Errorf("%s: %d bytes, valid: %t, ends in %q", name, len(tc.text), utf8.ValidString(tc.text), tc.text[len(tc.text)-60:])
		}
	}
	if n := w.writes()["check_run.update"]; n != 0 {
		t.Fatalf("%d updates", n)
	}
	w.must(w.asApp().UpsertCheck(t.Context(), unit(sha, func(c *Check) {
		c.Title, c.Summary, c.Text = long, long, "\xff\x00"+long
	})))
	if n := w.writes()["check_run.update"]; n != 0 {
		t.Errorf("the same long texts were written again")
	}
}

func TestSetStatus(t *testing.T) {
	w := newTown(t)
	c, sha := w.asRobot(), w.pull("bob", edit).Head.SHA
	set := func(bend func(*Status)) {
		t.Helper()
		s := Status{Org: "acme", Repo: "web", SHA: sha, Context: "unit", State: "pending", Description: "Queued"}
		if bend != nil {
			bend(&s)
		}
		w.ok(c.SetStatus(t.Context(), s))
	}
	expect := func(why string, want ...string) {
		t.Helper()
		var got []string
		for _, s := range w.Statuses(repo, sha) {
			got = append(got, s.Creator.Login+" "+s.State+" "+s.Description)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", why, diff)
		}
	}
	set(nil)
	set(nil)
	expect("the same twice is written once", "robot pending Queued")
	set(func(s *Status) { s.State, s.Description, s.TargetURL = "success", "ok", "https://ci.example.com/" })
	set(func(s *Status) { s.State, s.Description, s.TargetURL = "success", "ok", "https://ci.example.com/" })
	expect("a change is written once", "robot pending Queued", "robot success ok")
	w.ok(w.SetStatus(forge.StatusSpec{Who: "bob", Repo: repo, SHA: sha, State: "success", Context: "unit", Description: "ok", TargetURL: "https://ci.example.com/"}))
	set(func(s *Status) { s.State, s.Description, s.TargetURL = "success", "ok", "https://ci.example.com/" })
	expect("another's equal status is none of ours", "robot pending Queued", "robot success ok", "bob success ok", "robot success ok")
	set(func(s *Status) { s.Context, s.Description = "long", strings.Repeat("é", 100) })
	long := w.Statuses(repo, sha)[4].Description
	if len(long) > 140 || len(long) < 136 || !strings.HasSuffix(long, "é…") {
		t.Errorf("a long description became %d bytes: %q", len(long), long)
	}
	err := c.SetStatus(t.Context(), Status{Org: "acme", Repo: "web", SHA: headSHA, Context: "unit", State: "pending"})
	if !Unreportable(err) {
		t.Errorf("an absent commit: got %v", err)
	}
}

func TestUpsertComment(t *testing.T) {
	both(t, func(t *testing.T, w *town, c *Client) {
		p := w.pull("bob", edit)
		key := CommentKey{Org: "acme", Repo: "web", Number: p.Number, Marker: "welcome"}
		w.must(w.Comment("mallory", repo, p.Number, "<!-- bowsprit:welcome -->\nI am the bot"))
		for range 120 { // ours is not on the first page
			w.must(w.Comment("alice", repo, p.Number, "me too"))
		}
		bodies := func() (ours []string) {
			bot, err := c.BotLogin(t.Context())
			w.ok(err)
			for _, comment := range w.Comments(repo, p.Number) {
				if comment.Author.Login == bot {
					ours = append(ours, comment.Body)
				}
			}
			return ours
		}
		for _, body := range []string{"Hello", "Hello", "Hello\r\n", "Bye"} {
			w.ok(c.UpsertComment(t.Context(), key, body))
		}
		w.ok(c.UpsertComment(t.Context(), CommentKey{Org: "acme", Repo: "web", Number: p.Number, Marker: "answer-7"}, "You said:\n<!-- bowsprit:welcome -->"))
		w.ok(c.UpsertComment(t.Context(), key, "Bye"))
		want := []string{
			"<!-- bowsprit:welcome -->\nBye",
			"<!-- bowsprit:answer-7 -->\nYou said:\n<!-- bowsprit:welcome -->",
		}
		if diff := cmp.Diff(want, bodies()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := w.writes(); got["comment.create"] != 2 || got["comment.edit"] != 1 {
			t.Errorf("writes: %v", got)
		}
		if w.Comments(repo, p.Number)[0].Body != "<!-- bowsprit:welcome -->\nI am the bot" {
			t.Error("another's comment was edited")
		}
		w.ok(c.UpsertComment(t.Context(), key, strings.Repeat("🚀", 30_000)))
		if body := bodies()[0]; len(body) > mostComment || !strings.HasSuffix(body, "too many for GitHub") {
			t.Errorf("a long comment became %d bytes", len(body))
		}
		for _, marker := range []string{"", "a--b", "a -->", "a\nb", "-", "a-"} {
			key.Marker = marker
			if err := c.UpsertComment(t.Context(), key, "x"); !errors.Is(err, ErrInvalid) {
				t.Errorf("marker %q: got %v", marker, err)
			}
		}
		key.Marker, key.Number = "welcome", 999
		if err := c.UpsertComment(t.Context(), key, "x"); !Unreportable(err) {
			t.Errorf("an absent pull request: got %v", err)
		}
	})
}

func TestLabel(t *testing.T) {
	both(t, func(t *testing.T, w *town, c *Client) {
		p := w.pull("bob", edit)
		for _, name := range []string{"kind/bug", "needs-ok-to-test", "100% sure? #1", "größe: S"} {
			for _, remove := range []bool{false, false, true, true} {
				w.ok(c.Label(t.Context(), "acme", "web", p.Number, name, remove))
				pull, _ := w.Pull(repo, p.Number)
				if has := len(pull.Labels) == 1 && pull.Labels[0].Name == name; has == remove || len(pull.Labels) > 1 {
					t.Errorf("%q, remove %t: labels are %v", name, remove, pull.Labels)
				}
			}
		}
		w.ok(c.Label(t.Context(), "acme", "web", p.Number, "lgtm", false))
		before := len(w.History())
		w.ok(c.Label(t.Context(), "acme", "web", p.Number, "LGTM", false))
		if after := len(w.History()); after != before {
			t.Errorf("a label that is on in another case was written again: %v", w.History()[before:])
		}
		w.faults.Add(fault.On(http.MethodDelete, "/labels/*").First(1).Then(fault.AfterEffect(404)))
		w.ok(c.Label(t.Context(), "acme", "web", p.Number, "lgtm", true)) // somebody else was faster
	})
}
