package prow

import (
	"fmt"
	"strings"
)

// Refs is what a run tests: a base commit with pull requests merged onto it in order. The names are Prow's.
type Refs struct {
	Org  string `json:"org,omitempty"`
	Repo string `json:"repo,omitempty"`
	// RepoLink is the repository's page, such as https://github.com/o/r.
	RepoLink string `json:"repo_link,omitempty"`
	// BaseRef is the branch, BaseSHA its commit: 40 (or 64) hexadecimal digits. In extra_refs BaseSHA may be empty: the
	// branch's tip is meant then.
	BaseRef  string `json:"base_ref,omitempty"`
	BaseSHA  string `json:"base_sha,omitempty"`
	BaseLink string `json:"base_link,omitempty"`
	Pulls    []Pull `json:"pulls,omitempty"`
	// PathAlias is the folder under $GOPATH/src for the clone; default github.com/ORG/REPO.
	PathAlias string `json:"path_alias,omitempty"`
	// WorkDir makes the clone the job's working directory; default is the first of all refs.
	WorkDir bool `json:"workdir,omitempty"`
	// Auxiliary keeps an extra ref from standing for the main one of a periodic.
	Auxiliary bool `json:"auxiliary,omitempty"`
	// CloneURI is where to clone from; default the repository's page with ".git".
	CloneURI string `json:"clone_uri,omitempty"`
	// SkipSubmodules leaves submodules out.
	SkipSubmodules bool `json:"skip_submodules,omitempty"`
	// CloneDepth limits the history of the base; 0 is all of it.
	CloneDepth int `json:"clone_depth,omitempty"`
	// SkipFetchHead leaves out the fetch of all branches and tags.
	SkipFetchHead bool `json:"skip_fetch_head,omitempty"`
	// BloblessFetch fetches contents only where they are needed; nil means the decoration's value.
	BloblessFetch *bool `json:"blobless_fetch,omitempty"`
	// SparseCheckoutFiles are the only files that are checked out; empty means all.
	SparseCheckoutFiles []string `json:"sparse_checkout_files,omitempty"`
}

// Pull is one pull request of Refs. Title, HeadRef, Ref and Author are untrusted text.
type Pull struct {
	Number int    `json:"number"`
	Author string `json:"author"`
	SHA    string `json:"sha"`
	Title  string `json:"title,omitempty"`
	// Ref is the ref to fetch where it is not pull/NUMBER/head.
	Ref        string `json:"ref,omitempty"`
	HeadRef    string `json:"head_ref,omitempty"`
	Link       string `json:"link,omitempty"`
	CommitLink string `json:"commit_link,omitempty"`
	AuthorLink string `json:"author_link,omitempty"`
}

// String is Prow's PULL_REFS: "base_ref:base_sha,number:sha[:ref],..."; the base has no colon if its SHA is not known.
func (r Refs) String() string {
	var b strings.Builder
	b.WriteString(r.BaseRef)
	if r.BaseSHA != "" {
		b.WriteString(":" + r.BaseSHA)
	}
	for _, p := range r.Pulls {
		fmt.Fprintf(&b, ",%d:%s", p.Number, p.SHA)
		if p.Ref != "" {
			b.WriteString(":" + p.Ref)
		}
	}
	return b.String()
}
