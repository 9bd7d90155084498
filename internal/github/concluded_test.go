package github

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twins creates two check runs of one key, as two processes do that looked at the same time.
func twins(t *testing.T, w *town, check Check) (older, newer int64) {
	t.Helper()
	c := w.asApp()
	gh, err := c.in(t.Context(), check.Org, check.Repo)
	w.ok(err)
	older, err = c.createCheck(t.Context(), gh, check)
	w.ok(err)
	newer, err = c.createCheck(t.Context(), gh, check)
	w.ok(err)
	return older, newer
}

// shown is what the check runs of a commit say, in the order of their creation.
func shown(w *town, sha string) (lines []string) {
	for _, run := range w.CheckRuns(repo, sha) {
		lines = append(lines, strings.TrimSpace(run.ExternalID+" "+run.Status+" "+run.Conclusion))
	}
	return lines
}

func TestBothOfTwoCheckRunsEnd(t *testing.T) {
	w := newTown(t)
	for name, pick := range map[string]func(older, newer int64) int64{
		"when neither number is known": func(int64, int64) int64 { return 0 },
		"when the older one is noted":  func(older, _ int64) int64 { return older },
		"when the newer one is noted":  func(_, newer int64) int64 { return newer },
	} {
		t.Run(name, func(t *testing.T) {
			sha := w.pull("bob", edit).Head.SHA
			older, newer := twins(t, w, unit(sha, nil))
			for _, step := range []struct {
				check Check
				want  []string
			}{
				{unit(sha, func(c *Check) { c.Status = InProgress }), []string{"unit-abc queued", "unit-abc in_progress"}},
				{unit(sha, end("success")), []string{"unit-abc completed success", "unit-abc completed success"}},
				{unit(sha, end("cancelled")), []string{"unit-abc completed success", "unit-abc completed success"}},
			} {
				step.check.ID = pick(older, newer)
				id, err := w.asApp().UpsertCheck(t.Context(), step.check)
				if id != newer || err != nil {
					t.Errorf("got %d, %v, want the newer one, %d", id, err, newer)
				}
				if diff := cmp.Diff(step.want, shown(w, sha)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestOnlyPresentCreatesNothing(t *testing.T) {
	w := newTown(t)
	sha := w.pull("bob", edit).Head.SHA
	last := unit(sha, func(c *Check) { end("cancelled")(c); c.OnlyPresent = true })
	if id, err := w.asApp().UpsertCheck(t.Context(), last); id != 0 || err != nil || len(shown(w, sha)) != 0 {
		t.Errorf("without a check run: got %d, %v, %v", id, err, shown(w, sha))
	}
	made, err := w.asApp().UpsertCheck(t.Context(), unit(sha, nil))
	w.ok(err)
	id, err := w.asApp().UpsertCheck(t.Context(), last)
	if diff := cmp.Diff([]string{"unit-abc completed cancelled"}, shown(w, sha)); id != made || err != nil || diff != "" {
		t.Errorf("with one: got %d, %v, want %d (-want +got):\n%s", id, err, made, diff)
	}
}

// GitHub's lists may lag behind its writes. What is known by its number is not created again; but a number alone proves
// nothing, so somebody else's check run is left as it is.
func TestACheckRunThatIsNotListedIsFoundByItsNumber(t *testing.T) {
	for name, tc := range map[string]struct {
		found string
		want  string
	}{
		"ours":                 {`"name":"unit","external_id":"unit-abc","app":{"id":12}`, "PATCH /repos/acme/web/check-runs/42"},
		"of another App":       {`"name":"unit","external_id":"unit-abc","app":{"id":13}`, "POST /repos/acme/web/check-runs"},
		"of another run":       {`"name":"unit","external_id":"unit-def","app":{"id":12}`, "POST /repos/acme/web/check-runs"},
		"of another job's run": {`"name":"lint","external_id":"unit-abc","app":{"id":12}`, "POST /repos/acme/web/check-runs"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := scriptedApp(t, func(w http.ResponseWriter, r *http.Request) {
				switch path := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v3"); path {
				case "GET /repos/acme/web/installation":
					say(w, 200, `{"id":1}`)
				case "POST /app/installations/1/access_tokens":
					token(w, "one")
				case "GET /repos/acme/web/commits/" + headSHA + "/check-runs":
					say(w, 200, `{"total_count":0,"check_runs":[]}`)
				case "GET /repos/acme/web/check-runs/42":
					say(w, 200, fmt.Sprintf(`{"id":42,"status":"queued","head_sha":%q,%s}`, headSHA, tc.found))
				default:
					say(w, 201, `{"id":43}`)
				}
			})
			if _, err := c.UpsertCheck(t.Context(), unit(headSHA, func(c *Check) { c.ID = 42; end("success")(c) })); err != nil {
				t.Fatal(err)
			}
			if last := s.asked[len(s.asked)-1]; last != tc.want {
				t.Errorf("the write is %s, want %s", last, tc.want)
			}
		})
	}
}

func TestConcludedCheck(t *testing.T) {
	w := newTown(t)
	for name, tc := range map[string]struct {
		why    string
		writes []Check // SHA is filled in
		want   string
	}{
		"nothing":                {why: "the commit was never tested"},
		"one that waits":         {why: "it has not ended", writes: []Check{unit("", nil)}},
		"one that runs":          {why: "it has not ended", writes: []Check{unit("", func(c *Check) { c.Status = InProgress })}},
		"one that has ended":     {writes: []Check{unit("", end("failure"))}, want: "failure, unit: failure"},
		"one that asks somebody": {why: "it is no last word", writes: []Check{unit("", end("action_required"))}},
		"of another run":         {writes: []Check{unit("", func(c *Check) { c.ExternalID = "unit-def"; end("success")(c) })}},
		"of another name":        {writes: []Check{unit("", func(c *Check) { c.Name = "lint"; end("success")(c) })}},
		"behind a newer run's": {
			why:    "GitHub shows the newest only, ours is there nevertheless",
			writes: []Check{unit("", end("cancelled")), unit("", func(c *Check) { c.ExternalID = "unit-def" })},
			want:   "cancelled, unit: cancelled",
		},
	} {
		t.Run(name, func(t *testing.T) {
			sha := w.pull("bob", edit).Head.SHA
			for _, check := range tc.writes {
				check.SHA = sha
				w.must(w.asApp().UpsertCheck(t.Context(), check))
			}
			conclusion, title, found, err := w.asApp().ConcludedCheck(t.Context(), "acme", "web", sha, "unit", "unit-abc")
			got := ""
			if found {
				got = conclusion + ", " + title
			}
			if got != tc.want || err != nil {
				t.Errorf("%s: got %q, %v, want %q", tc.why, got, err, tc.want)
			}
		})
	}
}

func TestConcludedCheckNeedsAnApp(t *testing.T) {
	w := newTown(t)
	sha := w.pull("bob", edit).Head.SHA
	w.must(w.asApp().UpsertCheck(t.Context(), unit(sha, end("success"))))
	if _, _, found, err := w.asRobot().ConcludedCheck(t.Context(), "acme", "web", sha, "unit", "unit-abc"); found || err != nil {
		t.Errorf("in token mode: %t, %v", found, err)
	}
	if _, _, found, err := w.asApp().ConcludedCheck(t.Context(), "acme", "gone", sha, "unit", "unit-abc"); found || !Unreportable(err) {
		t.Errorf("of a repository that is gone: %t, %v", found, err)
	}
}

// An end that was said on one of two check runs only is an end.
func TestTheOlderOfTwoCheckRunsCounts(t *testing.T) {
	w := newTown(t)
	sha := w.pull("bob", edit).Head.SHA
	older, _ := twins(t, w, unit(sha, nil))
	gh, err := w.asApp().in(t.Context(), "acme", "web")
	w.ok(err)
	w.ok(updateCheck(t.Context(), gh, older, unit(sha, end("failure"))))
	conclusion, _, found, err := w.asApp().ConcludedCheck(t.Context(), "acme", "web", sha, "unit", "unit-abc")
	if conclusion != "failure" || !found || err != nil {
		t.Errorf("got %q, %t, %v", conclusion, found, err)
	}
}
