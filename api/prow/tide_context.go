package prow

// ContextPolicy is what the merge of a branch waits for, as Prow finds it: the options of the configuration from the widest
// to the narrowest, the repository's jobs, and what branch protection requires where the options say so. The lists of
// names are sorted. A branch protection that contradicts itself counts as none; Validate tells of it.
func (c *Config) ContextPolicy(org, repo, branch string, jobs []Presubmit) ContextPolicy {
	options := c.Tide.ContextOptions
	p := options.ContextPolicy
	if o, ok := options.Orgs[org]; ok {
		p = p.under(o.ContextPolicy).under(o.Repos[repo].ContextPolicy).under(o.Repos[repo].Branches[branch])
	}
	var protection ProtectionPolicy
	if isTrue(p.FromBranchProtection) {
		protection = c.BranchProtection.forMerge(org, repo, branch, jobs)
	}
	required, ifPresent, optional := BranchRequirements(branch, jobs, isTrue(protection.RequireManuallyTriggeredJobs))
	if isTrue(protection.Protect) && protection.RequiredStatusChecks != nil {
		required = append(required, protection.RequiredStatusChecks.Contexts...)
	}
	return ContextPolicy{
		SkipUnknownContexts:       p.SkipUnknownContexts,
		OverwritePendingContexts:  p.OverwritePendingContexts,
		RequiredContexts:          union(p.RequiredContexts, required),
		RequiredIfPresentContexts: union(p.RequiredIfPresentContexts, ifPresent),
		OptionalContexts:          union(p.OptionalContexts, optional),
		OptionalRegexContexts:     p.OptionalRegexContexts,
	}
}

// under adds a narrower policy: its lists are added, its switches win.
func (p ContextPolicy) under(n ContextPolicy) ContextPolicy {
	return ContextPolicy{
		SkipUnknownContexts:       narrower(p.SkipUnknownContexts, n.SkipUnknownContexts),
		FromBranchProtection:      narrower(p.FromBranchProtection, n.FromBranchProtection),
		OverwritePendingContexts:  narrower(p.OverwritePendingContexts, n.OverwritePendingContexts),
		RequiredContexts:          union(p.RequiredContexts, n.RequiredContexts),
		RequiredIfPresentContexts: union(p.RequiredIfPresentContexts, n.RequiredIfPresentContexts),
		OptionalContexts:          union(p.OptionalContexts, n.OptionalContexts),
		OptionalRegexContexts:     union(p.OptionalRegexContexts, n.OptionalRegexContexts),
	}
}

func narrower[T any](wide, narrow *T) *T {
	if narrow != nil {
		return narrow
	}
	return wide
}

func isTrue(b *bool) bool { return b != nil && *b }

// BranchRequirements sorts the contexts of the jobs that may run for a branch: required ones, those that are required where
// they are there (jobs that run under a condition), and optional ones. manual requires jobs that wait for a command too.
func BranchRequirements(branch string, jobs []Presubmit, manual bool) (required, ifPresent, optional []string) {
	for i := range jobs {
		j := &jobs[i]
		switch {
		case !j.ShouldRun(branch):
		case !j.ContextRequired():
			optional = append(optional, j.Context)
		case j.AlwaysRun || manual && j.NeedsExplicitTrigger():
			required = append(required, j.Context)
		default:
			ifPresent = append(ifPresent, j.Context)
		}
	}
	return required, ifPresent, optional
}
