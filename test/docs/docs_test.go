package docs

import (
	"maps"
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestWhatThePagesSayIsTrue(t *testing.T) {
	repo := os.DirFS("../..")
	paths, err := pagePaths(repo)
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d pages were found (%v); there are more", len(paths), err)
	}
	found, err := problems(repo)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range found {
		t.Error(problem)
	}
}

// house is a small repository whose pages are true.
func house(changed map[string]string) fstest.MapFS {
	files := map[string]string{
		"Makefile": "RUN ?= .\n.PHONY: test\ntest: build ## Test\n\t@go test -run '$(RUN)' ./...\nbuild:\n\t@go build ./...\n",
		"README.md": "# House\n\nSee [docs](docs/README.md), [install](docs/install.md#2-the-_second_-step) and [a site](https://example.org/x#y).\n" +
			"Type `make test RUN=TestA && make build`.\n",
		"docs/README.md": "# Docs\n\n[Command line](reference/cli.md), [install](install.md), [code](../Makefile), [here](#docs).\n",
		"docs/install.md": "# Install\n\n## 1. Step\n\n## 2. The `_second_` step\n\n## 1. Step\n\n[again](#1-step-1)\n\n" +
			"```sh\nFOO=1 bin/bowsprit config check --strict -o json \\\n  --path='a --b'   # not --this\nkubectl get x | bowsprit serve\n```\n",
		"docs/reference/cli.md": "# CLI\n\n`bowsprit VERB --help`\n\n## bowsprit\n\n## bowsprit config\n\n## bowsprit config check\n\n" +
			"| flag | meaning |\n|---|---|\n| `-o`, `--output` | form |\n| `--strict` | `--lax` is none |\n| `--path` | a path |\n\n## bowsprit serve\n\n",
	}
	maps.Copy(files, changed)
	repo := fstest.MapFS{}
	for at, text := range files {
		repo[at] = &fstest.MapFile{Data: []byte(text)}
	}
	return repo
}

func TestProblems(t *testing.T) {
	tests := map[string]struct {
		why   string
		files map[string]string
		want  []string
	}{
		"a house in order": {why: "what is true must pass"},
		"links that lead nowhere": {
			why: "a file may be moved or never written, a heading renamed",
			files: map[string]string{"CHANGELOG.md": "# Log\n\n[a](docs/no.md) and\n![b](docs/b.png)\n\n[c](docs/install.md#step) [d](#no)\n" +
				"[e](../out.md)\n[f](/docs/install.md) [g](Makefile#test)\n"},
			want: []string{
				"CHANGELOG.md:3: the link docs/no.md leads to no file",
				"CHANGELOG.md:4: the link docs/b.png leads to no file",
				"CHANGELOG.md:6: the link #no leads to no heading of CHANGELOG.md",
				"CHANGELOG.md:6: the link docs/install.md#step leads to no heading of docs/install.md",
				"CHANGELOG.md:7: the link ../out.md leaves the repository",
				"CHANGELOG.md:8: the link /docs/install.md leaves the repository",
				"CHANGELOG.md:8: the link Makefile#test leads to no heading of Makefile",
			},
		},
		"a page that nobody finds": {
			why:   "a page links to itself and lists itself nowhere",
			files: map[string]string{"docs/lost.md": "# Lost\n\n[me](lost.md)\n"},
			want:  []string{"docs/lost.md: no page links to it"},
		},
		"make targets and variables that are gone": {
			why:   "the Makefile changes without the pages",
			files: map[string]string{"CONTRIBUTING.md": "# Hi\n\n`make -s test tset`, `make demo`\n\n```sh\nmake test SEED=1\nmake build # make nothing\n```\n"},
			want: []string{
				"CONTRIBUTING.md:3: the Makefile has no target demo",
				"CONTRIBUTING.md:3: the Makefile has no target tset",
				"CONTRIBUTING.md:6: the Makefile reads no variable SEED",
			},
		},
		"verbs and flags that are gone": {
			why: "the program changes without the pages",
			files: map[string]string{"CONTRIBUTING.md": "# Hi\n\n`bowsprit config lint`\n`bowsprit run`\n`bowsprit config check --lax`\n" +
				"`bowsprit config check -x`\n\n    bowsprit serve \\\n      --strict\n"},
			want: []string{
				"CONTRIBUTING.md:3: bowsprit config has no verb lint",
				"CONTRIBUTING.md:4: bowsprit has no verb run",
				"CONTRIBUTING.md:5: bowsprit config check has no flag --lax",
				"CONTRIBUTING.md:6: bowsprit config check has no flag -x",
				"CONTRIBUTING.md:8: bowsprit serve has no flag --strict",
			},
		},
		"paths of a machine": {
			why:   "a reader has another one",
			files: map[string]string{"config/samples/s.md": "# S\n\nIn `/home/me/x` and https://example.org/home/page.\nKUBECONFIG=/tmp/k\n"},
			want: []string{
				"config/samples/s.md:3: /home/me/x is a path of somebody's machine",
				"config/samples/s.md:4: /tmp/k is a path of somebody's machine",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := problems(house(test.files))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestProblemsNeedsWhatItComparesWith(t *testing.T) {
	for _, file := range []string{"Makefile", cliPage} {
		repo := house(nil)
		delete(repo, file)
		if found, err := problems(repo); err == nil {
			t.Errorf("without %s nothing could be compared, but the answer is %q", file, found)
		}
	}
}
