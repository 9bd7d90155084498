package github

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/triggers"
)

// How long a membership is remembered. A "no" is short, so that somebody who was just added need not wait.
const (
	memberHolds    = 5 * time.Minute
	nonMemberHolds = 30 * time.Second
)

// loginPattern is what a GitHub login looks like: letters, digits and hyphens, with an underscore for managed users, and
// "[bot]" behind an App's slug.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$`)

// Trusted says whether login may start jobs in org/repo, by Prow's rule: Bowsprit itself; a member of the organisation
// (where org is a user: that user); a collaborator of the repository, unless the policy wants members only; the bot of a
// trusted App; a member of the trusted organisation. A "yes" is remembered for five minutes, a "no" for half a minute.
func (c *Client) Trusted(ctx context.Context, org, repo, login string, policy triggers.TrustPolicy) (bool, error) {
	if !loginPattern.MatchString(login) {
		return false, nil
	}
	for _, rule := range c.trustRules(org, repo, login, policy) {
		if trusted, err := rule(ctx); trusted || err != nil {
			return trusted, err
		}
	}
	return false, nil
}

// trustRules lists the ways to be trusted, in Prow's order.
func (c *Client) trustRules(org, repo, login string, policy triggers.TrustPolicy) []func(context.Context) (bool, error) {
	rules := []func(context.Context) (bool, error){
		func(ctx context.Context) (bool, error) {
			bot, err := c.BotLogin(ctx)
			return strings.EqualFold(login, bot), err
		},
		func(ctx context.Context) (bool, error) { return c.isMember(ctx, org, org, repo, login) },
	}
	if !policy.OnlyOrgMembers {
		rules = append(rules, func(ctx context.Context) (bool, error) { return c.isCollaborator(ctx, org, repo, login) })
	}
	rules = append(rules, func(context.Context) (bool, error) {
		name, isBot := strings.CutSuffix(login, "[bot]")
		return isBot && slices.Contains(policy.TrustedApps, name), nil
	})
	if policy.TrustedOrg != "" {
		rules = append(rules, func(ctx context.Context) (bool, error) {
			return c.isMember(ctx, policy.TrustedOrg, org, repo, login)
		})
	}
	return rules
}

// isMember asks whether login is a member of org; repoOrg/repo is the repository in hand.
func (c *Client) isMember(ctx context.Context, org, repoOrg, repo, login string) (bool, error) {
	if strings.EqualFold(org, login) {
		return true, nil
	}
	yes, err := c.membership("member of "+org+": "+login, func() (bool, error) {
		gh, err := c.inOrg(ctx, org, repoOrg, repo)
		if err != nil {
			return false, err
		}
		yes, _, err := gh.Organizations.IsMember(ctx, org, login)
		return yes, err
	})
	return yes, explain(err, "ask whether %s is a member of %s", login, org)
}

// isCollaborator asks whether login is a collaborator of org/repo.
func (c *Client) isCollaborator(ctx context.Context, org, repo, login string) (bool, error) {
	yes, err := c.membership("collaborator of "+org+"/"+repo+": "+login, func() (bool, error) {
		gh, err := c.in(ctx, org, repo)
		if err != nil {
			return false, err
		}
		yes, _, err := gh.Repositories.IsCollaborator(ctx, org, repo, login)
		return yes, err
	})
	return yes, explain(err, "ask whether %s is a collaborator of %s/%s", login, org, repo)
}

// membership remembers the answers of ask by question.
func (c *Client) membership(question string, ask func() (bool, error)) (bool, error) {
	question = strings.ToLower(question)
	if known, ok := c.memberships.Get(question); ok && c.now().Before(known.until) {
		return known.answer, nil
	}
	yes, err := ask()
	if err != nil {
		return false, err
	}
	holds := nonMemberHolds
	if yes {
		holds = memberHolds
	}
	c.memberships.Add(question, remembered[bool]{yes, c.now().Add(holds)})
	return yes, nil
}
