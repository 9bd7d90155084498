package forge

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// requiredCheck is a check run or status that must be green. app pins it to one App; 0 lets anybody set it.
type requiredCheck struct {
	context string
	app     int64
}

// rules is what one source (a branch protection or a ruleset) demands of a branch.
type rules struct {
	checks       []requiredCheck
	strict       bool // the head must contain the base branch's tip
	pull         bool // changes only through pull requests
	approvals    int
	dismissStale bool
	linear       bool
	noForce      bool
	noDelete     bool
	noCreate     bool
	noUpdate     bool
	queue        string   // merge method of the merge queue, empty for none
	methods      []string // allowed merge methods; nil is all
	pushers      []string // lower logins who may push; nil is everybody with write access
	bypass       func(*actor) bool
}

// unmetRule is one reason why something may not be merged or pushed.
type unmetRule struct {
	message string
	behind  bool // only because the head is behind its base
}

// rulesFor gathers what is demanded of a branch.
func (r *repo) rulesFor(branch string) []rules {
	var out []rules
	if p := r.protections[branch]; p != nil {
		out = append(out, p.rules(r))
	}
	for _, s := range r.rulesets {
		if s.Enforcement == "active" && s.covers(r, branch) {
			out = append(out, s.rules(r))
		}
	}
	return out
}

// isProtected is GitHub's "protected" of a branch.
func (r *repo) isProtected(branch string) bool { return len(r.rulesFor(branch)) > 0 }

// ruleOnMerge refuses a merge that the base branch's rules do not allow.
func (f *Forge) ruleOnMerge(who *actor, p *pull, method string) error {
	for _, rule := range p.repo.rulesFor(p.base.ref) {
		if rule.bypass(who) {
			continue
		}
		if rule.queue != "" {
			return errMerge("Changes must be made through the merge queue")
		}
		if rule.methods != nil && !slices.Contains(rule.methods, method) {
			return errMerge(strings.ToUpper(method[:1]) + method[1:] + " merges are not allowed on this branch.")
		}
		if rule.linear && method == "merge" {
			return errMerge("Merge commits are not allowed on this branch: it requires a linear history.")
		}
		if !rule.mayPush(who) {
			return errMerge("You're not authorized to push to this branch. Visit https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches for more information.")
		}
		if unmet := f.unmetBy(rule, p); len(unmet) > 0 {
			return errMerge(unmet[0].message)
		}
	}
	return nil
}

// unmet lists all reasons why a pull request may not be merged yet.
func (f *Forge) unmet(p *pull) []unmetRule {
	var out []unmetRule
	for _, rule := range p.repo.rulesFor(p.base.ref) {
		out = append(out, f.unmetBy(rule, p)...)
	}
	return out
}

func (f *Forge) unmetBy(rule rules, p *pull) []unmetRule {
	var out []unmetRule
	approvals, blocked := p.approvals()
	if blocked && rule.approvals > 0 {
		out = append(out, unmetRule{message: "Changes were requested by a reviewer with write access."})
	}
	if approvals < rule.approvals {
		out = append(out, unmetRule{message: fmt.Sprintf("At least %d approving review is required by reviewers with write access.", rule.approvals)})
	}
	out = append(out, p.repo.unmetChecks(rule.checks, p.head.sha)...)
	if rule.strict && !p.repo.git.isAncestor(p.baseTip(), p.head.sha) {
		out = append(out, unmetRule{message: "The head branch is not up to date with the base branch.", behind: true})
	}
	return out
}

// unmetChecks lists required checks that are not green on a commit.
func (r *repo) unmetChecks(checks []requiredCheck, sha string) []unmetRule {
	var out []unmetRule
	for _, c := range checks {
		if state := r.checkState(c, sha); state != "success" {
			words := map[string]string{"": "is expected", "pending": "is in progress", "failure": "is failing"}
			out = append(out, unmetRule{message: fmt.Sprintf("Required status check %q %s.", c.context, words[state])})
		}
	}
	return out
}

// checkState is success, pending or failure, or empty if nobody who counts has reported. If a check run and a status
// share the name, both count (GitHub: "Troubleshooting required status checks").
func (r *repo) checkState(want requiredCheck, sha string) string {
	var states []string
	for _, c := range r.runs {
		if c.sha == sha && c.name == want.context && (want.app == 0 || want.app == c.suite.app.id) && r.isLatest(c) {
			states = append(states, runState(c))
		}
	}
	for _, s := range r.latestStatuses(sha) {
		if s.context == want.context && (want.app == 0 || (s.app != nil && s.app.id == want.app)) {
			states = append(states, strings.Replace(s.state, "error", "failure", 1))
		}
	}
	for _, worst := range []string{"failure", "pending", "success"} {
		if slices.Contains(states, worst) {
			return worst
		}
	}
	return ""
}

func runState(c *checkRun) string {
	switch {
	case c.status != "completed":
		return "pending"
	case passes(c.conclusion):
		return "success"
	}
	return "failure"
}

func (rule rules) mayPush(who *actor) bool {
	return rule.pushers == nil || slices.Contains(rule.pushers, strings.ToLower(who.login()))
}

// ruleOnPush refuses a direct change of a branch that its rules do not allow.
func (f *Forge) ruleOnPush(who *actor, r *repo, ref, old, sha string) error {
	branch, ok := strings.CutPrefix(ref, "refs/heads/")
	if !ok {
		return nil
	}
	for _, rule := range r.rulesFor(branch) {
		if rule.bypass(who) {
			continue
		}
		if why := f.pushRefusal(rule, who, r, old, sha); why != "" {
			return refuse(http.StatusUnprocessableEntity, why)
		}
	}
	return nil
}

// pushRefusal says why a rule forbids a push; empty if it does not. What needs the pushed objects (no forced push) is
// asked only where they are there; a git push asks it in the update hook.
func (f *Forge) pushRefusal(rule rules, who *actor, r *repo, old, sha string) string {
	switch {
	case sha == "" && rule.noDelete:
		return "Cannot delete this branch"
	case sha == "":
		return ""
	case !rule.mayPush(who):
		return "You're not authorized to push to this branch."
	case old == "" && rule.noCreate:
		return "Cannot create ref due to creations being restricted."
	case old != "" && rule.noUpdate:
		return "Cannot update this protected ref."
	case old == "":
		return ""
	case rule.queue != "":
		return "Changes must be made through the merge queue"
	case rule.pull:
		return "Changes must be made through a pull request."
	case rule.noForce && r.has(sha) && !r.git.isAncestor(old, sha):
		return "Cannot force-push to this branch"
	}
	if unmet := r.unmetChecks(rule.checks, sha); len(unmet) > 0 {
		return unmet[0].message
	}
	return ""
}

// has says whether the repository holds a commit.
func (r *repo) has(sha string) bool {
	_, err := r.git.run(nil, nil, "cat-file", "-e", sha+"^{commit}")
	return err == nil
}

// matchRef matches a branch with a ruleset's pattern, in which * does not match a slash and ** does.
func matchRef(r *repo, pattern, branch string) bool {
	switch pattern {
	case "~ALL":
		return true
	case "~DEFAULT_BRANCH":
		return branch == r.defaultBranch
	}
	pattern = strings.TrimPrefix(pattern, "refs/heads/")
	if prefix, ok := strings.CutSuffix(pattern, "**/*"); ok {
		return strings.HasPrefix(branch, prefix)
	}
	matched, err := path.Match(pattern, branch)
	return err == nil && matched
}
