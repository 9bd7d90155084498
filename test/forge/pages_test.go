package forge

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/test/forge/fault"
)

// The forge takes the plan of package fault.
var _ Faults = (*fault.Plan)(nil)

// page fetches a page for people.
func (w *world) page(path string) (string, int) {
	w.t.Helper()
	answer, err := http.Get(w.URL() + path)
	w.ok(err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	w.ok(err)
	return string(text), answer.StatusCode
}

// TestPages plays a pull request and finds all of it on its pages.
func TestPages(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "feature", map[string]string{"main.go": "package main\n\nfunc main() { println(1) }\n"})
	app := w.asApp()
	for _, conclusion := range []string{"cancelled", "failure"} {
		_, _, err := app.Checks.CreateCheckRun(t.Context(), "acme", "site", github.CreateCheckRunOptions{
			Name: "unit", HeadSHA: p.Head.SHA, Status: new("completed"), Conclusion: new(conclusion),
			Output: &github.CheckRunOutput{Title: new("Run " + conclusion), Summary: new("**sum**"), Text: new("```\n--- FAIL: TestX\n```"),
				Annotations: []*github.CheckRunAnnotation{{Path: new("main.go"), StartLine: new(3), EndLine: new(3), AnnotationLevel: new("warning"), Message: new("no test")}}},
		})
		w.ok(err)
	}
	w.ok(w.SetStatus(StatusSpec{Who: "alice", Repo: "acme/site", SHA: p.Head.SHA, Context: "cla", State: "success", Description: "Signed"}))
	kept, err := w.Comment("alice", "acme/site", p.Number, "/test unit")
	w.ok(err)
	w.ok(w.EditComment("alice", kept.ID, "/test all"))
	gone, err := w.Comment("mallory", "acme/site", p.Number, "buy my boat")
	w.ok(err)
	w.ok(w.DeleteComment("alice", gone.ID))
	w.ok(w.Label("alice", "acme/site", p.Number, "lgtm"))
	w.ok(w.Unlabel("alice", "acme/site", p.Number, "lgtm"))
	title := "A better title"
	w.ok(w.EditPull("bob", "acme/site", p.Number, &title, nil, nil))
	w.ok(w.Review(ReviewSpec{Who: "alice", Repo: "acme/site", Number: p.Number, Event: "APPROVE"}))
	sha, err := w.Merge("alice", "acme/site", p.Number, "squash")
	w.ok(err)
	run := w.CheckRuns("acme/site", p.Head.SHA)[0]
	w.settle()

	tests := map[string]struct {
		path    string
		want    []string // in this order
		without string
	}{
		"repositories": {path: "/", want: []string{"acme/site", "0 open of 1"}},
		"a repository": {path: "/acme/site", want: []string{"merged", "A better title", "failure", "feature", "main"}},
		"the conversation": {path: "/acme/site/pull/1", want: []string{
			"A better title", "merged", "Please.", "added a commit “Change feature”", "/test all", "added the label", "lgtm", "removed the label",
			"changed the title from “Change feature” to “A better title”", "approved these changes", "merged this as", sha[:7], "Some checks were not successful",
			"unit", "Run failure", "cla", "Signed", "Merged by"}, without: "buy my boat"},
		"the commits":    {path: "/acme/site/pull/1/commits", want: []string{"Change feature", p.Head.SHA[:7]}},
		"the files":      {path: "/acme/site/pull/1/files", want: []string{"main.go", "println(1)"}},
		"the checks":     {path: "/acme/site/pull/1/checks", want: []string{"Bowsprit", "unit", "Attempts", "Run failure", "<strong>sum</strong>", "--- FAIL: TestX", "main.go:3", "no test", "cla"}},
		"an old attempt": {path: strings.TrimPrefix(run.HTMLURL, w.URL()), want: []string{"cancelled", "Run cancelled"}},
		"the merge":      {path: "/acme/site/commit/" + sha, want: []string{"A better title", "println(1)"}},
		"a first commit": {path: "/acme/site/commit/" + rootOf(t, w), want: []string{"No files are changed"}},
		"the deliveries": {path: "/deliveries", want: []string{"pull_request.closed", "pull_request.opened"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text, status := w.page(tt.path)
			if status != http.StatusOK {
				t.Fatalf("%s: status %d: %s", tt.path, status, text)
			}
			_, rest, _ := strings.Cut(text, "<main>")
			for _, want := range tt.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("%s lacks %q after what comes before it", tt.path, want)
				}
				rest = after
			}
			if tt.without != "" && strings.Contains(text, tt.without) {
				t.Errorf("%s still shows %q", tt.path, tt.without)
			}
		})
	}
}

func rootOf(t *testing.T, w *world) string {
	t.Helper()
	sha, err := w.repo("acme/site").git.line("rev-list", "--max-parents=0", "main")
	if err != nil {
		t.Fatal(err)
	}
	return sha
}
