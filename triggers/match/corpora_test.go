package match_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/triggers/match"
)

// corpora holds real configurations, and Prow's answers about them. They are other people's data and not part of the
// project, so that the test is skipped where they are not beside it.
const corpora = "../../../shared/corpora"

// corpus is one configuration of the manifest.
type corpus struct {
	Name, Config, Plugins, Jobs, Supp string
	InRepo                            map[string]string
}

// asked is a question with Prow's answer.
type asked struct {
	match.Question
	Family string
	Expect match.Answer
}

// TestProwAgrees asks every question of the corpora and compares with what Prow did.
func TestProwAgrees(t *testing.T) {
	manifest, err := os.ReadFile(filepath.Join(corpora, "manifest.json"))
	if err != nil {
		t.Skipf("the corpora are not here: %v", err)
	}
	var all []corpus
	if err := json.Unmarshal(manifest, &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			cat := load(t, c)
			for _, q := range questions(t, c.Name) {
				want := q.Expect
				want.ID = q.ID
				if diff := cmp.Diff(want, match.Decide(cat, q.Question)); diff != "" {
					t.Errorf("%s [%s] (-Prow +ours):\n%s", q.ID, q.Family, diff)
				}
			}
		})
	}
}

func load(t *testing.T, c corpus) *catalog.Catalog {
	t.Helper()
	in := func(p string) string {
		if p == "" {
			return ""
		}
		return path.Join(c.Name, p)
	}
	paths := catalog.Paths{Config: in(c.Config), Plugins: in(c.Plugins), Jobs: in(c.Jobs)}
	if c.Supp != "" {
		paths.SupplementalConfigs, paths.SupplementalPlugins = []string{in(c.Supp)}, []string{in(c.Supp)}
	}
	cat, problems := catalog.Load(os.DirFS(corpora), paths)
	if cat == nil {
		t.Fatal(problems.Err())
	}
	return withInRepo(t, cat, c)
}

func questions(t *testing.T, name string) []asked {
	t.Helper()
	f, err := os.Open(filepath.Join(corpora, "answers", "questions-"+name+".jsonl.gz"))
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []asked
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var q asked
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		out = append(out, q)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// withInRepo adds the jobs that repositories define themselves.
func withInRepo(t *testing.T, cat *catalog.Catalog, c corpus) *catalog.Catalog {
	t.Helper()
	for name, dir := range c.InRepo {
		org, repo, _ := strings.Cut(name, "/")
		more, problems := cat.WithInRepo(org, repo, os.DirFS(filepath.Join(corpora, c.Name, dir)))
		if more == nil {
			t.Fatal(problems.Err())
		}
		cat = more
	}
	return cat
}
