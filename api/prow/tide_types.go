package prow

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Tide is Prow's `tide` key: which pull requests are merged, when and how.
type Tide struct {
	// SyncPeriod is the time between two looks at the pools; default 1m.
	SyncPeriod *metav1.Duration `json:"sync_period,omitempty"`
	// StatusUpdatePeriod is the time between two updates of statuses; default SyncPeriod.
	StatusUpdatePeriod *metav1.Duration `json:"status_update_period,omitempty"`
	// MaxGoroutines is how many pools are looked at together; default 20, and more than 0.
	MaxGoroutines int `json:"max_goroutines,omitempty"`
	// Queries name the pull requests that are merged.
	Queries []TideQuery `json:"queries,omitempty"`
	// MergeMethods say how pull requests land, by "org", "org/repo" and "org/repo@branch".
	MergeMethods map[string]OrgMergeMethod `json:"merge_method,omitempty"`
	// MergeCommitTemplates are templates of merge commits, by "org" and "org/repo".
	MergeCommitTemplates map[string]MergeCommitTemplate `json:"merge_commit_template,omitempty"`
	// ContextOptions say what a merge waits for, beside the jobs.
	ContextOptions ContextOptions `json:"context_options,omitempty"`
	// TargetURL is what the status links to; TargetURLs the same by "*", "org" and "org/repo". One of the two.
	TargetURL  string            `json:"target_url,omitempty"`
	TargetURLs map[string]string `json:"target_urls,omitempty"`
	// PRStatusBaseURL and PRStatusBaseURLs are the page of a person's pull requests, for the same keys. One of the two.
	PRStatusBaseURL  string            `json:"pr_status_base_url,omitempty"`
	PRStatusBaseURLs map[string]string `json:"pr_status_base_urls,omitempty"`
	// BlockerLabel marks issues that stop all merging; empty turns it off.
	BlockerLabel string `json:"blocker_label,omitempty"`
	// SquashLabel, RebaseLabel and MergeLabel on a pull request win over its merge method.
	SquashLabel string `json:"squash_label,omitempty"`
	RebaseLabel string `json:"rebase_label,omitempty"`
	MergeLabel  string `json:"merge_label,omitempty"`
	// BatchSizeLimits limit how many pull requests are tested together, by "*", "org" and "org/repo": 0, which is the default,
	// is no limit, and -1 turns batches off.
	BatchSizeLimits map[string]int `json:"batch_size_limit,omitempty"`
	// PrioritizeExistingBatches prefers a batch that was tested before; default true, by "*", "org" and "org/repo".
	PrioritizeExistingBatches map[string]bool `json:"prioritize_existing_batches,omitempty"`
	// GitHubMergeBlocksPolicies say what to do where GitHub blocks a merge, by "*", "org" and "org/repo": ignore, permit (the
	// default) or block.
	GitHubMergeBlocksPolicies map[string]string `json:"github_merge_blocks_policy,omitempty"`
	// Priority says which pull requests are first: those with all labels of the first entry, and so on.
	Priority []TidePriority `json:"priority,omitempty"`
	// DisplayAllQueriesInStatus shows all queries in the status and not only the nearest.
	DisplayAllQueriesInStatus bool `json:"display_all_tide_queries_in_status,omitempty"`
	// Gerrit is for Gerrit, which Bowsprit does not serve.
	Gerrit Raw `json:"gerrit,omitempty"`
}

// TidePriority is a set of labels of pull requests that go first.
type TidePriority struct {
	Labels []string `json:"labels,omitempty"`
}

// MergeCommitTemplate is a title and a body in Go's template syntax.
type MergeCommitTemplate struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body,omitempty"`
}

// TideQuery names pull requests that are merged: those in Orgs and Repos that fulfil all the rest.
type TideQuery struct {
	Author string `json:"author,omitempty"`
	// Labels must all be there; an entry "a,b" means either. MissingLabels must all be missing.
	Labels        []string `json:"labels,omitempty"`
	MissingLabels []string `json:"missingLabels,omitempty"`
	// ExcludedBranches and IncludedBranches are names of base branches; one of the two.
	ExcludedBranches []string `json:"excludedBranches,omitempty"`
	IncludedBranches []string `json:"includedBranches,omitempty"`
	Milestone        string   `json:"milestone,omitempty"`
	// ReviewApprovedRequired asks for GitHub's own approval.
	ReviewApprovedRequired bool `json:"reviewApprovedRequired,omitempty"`
	// Orgs are organisations, Repos "org/repo", ExcludedRepos repositories of Orgs that are left out.
	Orgs          []string `json:"orgs,omitempty"`
	Repos         []string `json:"repos,omitempty"`
	ExcludedRepos []string `json:"excludedRepos,omitempty"`
}

// OrgMergeMethod is the value of merge_method: a method, or methods by repository ("*" for all).
type OrgMergeMethod struct {
	Method string
	Repos  map[string]RepoMergeMethod
}

// RepoMergeMethod is a method, or methods by unanchored expressions of branches.
type RepoMergeMethod struct {
	Method   string
	Branches map[string]string
}

// UnmarshalJSON takes a text for a method and a mapping for repositories.
func (m *OrgMergeMethod) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &m.Method) == nil {
		return nil
	}
	return json.Unmarshal(b, &m.Repos)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (m OrgMergeMethod) MarshalJSON() ([]byte, error) {
	if m.Repos != nil {
		return json.Marshal(m.Repos)
	}
	return json.Marshal(m.Method)
}

// UnmarshalJSON takes a text for a method and a mapping for branches.
func (m *RepoMergeMethod) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &m.Method) == nil {
		return nil
	}
	return json.Unmarshal(b, &m.Branches)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (m RepoMergeMethod) MarshalJSON() ([]byte, error) {
	if m.Branches != nil {
		return json.Marshal(m.Branches)
	}
	return json.Marshal(m.Method)
}

// ContextPolicy is what the merge of a branch waits for.
type ContextPolicy struct {
	// SkipUnknownContexts lets contexts that nobody names fail; nil means false.
	SkipUnknownContexts *bool `json:"skip-unknown-contexts,omitempty"`
	// RequiredContexts must be there and succeed, RequiredIfPresentContexts must succeed where they are there, and
	// OptionalContexts may fail.
	RequiredContexts          []string `json:"required-contexts,omitempty"`
	RequiredIfPresentContexts []string `json:"required-if-present-contexts,omitempty"`
	OptionalContexts          []string `json:"optional-contexts,omitempty"`
	// OptionalRegexContexts are expressions of contexts that may fail.
	OptionalRegexContexts []string `json:"optional-regex-contexts,omitempty"`
	// FromBranchProtection adds what the branch protection of the configuration requires; nil means false.
	FromBranchProtection *bool `json:"from-branch-protection,omitempty"`
	// OverwritePendingContexts lets a merge overwrite contexts that still wait.
	OverwritePendingContexts *bool `json:"overwrite-pending-contexts,omitempty"`
}

// ContextOptions are context policies by organisation, repository and branch; the narrower ones add to the wider.
type ContextOptions struct {
	ContextPolicy `json:",inline"`
	Orgs          map[string]OrgContextOptions `json:"orgs,omitempty"`
}

// OrgContextOptions are those of an organisation.
type OrgContextOptions struct {
	ContextPolicy `json:",inline"`
	Repos         map[string]RepoContextOptions `json:"repos,omitempty"`
}

// RepoContextOptions are those of a repository.
type RepoContextOptions struct {
	ContextPolicy `json:",inline"`
	Branches      map[string]ContextPolicy `json:"branches,omitempty"`
}
