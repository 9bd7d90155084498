// Package clonespec is the contract between the compiler, which writes what a run has to check out, and the clone step, which
// reads it in the run's pod. It must stay free of Kubernetes, Tekton and git, so that the tools binary stays small.
package clonespec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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

// MergeMethod is how a pull request lands on its base, in GitHub's words.
type MergeMethod string

// The merge methods.
const (
	MergeMethodMerge  MergeMethod = "merge"
	MergeMethodSquash MergeMethod = "squash"
	MergeMethodRebase MergeMethod = "rebase"
)

// Options is what to check out, where, and with which credentials.
type Options struct {
	// Refs are the repositories, in Prow's order: what is tested first, extra_refs behind it. They are cloned side by side.
	Refs []Ref `json:"refs"`
	// MaxParallel bounds how many are cloned at a time; 0 is all of them.
	MaxParallel int `json:"max_parallel,omitempty"`
	// Logs is the folder for clone-records.json; empty for none.
	Logs string `json:"logs,omitempty"`
	// Artifacts is a folder to make for the job; empty for none.
	Artifacts string `json:"artifacts,omitempty"`
	// Tools is a folder into which the binary copies itself, for the job's own container; empty for none.
	Tools string `json:"tools,omitempty"`
	// Results are files to write with fixed texts once everything is checked out: Tekton's results.
	Results []Result `json:"results,omitempty"`

	// SSHKeyDirs are folders of mounted secrets; every file in them is a private key to try.
	SSHKeyDirs []string `json:"ssh_key_dirs,omitempty"`
	// KnownHosts are lines of a known_hosts file. Without any, a host's key is taken at first sight, as in Prow.
	KnownHosts []string `json:"known_hosts,omitempty"`
	// CookieFile is the path of git's cookies.
	CookieFile string `json:"cookie_file,omitempty"`
	// TokenFile is the path of a file with a token for HTTPS; it never appears in an address, an argument or a log.
	TokenFile string `json:"token_file,omitempty"`
	// App is the GitHub App whose installation's token is used for HTTPS.
	App *App `json:"app,omitempty"`
}

// Ref is one repository to check out.
type Ref struct {
	Org  string `json:"org"`
	Repo string `json:"repo"`
	// PathAlias is the job's own, for the records; Dir follows from it.
	PathAlias string `json:"path_alias,omitempty"`
	// Dir is the absolute path of the work tree. What is in it is removed first.
	Dir string `json:"dir"`
	// URI is where to fetch from: http, https, ssh (also as user@host:path) or file, without a password.
	URI string `json:"uri"`
	// BaseRef is the branch or tag; BaseSHA the commit of it that the work tree starts from, empty for its present tip.
	BaseRef string `json:"base_ref"`
	BaseSHA string `json:"base_sha,omitempty"`
	// Pulls are merged onto the base in order.
	Pulls []Pull `json:"pulls,omitempty"`
	// MergeMethod is how; empty means merge.
	MergeMethod MergeMethod `json:"merge_method,omitempty"`
	// SkipSubmodules leaves submodules out.
	SkipSubmodules bool `json:"skip_submodules,omitempty"`
	// Depth limits the history of the base; 0 is all of it.
	Depth int `json:"depth,omitempty"`
	// SkipFetchHead leaves out the fetch of the default branch and the tags.
	SkipFetchHead bool `json:"skip_fetch_head,omitempty"`
	// Blobless fetches contents only where they are needed.
	Blobless bool `json:"blobless,omitempty"`
	// SparseFiles are the only files that are checked out; empty means all.
	SparseFiles []string `json:"sparse_files,omitempty"`
}

// Pull is a pull request to merge.
type Pull struct {
	Number int    `json:"number"`
	SHA    string `json:"sha"`
	// Ref is the ref to fetch where the SHA itself cannot be; empty means pull/NUMBER/head.
	Ref string `json:"ref,omitempty"`
}

// App is a GitHub App with access to the repositories.
type App struct {
	// ID is the App's number or client id, PrivateKeyFile the path of its key.
	ID             string `json:"id"`
	PrivateKeyFile string `json:"private_key_file"`
	// Endpoints are roots of GitHub's API, tried in order.
	Endpoints []string `json:"endpoints,omitempty"`
}

// Result is a text for a file.
type Result struct {
	Path  string `json:"path"`
	Value string `json:"value"`
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
