package catalog

import (
	"reflect"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func isTrue(b *bool) bool { return b != nil && *b }

// isStrict says whether a policy asks for heads that are up to date, which a merge pool can never keep up with.
func isStrict(p prow.ProtectionPolicy) bool {
	return isTrue(p.Protect) && p.RequiredStatusChecks != nil && isTrue(p.RequiredStatusChecks.Strict)
}

// strictBranches finds repositories of Tide's whose branches ask for heads that are up to date. As in Prow, a repository
// with one such branch counts whole.
func (l *linter) strictBranches() {
	queries, at := l.cat.config.Tide.Queries, field.NewPath("branch-protection")
	if len(queries) == 0 {
		return
	}
	const message = "heads that are up to date (required_status_checks.strict) are asked for where Tide merges, which tests against the newest base itself"
	if isStrict(l.cat.config.BranchProtection.ProtectionPolicy) {
		l.warn("tide-strict-branch", at.Child("required_status_checks", "strict"), message)
		return
	}
	if both := pooled(queries).and(strictRepos(l.cat.config.BranchProtection)).names(); both != "" {
		l.warn("tide-strict-branch", at, message+": %s", both)
	}
}

// strictRepos are the repositories with a strict branch.
func strictRepos(b prow.BranchProtection) repoSet {
	s := newRepoSet()
	for org, o := range b.Orgs {
		strict, not := sets.New[string](), sets.New[string]()
		for repo := range o.Repos {
			if hasStrictBranch(b, org, repo) {
				strict.Insert(org + "/" + repo)
			} else {
				not.Insert(org + "/" + repo)
			}
		}
		if isStrict(policyOf(b, org, "", "")) {
			s.orgs[org] = not
		} else {
			s.repos = s.repos.Union(strict)
		}
	}
	return s
}

func hasStrictBranch(b prow.BranchProtection, org, repo string) bool {
	if isStrict(policyOf(b, org, repo, "")) {
		return true
	}
	for branch := range b.Orgs[org].Repos[repo].Branches {
		if isStrict(policyOf(b, org, repo, branch)) {
			return true
		}
	}
	return false
}

// policyOf is a policy with all that it inherits; an empty name stands for none. That a policy must say whether it
// protects is told elsewhere: one that does not say is not strict.
func policyOf(b prow.BranchProtection, org, repo, branch string) prow.ProtectionPolicy {
	p, err := b.Branch(org, repo, branch)
	if err != nil {
		return prow.ProtectionPolicy{}
	}
	return p
}

// says says whether a policy has settings beside unmanaged.
func says(p prow.ProtectionPolicy) bool {
	return !reflect.DeepEqual(p, prow.ProtectionPolicy{Unmanaged: p.Unmanaged})
}

// isManaged says that a policy takes a branch back from a wider one that leaves it alone.
func isManaged(p prow.ProtectionPolicy) bool { return p.Unmanaged != nil && !*p.Unmanaged }

// managedBranches says whether a branch of a repository is taken back, managedRepos whether anything of an organisation is.
func managedBranches(r prow.RepoProtection) bool {
	for _, branch := range r.Branches {
		if isManaged(branch.ProtectionPolicy) {
			return true
		}
	}
	return false
}

func managedRepos(o prow.OrgProtection) bool {
	for _, repo := range o.Repos {
		if isManaged(repo.ProtectionPolicy) || managedBranches(repo) {
			return true
		}
	}
	return false
}

func managedOrgs(b prow.BranchProtection) bool {
	for _, org := range b.Orgs {
		if isManaged(org.ProtectionPolicy) || managedRepos(org) {
			return true
		}
	}
	return false
}

// unmanaged finds settings of branches that are left alone, which would have no effect.
func (l *linter) unmanaged() {
	b, at := l.cat.config.BranchProtection, field.NewPath("branch-protection")
	if isTrue(b.Unmanaged) && says(b.ProtectionPolicy) && !managedOrgs(b) {
		l.noEffect(at, "")
	}
	for _, name := range sortedKeys(b.Orgs) {
		org, at := b.Orgs[name], at.Child("orgs").Key(name)
		if isTrue(b.Unmanaged) && !isManaged(org.ProtectionPolicy) && !managedRepos(org) {
			l.noEffect(at, "unless unmanaged: false is set here; ")
		}
		if isTrue(org.Unmanaged) && says(org.ProtectionPolicy) && !managedRepos(org) {
			l.noEffect(at, "")
		}
		for _, name := range sortedKeys(org.Repos) {
			l.unmanagedRepo(isTrue(org.Unmanaged), org.Repos[name], at.Child("repos").Key(name))
		}
	}
}

// unmanagedRepo is unmanaged for one repository; org says that its organisation is left alone.
func (l *linter) unmanagedRepo(org bool, r prow.RepoProtection, at *field.Path) {
	if org && !isManaged(r.ProtectionPolicy) && !managedBranches(r) {
		l.noEffect(at, "unless unmanaged: false is set here; ")
	}
	if isTrue(r.Unmanaged) && says(r.ProtectionPolicy) && !managedBranches(r) {
		l.noEffect(at, "")
	}
	for _, name := range sortedKeys(r.Branches) {
		p, at := r.Branches[name].ProtectionPolicy, at.Child("branches").Key(name)
		if isTrue(r.Unmanaged) && !isManaged(p) {
			l.noEffect(at, "unless unmanaged: false is set here; ")
		} else if isTrue(p.Unmanaged) && says(p) {
			l.noEffect(at, "")
		}
	}
}

func (l *linter) noEffect(at *field.Path, unless string) {
	l.warn("unmanaged-with-settings", at, "has no effect, %sbecause unmanaged: true leaves the branches alone", unless)
}
