package e2e

import (
	"strings"
	"testing"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// waitAnswer waits for a comment of Bowsprit's that holds the text.
func waitAnswer(t *testing.T, s *street.Street, number int, text string) forge.CommentView {
	t.Helper()
	var answer forge.CommentView
	must(t, s.Forge.WaitFor(within(t, limit), func(v *forge.View) bool {
		for _, c := range v.Comments(street.Repo, number) {
			if c.Author.Login == s.App.BotLogin && strings.Contains(c.Body, text) {
				answer = c
				return true
			}
		}
		return false
	}))
	return answer
}

func TestCommandsAreAnswered(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "signals", red))(t)
	first := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Concluded("failure")))(t)

	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/test ?"))(t)
	waitAnswer(t, s, pull.Number, "/test unit")
	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/test untit"))(t)
	waitAnswer(t, s, pull.Number, "untit")
	if n := countChecks(s, pull.Head.SHA, "unit"); n != 1 {
		t.Fatalf("two questions made %d runs, want the first only", n)
	}
	got(s.Forge.Comment(street.Outsider, street.Repo, pull.Number, "/retest"))(t)
	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/retest"))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", func(c forge.CheckRunView) bool {
		return c.ID != first.ID && street.Completed(c)
	}))(t)
	settle(t, s)
	if n := countChecks(s, pull.Head.SHA, "unit"); n != 2 {
		t.Errorf("/retest by an outsider and by a member made %d check runs in all, want 2", n)
	}
}
