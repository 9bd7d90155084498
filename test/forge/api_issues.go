package forge

import (
	"slices"
	"sort"
	"strings"
)

// onIssue answers with what do makes of the issue or pull request of a route.
func (c *call) onIssue(do func(*pull) (reply, error)) (reply, error) {
	n, err := c.number("number")
	if err != nil {
		return reply{}, err
	}
	p := c.repo.item(n)
	if p == nil {
		return reply{}, errNotFound
	}
	return do(p)
}

// listIssues: GET /issues, which lists pull requests too.
func listIssues(c *call) (reply, error) {
	list := c.repo.sortedPulls()
	for _, p := range c.repo.issues {
		list = append(list, p)
	}
	list = slices.DeleteFunc(list, func(p *pull) bool { return !c.wantsIssue(p) })
	sort.Slice(list, func(i, j int) bool { return (list[i].number > list[j].number) != (c.query("direction") == "asc") })
	return okay(paged(c, list, c.f.issueJSON))
}

func (c *call) wantsIssue(p *pull) bool {
	state := c.query("state")
	if state == "" {
		state = "open"
	}
	if state != "all" && state != p.state() {
		return false
	}
	if by := c.query("creator"); by != "" && !strings.EqualFold(by, p.author.login) {
		return false
	}
	for _, name := range strings.Split(c.query("labels"), ",") {
		if name != "" && !p.hasLabel(name) {
			return false
		}
	}
	return true
}

// createIssue: POST /issues.
func createIssue(c *call) (reply, error) {
	var in struct {
		Title  string   `json:"title"`
		Body   string   `json:"body"`
		Labels []string `json:"labels"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	p, err := c.f.openIssue(c.who, c.repo, IssueSpec{Title: in.Title, Body: in.Body, Labels: in.Labels})
	if err != nil {
		return reply{}, err
	}
	return created(c.f.issueJSON(p))
}

// getIssue: GET /issues/{number}.
func getIssue(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) { return okay(c.f.issueJSON(p)) })
}

// updateIssue: PATCH /issues/{number}.
func updateIssue(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		var in struct {
			pullPatch
			Labels    []string `json:"labels"`
			Assignees []string `json:"assignees"`
		}
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if err := c.mayEdit(p, "issues|pull_requests"); err != nil {
			return reply{}, err
		}
		if c.has("labels") {
			if err := c.f.setLabels(c.who, p, in.Labels); err != nil {
				return reply{}, err
			}
		}
		if c.has("assignees") {
			c.f.setAssignees(c.who, p, c.known(in.Assignees))
		}
		if err := c.f.editIssue(c.who, p, in.pullPatch); err != nil {
			return reply{}, err
		}
		return okay(c.f.issueJSON(p))
	})
}

// known finds accounts by login; unknown ones are left out, as GitHub does with assignees.
func (c *call) known(logins []string) []*account {
	var out []*account
	for _, l := range logins {
		if a := c.f.account(l); a != nil {
			out = append(out, a)
		}
	}
	return out
}

// editIssue changes an issue or, by way of the issue, a pull request.
func (f *Forge) editIssue(who *actor, p *pull, in pullPatch) error {
	if !p.isIssue {
		return f.editPull(who, p, in)
	}
	set(&p.title, in.Title)
	set(&p.body, in.Body)
	if in.Title != nil || in.Body != nil {
		p.updated = f.now()
		f.record(who, p.entry("issue.edit"))
		f.emit(event{name: "issues", action: "edited", repo: p.repo, who: who, body: obj{"issue": f.issueJSON(p), "changes": obj{}}})
	}
	return f.setState(who, p, in.State)
}

type assigneesRequest struct {
	Assignees []string `json:"assignees"`
}

// addAssignees: POST /issues/{number}/assignees.
func addAssignees(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		var in assigneesRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		list := slices.Clone(p.assignees)
		for _, a := range c.known(in.Assignees) {
			if !slices.Contains(list, a) && c.repo.isCollaborator(a) {
				list = append(list, a)
			}
		}
		c.f.setAssignees(c.who, p, list)
		return created(c.f.issueJSON(p))
	})
}

// removeAssignees: DELETE /issues/{number}/assignees.
func removeAssignees(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		var in assigneesRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		gone := c.known(in.Assignees)
		c.f.setAssignees(c.who, p, slices.DeleteFunc(slices.Clone(p.assignees), func(a *account) bool { return slices.Contains(gone, a) }))
		return okay(c.f.issueJSON(p))
	})
}
