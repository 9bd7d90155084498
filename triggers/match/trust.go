package match

import (
	"slices"
	"strings"
)

// The labels that mean something to Prow's plugin trigger.
const (
	okToTest      = "ok-to-test"
	needsOkToTest = "needs-ok-to-test"
	lgtm          = "lgtm"
)

// trusts says whether a login may start jobs: the bot, members of the organisation, collaborators unless they are left
// out, trusted Apps (Prow does not ask whether the login is a bot's), members of the trusted organisation.
func (d *decider) trusts(login string) bool {
	switch {
	case login == "":
		return false
	case isBot(login) || d.member(d.org, login):
		return true
	case !d.trigger.OnlyOrgMembers && (login == d.org || slices.Contains(d.q.Collaborators, login)):
		return true
	case slices.Contains(d.trigger.TrustedApps, strings.TrimSuffix(login, "[bot]")):
		return true
	}
	return d.trigger.TrustedOrg != "" && d.member(d.trigger.TrustedOrg, login)
}

// member says whether a login belongs to an organisation; a user's account has itself as its only member.
func (d *decider) member(org, login string) bool {
	return org == login || slices.Contains(d.q.OrgMembers[org], login)
}

func isBot(login string) bool { return strings.TrimSuffix(login, "[bot]") == Bot }

// trustedPull says whether the pull request may be tested: by its author, or by the label, which outlives pushes.
func (d *decider) trustedPull() bool { return d.trusts(d.ev.Author) || d.has(okToTest) }
