package triggers_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

var update = flag.Bool("update", false, "write the plans of the stories anew")

// world is the present as a plain value. It is the whole test double: what is not in it is not there.
type world struct {
	Pull     triggers.PullRequest
	Changed  []string
	Trust    []string // logins
	Contexts []triggers.Context
	// Pushed are the changed files of a push; PushedCut is true if there are more.
	Pushed    []string
	PushedCut bool
	// fails names a question that cannot be answered.
	fails string
	asked []string
}

var errDown = errors.New("GitHub is down")

func (w *world) ask(question string) error {
	w.asked = append(w.asked, question)
	if w.fails == question {
		return errDown
	}
	return nil
}

type answers struct{ *world }

var _ triggers.World = answers{}

func (a answers) PullRequest(context.Context, string, string, int) (triggers.PullRequest, error) {
	return a.Pull, a.ask("PullRequest")
}

func (a answers) ChangedFiles(context.Context, string, string, int) ([]string, error) {
	return a.Changed, a.ask("ChangedFiles")
}

func (a answers) Trusted(_ context.Context, _, _, login string, _ triggers.TrustPolicy) (bool, error) {
	return slices.Contains(a.Trust, login), a.ask("Trusted")
}

func (a answers) Contexts(_ context.Context, _, _, sha string) ([]triggers.Context, error) {
	if sha != a.Pull.HeadSHA {
		return nil, fmt.Errorf("contexts of %s are asked for, the head is %s", sha, a.Pull.HeadSHA)
	}
	return a.world.Contexts, a.ask("Contexts")
}

func (a answers) PushedFiles(context.Context, string, string, string, string) ([]string, bool, error) {
	return a.Pushed, !a.PushedCut, a.ask("PushedFiles")
}

func (a answers) BotLogin(context.Context) (string, error) { return "bowsprit[bot]", a.ask("BotLogin") }

// story is what happens to one pull request, step by step. Each step's world is laid over the one before.
type story struct {
	World json.RawMessage
	Steps []struct {
		Title string
		Event v1alpha1.Event
		World json.RawMessage
	}
}

// TestStories tells what Bowsprit does in words: each file in testdata/stories is a configuration, what happens, and the
// plan for it. Refresh the plans with -update, and read them.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { tell(t, file) })
	}
}

func tell(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := plans(t, archive)
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "plans" })
	if i < 0 {
		t.Fatal("the story has no file plans")
	}
	if *update {
		archive.Files[i].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(archive.Files[i].Data), got); diff != "" {
		t.Errorf("the plans changed (-want +got); -update writes them:\n%s", diff)
	}
}

func plans(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	cat := catalogOf(t, archive)
	var s story
	decodeYAML(t, fileOf(archive, "story.yaml"), &s)
	w := &world{Pull: triggers.PullRequest{Org: "o", Repo: "r", Number: 7, BaseRef: "main", BaseSHA: strings.Repeat("b", 40)}}
	overlay(t, s.World, w)
	var b strings.Builder
	for _, step := range s.Steps {
		overlay(t, step.World, w)
		ev := step.Event
		if ev.Org, ev.Repo = "o", "r"; ev.Kind != v1alpha1.KindPush {
			ev.Number = 7
		}
		if ev.Comment != nil && ev.Comment.Author.Login == "" {
			ev.Comment.Author = ev.Sender
		}
		plan, err := triggers.Decide(t.Context(), ev, answers{w}, cat)
		if err != nil {
			t.Fatal(err)
		}
		checkComments(t, plan)
		fmt.Fprintf(&b, "# %s\n%s\n", step.Title, plan)
	}
	return b.String()
}

// catalogOf loads the story's own configuration.
func catalogOf(t *testing.T, archive *txtar.Archive) *catalog.Catalog {
	t.Helper()
	fsys, paths := fstest.MapFS{}, catalog.Paths{Jobs: "jobs.yaml"}
	for _, f := range archive.Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		if f.Name == "plugins.yaml" {
			paths.Plugins = f.Name
		}
	}
	cat, problems := catalog.Load(fsys, paths)
	if cat == nil {
		t.Fatal(problems)
	}
	return cat
}

func fileOf(archive *txtar.Archive, name string) []byte {
	for _, f := range archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func decodeYAML(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(data, into); err != nil {
		t.Fatal(err)
	}
}

// overlay lays what a story says over a world; lists are replaced.
func overlay(t *testing.T, raw json.RawMessage, w *world) {
	t.Helper()
	if len(raw) == 0 {
		return
	}
	var lists struct{ Contexts, Changed, Trust json.RawMessage }
	if err := json.Unmarshal(raw, &lists); err != nil {
		t.Fatal(err)
	}
	if lists.Contexts != nil {
		w.Contexts = nil
	}
	if err := json.Unmarshal(raw, w); err != nil {
		t.Fatal(err)
	}
}
