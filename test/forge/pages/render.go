package pages

import (
	"bytes"
	"html/template"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

var (
	// Raw HTML is let through here, since bots fold their logs with <details>, and the policy below takes out all but
	// what GitHub shows too. Tables are aligned by attributes because styles are taken out.
	converter = goldmark.New(
		goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.TaskList,
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
		goldmark.WithRendererOptions(html.WithUnsafe(), html.WithHardWraps()))
	policy = newPolicy()
)

func newPolicy() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.AllowAttrs("type", "checked", "disabled").OnElements("input") // task lists
	p.RequireNoFollowOnLinks(true)
	return p
}

// markdown renders what somebody wrote, as GitHub would, without what could do harm.
func markdown(text string) (template.HTML, error) {
	var out bytes.Buffer
	if err := converter.Convert([]byte(text), &out); err != nil {
		return "", err
	}
	return template.HTML(policy.SanitizeBytes(out.Bytes())), nil //nolint:gosec // sanitised just now
}

// ink is a text colour that can be read on a label's colour.
func ink(color string) string {
	n, err := strconv.ParseUint(color, 16, 32)
	if err != nil {
		return "black"
	}
	red, green, blue := n>>16&0xff, n>>8&0xff, n&0xff
	if (red*299+green*587+blue*114)/1000 > 140 { // perceived brightness
		return "black"
	}
	return "white"
}

// diffLine is a line of a patch with its kind: add, del, hunk or empty.
type diffLine struct{ Kind, Text string }

func diffLines(patch string) []diffLine {
	var out []diffLine
	for line := range strings.SplitSeq(strings.TrimSuffix(patch, "\n"), "\n") {
		kind := ""
		switch {
		case strings.HasPrefix(line, "@@"):
			kind = "hunk"
		case strings.HasPrefix(line, "+"):
			kind = "add"
		case strings.HasPrefix(line, "-"):
			kind = "del"
		}
		out = append(out, diffLine{kind, line})
	}
	return out
}
