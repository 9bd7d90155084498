package architecture

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/bowsprit-ci/bowsprit"

// floor is one storey of the house. Imports go to a lower floor only.
type floor struct {
	level int
	name  string
	dirs  []string
}

var floors = []floor{
	{5, "doors", []string{"cmd"}},
	{4, "reconcilers and listeners", []string{"controllers", "web"}},
	{3, "hands", []string{"internal"}},
	{2, "mind", []string{"triggers", "pipelines"}},
	{1, "words", []string{"api"}},
}

// soleImporters names the modules that exactly one room may import, with the reason.
var soleImporters = map[string]struct{ room, why string }{
	"github.com/google/go-github": {"internal/github", "GitHub's shapes stop at the hand that holds them"},
}

// outsideForMind are the packages, with all below them, through which a pure package would learn of the outside world.
var outsideForMind = []string{
	"net/http", "net/rpc", "net/smtp", "os", "log", "syscall", "k8s.io/client-go", "sigs.k8s.io/controller-runtime",
	"github.com/go-logr/logr", "github.com/google/go-github",
}

// brains are the pure packages beside their reconcilers.
var brains = []string{"controllers/admitter/queue", "controllers/reporter/message"}

// floorOf finds the floor of a product package; ok is false for packages outside the five floors (tests, tools).
func floorOf(pkg string) (f floor, ok bool) {
	top, _, _ := strings.Cut(strings.TrimPrefix(pkg, module+"/"), "/")
	for _, f := range floors {
		if slices.Contains(f.dirs, top) {
			return f, true
		}
	}
	return floor{}, false
}

// roomOf is the folder within which packages may import each other: the first two parts of the path, or one for the
// mind and the words, whose rooms are themselves top folders (api/prow and api/catalog are two rooms of one floor that
// build on each other by design).
func roomOf(pkg string) string {
	parts := strings.SplitN(strings.TrimPrefix(pkg, module+"/"), "/", 3)
	switch {
	case parts[0] == "triggers" || parts[0] == "pipelines" || parts[0] == "api" || len(parts) == 1:
		return parts[0]
	default:
		return parts[0] + "/" + parts[1]
	}
}

// isPure says whether a package is part of the mind: it decides, and touches nothing.
func isPure(pkg string) bool {
	rel := strings.TrimPrefix(pkg, module+"/")
	f, ok := floorOf(pkg)
	return ok && f.level <= 2 || slices.Contains(brains, rel)
}

// brokenImport says which rule an import breaks, or "" if it breaks none.
func brokenImport(from, to string) string {
	if why := brokenSole(from, to); why != "" {
		return why
	}
	if isPure(from) {
		for _, out := range outsideForMind {
			if to == "net" || to == out || strings.HasPrefix(to, out+"/") { // net/url and net/netip only handle text
				return fmt.Sprintf("%s is part of the mind and imports %s: decisions are made without the outside world", from, to)
			}
		}
	}
	return brokenFloor(from, to)
}

func brokenSole(from, to string) string {
	for prefix, rule := range soleImporters {
		if strings.HasPrefix(to, prefix) && !strings.HasPrefix(from, module+"/"+rule.room) {
			return fmt.Sprintf("%s imports %s, which only %s may: %s", from, to, rule.room, rule.why)
		}
	}
	return ""
}

func brokenFloor(from, to string) string {
	if !strings.HasPrefix(to, module+"/") {
		return ""
	}
	a, ok := floorOf(from)
	if !ok {
		return ""
	}
	b, ok := floorOf(to)
	switch {
	case !ok:
		return fmt.Sprintf("%s (floor %d, %s) imports %s, which is not part of the product", from, a.level, a.name, to)
	case b.level > a.level:
		return fmt.Sprintf("%s (floor %d, %s) imports %s (floor %d, %s): imports go down only", from, a.level, a.name, to, b.level, b.name)
	case b.level == a.level && roomOf(from) != roomOf(to):
		return fmt.Sprintf("%s imports %s: there is no arrow between rooms of floor %d (%s); what both need lives below", from, to, a.level, a.name)
	}
	return ""
}
