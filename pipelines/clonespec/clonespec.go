// Package clonespec is the contract between the compiler, which writes what a run has to check out, and the clone step, which
// reads it in the run's pod. It must stay free of Kubernetes, Tekton and git, so that the tools binary stays small.
package clonespec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// EnvName is the environment variable that hands the options to the clone step, as JSON.
const EnvName = "BOWSPRIT_CLONE"

// Exit statuses of the clone step: they say whose fault a failed clone is.
const (
	// ExitUnmergeable: the pull request cannot be merged into its base, or the commit to test is gone.
	ExitUnmergeable = 1
	// ExitUsage: the options are not valid, or name a repository that does not exist for us.
	ExitUsage = 2
	// ExitUnavailable: the repository could not be read, or the disk could not be written.
	ExitUnavailable = 3
)

// Options is what to check out, and where.
type Options struct {
	// Dir is the absolute path of the work tree. It may exist if it is empty.
	Dir string `json:"dir"`
	// URI is where to fetch from: http, https or file, without a user.
	URI string `json:"uri"`
	// BaseRef is the branch, BaseSHA the commit of it that the work tree starts from.
	BaseRef string `json:"base_ref"`
	BaseSHA string `json:"base_sha"`
	// Pulls are merged onto the base in order.
	Pulls []Pull `json:"pulls,omitempty"`
	// SkipSubmodules leaves submodules out.
	SkipSubmodules bool `json:"skip_submodules,omitempty"`
	// Depth limits the history of the base; 0 is all of it.
	Depth int `json:"depth,omitempty"`
	// SkipFetchHead leaves out the fetch of the default branch and the tags.
	SkipFetchHead bool `json:"skip_fetch_head,omitempty"`
	// Logs is the folder for clone-records.json; empty for none.
	Logs string `json:"logs,omitempty"`
	// Artifacts is a folder to make for the job; empty for none.
	Artifacts string `json:"artifacts,omitempty"`
}

// Pull is a pull request to merge.
type Pull struct {
	Number int    `json:"number"`
	SHA    string `json:"sha"`
}

// String is the options as inert JSON (see JSON).
func (o Options) String() string {
	text, _ := JSON(o) // texts and numbers always encode
	return text
}

// JSON encodes a value so that its text is inert in a container's environment: both Tekton and Kubernetes replace $(NAME) there, so
// every '$' becomes \u0024, which any JSON reader turns back. The error is encoding/json's.
func JSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return strings.ReplaceAll(string(b), "$", `\u0024`), nil
}

// Parse reads options strictly and validates them.
func Parse(text string) (Options, error) {
	var o Options
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return Options{}, fmt.Errorf("read %s: %w", EnvName, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Options{}, fmt.Errorf("read %s: there is more than one JSON value", EnvName)
	}
	return o, o.Validate()
}

// Validate says what is wrong with the options, so that nothing in them can be taken for a flag, a path elsewhere or a command.
func (o Options) Validate() error {
	switch {
	case !ValidDir(o.Dir):
		return fmt.Errorf("dir: %q is not a clean absolute path below /", o.Dir)
	case !ValidURI(o.URI):
		return fmt.Errorf("uri: %q is not an http, https or file address", o.URI)
	case !ValidBranch(o.BaseRef):
		return fmt.Errorf("base_ref: %q is not a branch name that git accepts", o.BaseRef)
	case !ValidSHA(o.BaseSHA):
		return fmt.Errorf("base_sha: %q is not 40 or 64 hexadecimal digits", o.BaseSHA)
	case o.Depth < 0:
		return fmt.Errorf("depth: %d is negative", o.Depth)
	case o.Logs != "" && !ValidDir(o.Logs):
		return fmt.Errorf("logs: %q is not a clean absolute path below /", o.Logs)
	case o.Artifacts != "" && !ValidDir(o.Artifacts):
		return fmt.Errorf("artifacts: %q is not a clean absolute path below /", o.Artifacts)
	}
	for i, p := range o.Pulls {
		if p.Number <= 0 || !ValidSHA(p.SHA) {
			return fmt.Errorf("pulls[%d]: pull request %d at %q: need a positive number and 40 or 64 hexadecimal digits", i, p.Number, p.SHA)
		}
	}
	return nil
}

var (
	shaExpr = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	uriExpr = regexp.MustCompile(`^(https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?/|file:///)[^\x00-\x20\x7f]*$`)
	// badBranch is what git-check-ref-format forbids inside a name.
	badBranch = regexp.MustCompile(`[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|\.$|/$`)
)

// ValidSHA says whether s is a whole object name, in lower case.
func ValidSHA(s string) bool { return shaExpr.MatchString(s) }

// ValidURI says whether s is an address that the clone step fetches from. A user or a password in it is refused, because the address is
// printed.
func ValidURI(s string) bool { return len(s) <= 2048 && uriExpr.MatchString(s) }

// ValidBranch says whether git takes s for a branch name, by the rules of git-check-ref-format --branch.
func ValidBranch(s string) bool {
	return s != "" && len(s) <= 1024 && s != "@" && s != "HEAD" && !strings.HasPrefix(s, "-") &&
		!strings.HasPrefix(s, "/") && !strings.HasPrefix(s, ".") && !badBranch.MatchString(s)
}

// ValidDir says whether s is a clean absolute path that is not the root.
func ValidDir(s string) bool {
	return strings.HasPrefix(s, "/") && s != "/" && path.Clean(s) == s && !strings.ContainsAny(s, "\x00\n")
}
