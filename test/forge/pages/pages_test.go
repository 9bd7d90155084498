package pages

import (
	stdhtml "html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shelf is a Source with one repository and one pull request.
type shelf struct{ pull Pull }

func (s shelf) Repositories() []Repository {
	return []Repository{{Name: "acme/site", Description: "A <site>", Branches: []Branch{{"main", "c0ffee0000"}}, Pulls: []PullSummary{s.pull.PullSummary}}}
}

func (s shelf) Pull(repo string, number int) (Pull, bool) {
	return s.pull, repo == s.pull.Repo && number == s.pull.Number
}

func (s shelf) Commit(repo, name string) (Commit, bool) {
	return s.pull.Head, repo == s.pull.Repo && name == s.pull.Head.SHA
}

func (s shelf) CommitOfRun(id int64) (repo, sha string, ok bool) {
	return s.pull.Repo, s.pull.Head.SHA, id == 12
}

func (s shelf) Deliveries() []Delivery {
	return []Delivery{{Event: "push", Repo: "acme/site", GUID: "72d3162e", Status: "OK", OK: true, Body: `{"ref": "<main>"}`}}
}

func newShelf() shelf {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	head := Commit{Repo: "acme/site", SHA: "c0ffee0000", Message: "Fix it\n\nBecause.", Author: "Bob", Date: at, Parents: []string{"badcafe000"},
		CheckRuns: []CheckRun{
			{ID: 11, Name: "unit", App: "Bowsprit", State: "cancelled", Created: at},
			{ID: 12, Name: "unit", App: "Bowsprit", State: "failure", Title: "Failed: 1 of 2 tests", Created: at, Started: at, Completed: at.Add(83 * time.Second), Latest: true,
				Summary: "| step | result |\n|---|---|\n| test | failed |", Text: "<details open><summary>Log</summary>\n\n```\n--- FAIL: TestAdd\n```\n</details>",
				DetailsURL: "https://ci.example.com/12", Annotations: []Annotation{{Path: "add_test.go", Start: 7, End: 9, Level: "failure", Message: "want 3, got 4"}}, Actions: []string{"Re-run"}},
			{ID: 13, Name: "lint", App: "Bowsprit", State: "success", Title: "Clean", Created: at, Latest: true},
			{ID: 14, Name: "e2e", App: "Other", State: "in_progress", Created: at, Latest: true},
		},
		Statuses: []Status{{Context: "legacy", State: "pending", Creator: "bot"}, {Context: "legacy", State: "success", Description: "Fine", Creator: "bot", Latest: true}},
	}
	return shelf{Pull{
		PullSummary: PullSummary{Number: 7, Title: "Add <b>addition</b>", Author: "bob", State: "open", Labels: []Label{{Name: "lgtm", Color: "15dd18"}}, Created: at, Mark: "failure"},
		Repo:        "acme/site", Body: "Adds `Add`.\n\n<script>alert(1)</script><img src=x onerror=alert(2)>", HeadLabel: "bob:add", BaseLabel: "acme:main", MergeState: "blocked",
		Commits: []Commit{head}, Head: head, Files: []File{{Path: "add.go", Status: "added", Additions: 2, Patch: "@@ -0,0 +1,2 @@\n+package site\n-old"}},
		Timeline: []Item{
			{At: at, Actor: "bowsprit[bot]", Kind: "commented", Text: "commented", Body: "The following test **failed**: <!-- marker -->", Anchor: "issuecomment-5", Edited: true},
			{At: at, Actor: "alice", Kind: "labeled", Text: "added the label", Label: &Label{Name: "lgtm", Color: "15dd18"}},
		},
	}}
}

// get fetches a page and returns its status and its text without tags.
func get(path string) (int, string, string) {
	recorder := httptest.NewRecorder()
	Handler(newShelf()).ServeHTTP(recorder, httptest.NewRequest("GET", path, nil))
	html := recorder.Body.String()
	_, main, _ := strings.Cut(html, "<main>")
	text := regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main, " "), " ")
	return recorder.Code, stdhtml.UnescapeString(text), html
}

// TestPages wants each page to say what it is for.
func TestPages(t *testing.T) {
	tests := map[string]struct {
		path   string
		status int
		want   []string // in the text, in this order
	}{
		"repositories":             {"/", 200, []string{"acme/site", "A <site>", "1 open of 1"}},
		"a repository":             {"/acme/site", 200, []string{"open", "Add <b>addition</b>", "✗", "lgtm", "#7", "main", "c0ffee0"}},
		"its pull requests":        {"/acme/site/pulls", 200, []string{"#7"}},
		"a pull request":           {"/acme/site/pull/7", 200, []string{"#7", "bob", "wants to merge 1 commit into acme:main from bob:add", "Adds Add .", "bowsprit[bot]", "edited", "failed", "alice", "added the label", "lgtm", "Some checks were not successful", "1 failing, 1 in progress, 2 successful", "unit", "Failed: 1 of 2 tests", "legacy", "Merge state: blocked"}},
		"its commits":              {"/acme/site/pull/7/commits", 200, []string{"Fix it", "Bob committed"}},
		"its files":                {"/acme/site/pull/7/files", 200, []string{"add.go", "+2", "@@ -0,0 +1,2 @@", "+package site"}},
		"its checks, the red one":  {"/acme/site/pull/7/checks", 200, []string{"Bowsprit", "unit", "1m23s", "lint", "Other", "e2e", "View more details", "Re-run", "Attempts", "latest", "Failed: 1 of 2 tests", "step", "test", "Log", "--- FAIL: TestAdd", "Annotations", "add_test.go:7-9", "want 3, got 4", "Commit statuses", "legacy"}},
		"another check":            {"/acme/site/pull/7/checks?run=13", 200, []string{"lint", "success", "Clean"}},
		"an older attempt":         {"/acme/site/pull/7/checks?run=11", 200, []string{"cancelled", "No output has been reported"}},
		"a check that runs":        {"/acme/site/pull/7/checks?run=14", 200, []string{"e2e", "in progress"}},
		"a commit":                 {"/acme/site/commit/c0ffee0000", 200, []string{"Fix it", "Because.", "parent badcafe", "legacy"}},
		"a commit's checks":        {"/acme/site/commit/c0ffee0000/checks", 200, []string{"unit", "Failed: 1 of 2 tests"}},
		"a check run":              {"/acme/site/runs/12", 302, nil},
		"deliveries":               {"/deliveries", 200, []string{"push", "72d3162e", "OK", "<main>"}},
		"a tab that is not there":  {"/acme/site/pull/7/security", 404, nil},
		"a pull that is not there": {"/acme/site/pull/8", 404, nil},
		"no number":                {"/acme/site/pull/seven", 404, nil},
		"no repository":            {"/acme/other", 404, nil},
		"a run of another":         {"/acme/other/runs/12", 404, nil},
		"a commit not there":       {"/acme/site/commit/abc", 404, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, text, _ := get(tt.path)
			if status != tt.status {
				t.Fatalf("status %d, want %d: %s", status, tt.status, text)
			}
			rest := text
			for _, want := range tt.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("%q is missing after what came before it in %s", want, text)
				}
				rest = after
			}
		})
	}
}

// TestUntrustedText: what users write does nothing on the page, and what GitHub would show is shown.
func TestUntrustedText(t *testing.T) {
	_, _, html := get("/acme/site/pull/7")
	for _, evil := range []string{"<script", "onerror", "<b>addition"} {
		if strings.Contains(html, evil) {
			t.Errorf("the page contains %q", evil)
		}
	}
	_, _, html = get("/acme/site/pull/7/checks")
	for _, good := range []string{"<details open", "<summary>Log</summary>", "<table>"} {
		if !strings.Contains(html, good) {
			t.Errorf("the page lacks %q", good)
		}
	}
	recorder := httptest.NewRecorder()
	Handler(newShelf()).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	if policy := recorder.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("content security policy: %q", policy)
	}
}

// TestRefresh: a page loads itself again only while something is pending.
func TestRefresh(t *testing.T) {
	s := newShelf()
	for _, tt := range []struct {
		state string
		want  bool
	}{{"in_progress", true}, {"success", false}} {
		s.pull.Head.CheckRuns = []CheckRun{{ID: 1, Name: "unit", State: tt.state, Latest: true}}
		recorder := httptest.NewRecorder()
		Handler(s).ServeHTTP(recorder, httptest.NewRequest("GET", "/acme/site/pull/7", nil))
		if got := strings.Contains(recorder.Body.String(), `http-equiv="refresh"`); got != tt.want {
			t.Errorf("%s: refreshes %v, want %v", tt.state, got, tt.want)
		}
	}
}

// TestHeadline sums up checks and statuses.
func TestHeadline(t *testing.T) {
	tests := map[string]struct {
		states []string
		want   string
	}{
		"nothing":      {nil, "No checks have been reported"},
		"all green":    {[]string{"success", "skipped"}, "All checks have passed"},
		"one runs":     {[]string{"success", "queued"}, "Some checks haven’t completed yet"},
		"one red":      {[]string{"success", "timed_out", "queued"}, "Some checks were not successful"},
		"all red":      {[]string{"failure", "error"}, "All checks have failed"},
		"an old state": {[]string{"stale"}, "All checks have passed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var commit Commit
			for i, state := range tt.states {
				commit.CheckRuns = append(commit.CheckRuns, CheckRun{ID: int64(i), Name: state, State: state, Latest: true})
			}
			if got := newChecks(commit, "").Headline(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestOnlyReading: the pages answer to GET alone.
func TestOnlyReading(t *testing.T) {
	recorder := httptest.NewRecorder()
	Handler(newShelf()).ServeHTTP(recorder, httptest.NewRequest("POST", "/acme/site", nil))
	if recorder.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d", recorder.Code)
	}
}
