package main

import "testing"

func TestSplitSlug(t *testing.T) {
	tests := map[string]struct{ slug, org, repo string }{
		"a repository of GitHub": {"o/r", "o", "r"},
		"one of Gerrit":          {"https://host.example/a/b", "https://host.example", "a/b"},
		"no slash":               {slug: "o"},
		"nothing behind it":      {slug: "o/"},
		"nothing before it":      {slug: "/r"},
		"one slash too many":     {slug: "o/r/x"},
		"a scheme only":          {slug: "https://"},
		"a host only":            {slug: "https://host.example"},
		"nothing":                {},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if org, repo := splitSlug(test.slug); org != test.org || repo != test.repo {
				t.Errorf("got %q and %q, want %q and %q", org, repo, test.org, test.repo)
			}
		})
	}
}
