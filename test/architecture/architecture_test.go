package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath, Dir, Doc string
	Imports              []string
	GoFiles              []string
}

func productPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles", module+"/...")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all = append(all, p)
	}
}

func TestImportsGoDownOnly(t *testing.T) {
	packages := productPackages(t)
	if len(packages) < 20 {
		t.Fatalf("go list found %d packages; the house has more", len(packages))
	}
	for _, p := range packages {
		if strings.HasPrefix(p.ImportPath, module+"/test/") {
			continue
		}
		for _, imp := range p.Imports {
			if why := brokenImport(p.ImportPath, imp); why != "" {
				t.Error(why)
			}
		}
	}
}

func TestEveryPackageSaysItsJob(t *testing.T) {
	for _, p := range productPackages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// TestTheMindNeverAsksTheClock reads the pure packages for time.Now and its kin: now is an argument there.
func TestTheMindNeverAsksTheClock(t *testing.T) {
	for _, p := range productPackages(t) {
		if !isPure(p.ImportPath) {
			continue
		}
		for _, name := range p.GoFiles {
			file := filepath.Join(p.Dir, name)
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && asksClock(sel) {
					t.Errorf("%s: time.%s: the mind takes the time as an argument", file, sel.Sel.Name)
				}
				return true
			})
		}
	}
}

func asksClock(sel *ast.SelectorExpr) bool {
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until" || sel.Sel.Name == "Sleep")
}

func TestRulesCatchWhatTheyAreFor(t *testing.T) {
	m := module + "/"
	tests := map[string]struct {
		why, from, to string
		broken        bool
	}{
		"up":                     {"words must not know the mind", m + "api/prow", m + "triggers", true},
		"down":                   {"the mind speaks in words", m + "triggers", m + "api/prow", false},
		"between hands":          {"hands do not know each other", m + "internal/runs", m + "internal/github", true},
		"between controllers":    {"reconcilers meet in the cluster, not in code", m + "controllers/reporter", m + "controllers/admitter", true},
		"own brain":              {"a reconciler asks its brain", m + "controllers/admitter", m + "controllers/admitter/queue", false},
		"mind with http":         {"pure", m + "triggers", "net/http", true},
		"brain with client":      {"pure", m + "controllers/admitter/queue", "sigs.k8s.io/controller-runtime/pkg/client", true},
		"second go-github":       {"one hand", m + "controllers/reporter", "github.com/google/go-github/v92/github", true},
		"the hand":               {"one hand", m + "internal/github", "github.com/google/go-github/v92/github", false},
		"product imports a test": {"the forge is no part of the product", m + "internal/github", m + "test/forge", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := brokenImport(test.from, test.to); (got != "") != test.broken {
				t.Errorf("%s: %s -> %s: got %q", test.why, test.from, test.to, got)
			}
		})
	}
}
