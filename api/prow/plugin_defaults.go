package prow

import "fmt"

// The defaults of Prow's plugins.
const (
	defaultReviewerCount       = 2
	defaultInviteThreshold     = 3
	defaultCherryPickBranch    = `^release-.*$`
	defaultLabelGracePeriod    = "5s"
	defaultHelpGuidelines      = "https://git.k8s.io/community/contributors/guide/help-wanted.md"
	defaultSigMention          = `(?m)@kubernetes/sig-([\w-]*)-(misc|test-failures|bugs|feature-requests|proposals|pr-reviews|api-reviews)`
	defaultWaitForDescription  = `Not mergeable. (PullRequest is missing sufficient approving GitHub review\(s\)|Needs (lgtm|approved|approved, lgtm) labels?)\.?`
	defaultCherryPickNeedsWord = "This pull request is into a release branch and has not the label `cherry-pick-approved`, so it gets the label `do-not-merge/cherry-pick-not-approved`."
)

// Default fills in what plugins.yaml leaves out, as Prow does at load. It may be called again.
func (c *PluginConfig) Default() {
	c.ConfigUpdater.fill()
	c.Blunderbuss.fill()
	c.Rifle.fill()
	for _, plugins := range c.ExternalPlugins {
		for i := range plugins {
			orDefault(&plugins[i].Endpoint, "http://"+plugins[i].Name)
		}
	}
	for i := range c.Triggers {
		c.Triggers[i].fill()
	}
	if c.Owners.LabelsDenyList == nil {
		c.Owners.LabelsDenyList = []string{"approved", "lgtm"}
	}
	c.fillLabels()
}

// fillLabels fills in what the plugins need that set labels.
func (c *PluginConfig) fillLabels() {
	orDefault(&c.Help.HelpGuidelinesURL, defaultHelpGuidelines)
	orDefault(&c.SigMention.Regexp, defaultSigMention)
	orDefault(&c.CherryPickUnapproved.BranchRegexp, defaultCherryPickBranch)
	orDefault(&c.CherryPickUnapproved.Comment, defaultCherryPickNeedsWord)
	for i := range c.CherryPickApproved {
		orDefault(&c.CherryPickApproved[i].BranchRegexp, defaultCherryPickBranch)
	}
	for i := range c.RequireMatchingLabel {
		orDefault(&c.RequireMatchingLabel[i].GracePeriod, defaultLabelGracePeriod)
	}
}

func orDefault(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

func (b *Blunderbuss) fill() {
	if b.ReviewerCount == nil {
		count := defaultReviewerCount
		b.ReviewerCount = &count
	}
	if w := b.WaitForStatus; w != nil {
		orDefault(&w.Context, "tide")
		orDefault(&w.State, "pending")
		orDefault(&w.Description, defaultWaitForDescription)
	}
}

func (t *Trigger) fill() {
	if t.TrustedOrg != "" {
		orDefault(&t.JoinOrgURL, fmt.Sprintf("https://github.com/orgs/%s/people", t.TrustedOrg))
	}
	if p := &t.OrgInvite.Prominent; p.MergedPRThreshold == nil {
		threshold := defaultInviteThreshold
		p.MergedPRThreshold = &threshold
	}
}

// fill gives Prow's own two files their ConfigMaps if there are none, and every ConfigMap without a place the default
// cluster's default namespace.
func (u *ConfigUpdater) fill() {
	if len(u.Maps) == 0 {
		u.Maps = map[string]ConfigMapSpec{"config/prow/config.yaml": {Name: "config"}, "config/prow/plugins.yaml": {Name: "plugins"}}
	}
	for files, spec := range u.Maps {
		if len(spec.Clusters) == 0 && len(spec.ClusterGroups) == 0 {
			spec.Clusters = map[string][]string{"default": {""}}
			u.Maps[files] = spec
		}
	}
}
