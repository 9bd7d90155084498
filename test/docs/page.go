package docs

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// page is what the checks need of a Markdown file.
type page struct {
	// path is slash-separated and begins at the root of the repository.
	path string
	// lines is the source.
	lines []string
	// anchors are the names by which GitHub lets its headings be linked.
	anchors map[string]bool
	// links are the destinations of links and images, code the spans and blocks of code.
	links, code []excerpt
}

// excerpt is a part of a page with the line on which it begins, from 1.
type excerpt struct {
	line int
	text string
}

// pagePaths are the pages that are written for people, in the order of their names.
func pagePaths(repo fs.FS) ([]string, error) {
	var all []string
	err := fs.WalkDir(repo, ".", func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if at == "." || at == "config" || at == "config/samples" || at == "docs" || strings.HasPrefix(at, "docs/") {
				return nil
			}
			return fs.SkipDir
		case path.Ext(at) == ".md":
			all = append(all, at)
		}
		return nil
	})
	return all, err
}

// readPage parses one Markdown file.
func readPage(repo fs.FS, at string) (page, error) {
	source, err := fs.ReadFile(repo, at)
	if err != nil {
		return page{}, fmt.Errorf("read a page: %w", err)
	}
	p := page{path: at, lines: strings.Split(string(source), "\n"), anchors: map[string]bool{}}
	tree := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	return p, ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			p.add(n, source)
		}
		return ast.WalkContinue, nil
	})
}

// add keeps what the checks need of a node.
func (p *page) add(n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Heading:
		p.addAnchor(inlineText(n, source))
	case *ast.Link:
		p.links = append(p.links, excerpt{lineOf(n, source), string(n.Destination)})
	case *ast.Image:
		p.links = append(p.links, excerpt{lineOf(n, source), string(n.Destination)})
	case *ast.CodeSpan:
		p.code = append(p.code, excerpt{lineOf(n, source), inlineText(n, source)})
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		p.code = append(p.code, excerpt{lineOf(n, source), string(n.Lines().Value(source))})
	}
}

// addAnchor names a heading as GitHub does: lower case, only letters, digits, "-" and "_", a number behind a name that is
// there already.
func (p *page) addAnchor(heading string) {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	anchor := name
	for i := 1; p.anchors[anchor]; i++ {
		anchor = fmt.Sprintf("%s-%d", name, i)
	}
	p.anchors[anchor] = true
}

// inlineText is the text of a node without its marks.
func inlineText(n ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // this walker returns no error
		if t, ok := n.(*ast.Text); ok && entering {
			out.Write(t.Segment.Value(source))
			if t.SoftLineBreak() {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// lineOf is the line of the first text in a node; that of the block around it if it has none.
func lineOf(n ast.Node, source []byte) int {
	start := -1
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // this walker returns no error
		if t, ok := n.(*ast.Text); ok && entering && start < 0 {
			start = t.Segment.Start
		}
		return ast.WalkContinue, nil
	})
	for ; start < 0 && n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
			start = n.Lines().At(0).Start
		}
	}
	return 1 + strings.Count(string(source[:max(start, 0)]), "\n")
}
