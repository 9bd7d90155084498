package pipelines

// Refs is what a run tests: a base commit with pull requests merged onto it in order. The names are Prow's.
type Refs struct {
	Org  string `json:"org"`
	Repo string `json:"repo"`
	// RepoLink is the repository's page, such as https://github.com/o/r.
	RepoLink string `json:"repo_link,omitempty"`
	// BaseRef is the branch, BaseSHA its commit: 40 (or 64) hexadecimal digits.
	BaseRef  string `json:"base_ref"`
	BaseSHA  string `json:"base_sha"`
	BaseLink string `json:"base_link,omitempty"`
	Pulls    []Pull `json:"pulls,omitempty"`
	// PathAlias, CloneURI and the rest are the job's clone options (prow.UtilityConfig), copied by Compile.
	PathAlias      string `json:"path_alias,omitempty"`
	CloneURI       string `json:"clone_uri,omitempty"`
	SkipSubmodules bool   `json:"skip_submodules,omitempty"`
	CloneDepth     int    `json:"clone_depth,omitempty"`
	SkipFetchHead  bool   `json:"skip_fetch_head,omitempty"`
}

// Pull is one pull request of Refs. Title, HeadRef and Author are untrusted text.
type Pull struct {
	Number     int    `json:"number"`
	Author     string `json:"author"`
	SHA        string `json:"sha"`
	Title      string `json:"title,omitempty"`
	HeadRef    string `json:"head_ref,omitempty"`
	Link       string `json:"link,omitempty"`
	CommitLink string `json:"commit_link,omitempty"`
	AuthorLink string `json:"author_link,omitempty"`
}
