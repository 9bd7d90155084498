package catalog

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/catalog/document"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// linter collects what loads and is still a mistake: the warnings for which Prow's `checkconfig --strict` fails when it is
// run with its usual set of them.
type linter struct {
	cat      *Catalog
	base     *base
	problems prow.Problems
}

// lint looks at a whole configuration. A problem of a job has the line on which the job begins. Left out of checkconfig's
// usual set are the warnings for which it asks somebody else (GitHub, the build clusters) and those of unknown keys, which
// decoding finds.
func lint(cat *Catalog, b *base) prow.Problems {
	l := &linter{cat: cat, base: b}
	l.jobs()
	l.rerunCommands()
	l.needsOkToTest()
	l.webhooks()
	l.strictBranches()
	l.contextPolicies()
	l.unmanaged()
	if cat.plugins != nil {
		l.labelsOfTide()
		l.links()
	}
	problems := b.located(b.configName, l.problems)
	l.problems = nil
	if cat.plugins != nil {
		l.plugins()
	}
	return append(problems, b.located(b.pluginsName, l.problems)...)
}

// warn notes a mistake in the document that is looked at.
func (l *linter) warn(code string, at *field.Path, format string, args ...any) {
	l.problems = append(l.problems, prow.Problem{Severity: prow.SeverityWarning, Strict: true, Code: code, Field: at.String(), Message: fmt.Sprintf(format, args...)})
}

// located gives problems that have no file yet the one of a main document, and their lines in it. The document is read
// again only if there are any.
func (b *base) located(name string, problems prow.Problems) prow.Problems {
	var doc *document.Document
	for i := range problems {
		if problems[i].File != "" {
			continue
		}
		if doc == nil {
			doc = document.Parse(name, b.textOf(name))
		}
		problems[i].File, problems[i].Line = name, doc.Line(problems[i].Field)
	}
	return problems
}

// textOf is the text of a document; nil if there is none of that name.
func (b *base) textOf(name string) []byte {
	for _, t := range b.texts {
		if t.name == name {
			return t.data
		}
	}
	return nil
}
