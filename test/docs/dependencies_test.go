package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryDependencyEarnsItsLine compares the direct requirements of go.mod with docs/explanation/dependencies.md.
func TestEveryDependencyEarnsItsLine(t *testing.T) {
	root := filepath.Join("..", "..")
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "explanation", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+\.\S+/\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1)
	if len(direct) < 20 {
		t.Fatalf("go.mod names %d direct dependencies; there are more", len(direct))
	}
	for _, d := range direct {
		name := regexp.MustCompile(`/v\d+$`).ReplaceAllString(d[1], "")
		if !strings.Contains(string(page), name) {
			t.Errorf("%s has no line in docs/explanation/dependencies.md", d[1])
		}
	}
}
