package main

import (
	"embed"
	"strings"
)

// The demo's repository and its Prow job file. The Go files carry .txt so that this module does not compile them.
//
//go:embed repo
var repoFS embed.FS

func repoFile(name string) string {
	b, err := repoFS.ReadFile("repo/" + name)
	if err != nil {
		return "" // embedded at compile time: cannot be missing
	}
	return string(b)
}

// firstCommit is the repository as it stands on main.
func firstCommit() map[string]string {
	return map[string]string{
		"go.mod":       repoFile("go.mod.txt"),
		"sail.go":      repoFile("sail.go.txt"),
		"sail_test.go": repoFile("sail_test.go.txt"),
	}
}

// stormSail adds a third reef above 40 knots, with a test; broken, it forgets to count to three.
func stormSail(reefs string) map[string]string {
	code := strings.Replace(repoFile("sail.go.txt"), "\tdefault:\n", "\tcase knots > 40:\n\t\treturn "+reefs+"\n\tdefault:\n", 1)
	test := strings.Replace(repoFile("sail_test.go.txt"), "30: 2}", "30: 2, 45: 3}", 1)
	return map[string]string{"sail.go": code, "sail_test.go": test}
}
