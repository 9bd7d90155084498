package forge

import (
	"net/http"
	"slices"
	"sort"
	"strings"
)

func lower(s string) string { return strings.ToLower(s) }

// thePull finds the pull request of a route.
func (c *call) thePull() (*pull, error) {
	n, err := c.number("number")
	if err != nil {
		return nil, err
	}
	if p := c.repo.pulls[n]; p != nil {
		return p, nil
	}
	return nil, errNotFound
}

// onPull answers with what do makes of the pull request of a route.
func (c *call) onPull(do func(*pull) (reply, error)) (reply, error) {
	p, err := c.thePull()
	if err != nil {
		return reply{}, err
	}
	return do(p)
}

// listPulls: GET /pulls, newest first unless asked otherwise.
func listPulls(c *call) (reply, error) {
	list := slices.DeleteFunc(c.repo.sortedPulls(), func(p *pull) bool { return !c.wantsPull(p) })
	key := func(p *pull) int64 { return p.id }
	if c.query("sort") == "updated" {
		key = func(p *pull) int64 { return p.updated.Unix() }
	}
	up := c.query("direction") == "asc" || (c.query("direction") == "" && c.query("sort") != "" && c.query("sort") != "created")
	sort.SliceStable(list, func(i, j int) bool {
		if up {
			return key(list[i]) < key(list[j])
		}
		return key(list[i]) > key(list[j])
	})
	return okay(paged(c, list, c.f.pullSimpleJSON))
}

func (c *call) wantsPull(p *pull) bool {
	state, head, base := c.query("state"), c.query("head"), c.query("base")
	if state == "" {
		state = "open"
	}
	return (state == "all" || state == p.state()) && (base == "" || base == p.base.ref) &&
		(head == "" || strings.EqualFold(head, p.head.owner.login+":"+p.head.ref))
}

// createPull: POST /pulls.
func createPull(c *call) (reply, error) {
	var in struct {
		Title string `json:"title"`
		Head  string `json:"head"`
		Base  string `json:"base"`
		Body  string `json:"body"`
		Draft bool   `json:"draft"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Title == "" {
		return reply{}, invalid("PullRequest", "title", "missing_field", "")
	}
	p, err := c.f.openPull(c.who, c.repo, PullSpec{Head: in.Head, Base: in.Base, Title: in.Title, Body: in.Body, Draft: in.Draft})
	if err != nil {
		return reply{}, err
	}
	return created(c.f.eventPullJSON(p))
}

// getPull: GET /pulls/{number}; also as diff or patch by the Accept header.
func getPull(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		for kind, args := range map[string][]string{"diff": {"diff"}, "patch": {"format-patch", "--stdout"}} {
			if strings.Contains(c.r.Header.Get("Accept"), "application/vnd.github.") && strings.Contains(c.r.Header.Get("Accept"), kind) {
				from := p.repo.git.mergeBase(p.baseTip(), p.head.sha)
				raw, err := p.repo.git.run(nil, nil, append(args, from+".."+p.head.sha)...)
				return reply{status: http.StatusOK, body: raw, header: http.Header{"Content-Type": {"application/vnd.github." + kind + "; charset=utf-8"}}}, err
			}
		}
		mergeable, state := c.f.shownMergeState(p)
		return okay(c.f.pullJSON(p, mergeable, state))
	})
}

// mayEdit says whether somebody may change an item: its author, or who has at least triage.
func (c *call) mayEdit(p *pull, perms string) error {
	if c.who.acct == p.author {
		return nil
	}
	return c.who.may(p.repo, writing("triage", perms))
}

// updatePull: PATCH /pulls/{number}.
func updatePull(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		var in pullPatch
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if err := c.mayEdit(p, "pull_requests"); err != nil {
			return reply{}, err
		}
		if err := c.f.editPull(c.who, p, in); err != nil {
			return reply{}, err
		}
		mergeable, state := c.f.shownMergeState(p)
		return okay(c.f.pullJSON(p, mergeable, state))
	})
}

// listPullFiles: GET /pulls/{number}/files.
func listPullFiles(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		return okay(paged(c, c.f.statOf(p).files, func(v FileView) obj { return c.f.fileJSON(p.repo, p.head.sha, v) }))
	})
}

// listPullCommits: GET /pulls/{number}/commits, oldest first.
func listPullCommits(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		return okay(paged(c, c.f.statOf(p).commits, func(v CommitView) obj { return c.f.commitJSON(p.repo, v) }))
	})
}

// checkMerged: GET /pulls/{number}/merge.
func checkMerged(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		if !p.merged {
			return reply{}, errNotFound
		}
		return noContent()
	})
}

// mergePull: PUT /pulls/{number}/merge.
func mergePull(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		var in mergeRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		sha, err := c.f.mergePull(c.who, p, in)
		if err != nil {
			return reply{}, err
		}
		return okay(obj{"sha": sha, "merged": true, "message": "Pull Request successfully merged"})
	})
}

// updateBranch: PUT /pulls/{number}/update-branch merges the base branch into the head.
func updateBranch(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		var in struct {
			Expected string `json:"expected_head_sha"`
		}
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if in.Expected != "" && in.Expected != p.head.sha {
			return reply{}, refuse(http.StatusUnprocessableEntity, "expected head sha didn’t match current head ref.")
		}
		if err := c.f.updateHead(c.who, p); err != nil {
			return reply{}, err
		}
		return reply{status: http.StatusAccepted, body: obj{"message": "Updating pull request branch.", "url": c.f.repoURL(p.repo, "/pulls/%d", p.number)}}, nil
	})
}

func (f *Forge) updateHead(who *actor, p *pull) error {
	base := p.baseTip()
	if p.closed || p.head.repo != p.repo || p.repo.git.isAncestor(base, p.head.sha) {
		return refuse(http.StatusUnprocessableEntity, "There are no new commits on the base branch.")
	}
	tree, err := p.repo.git.mergeTree(p.head.sha, base)
	if err != nil {
		return refuse(http.StatusUnprocessableEntity, "merge conflict between base and head")
	}
	message := "Merge branch '" + p.base.ref + "' into " + p.head.ref
	sha, err := p.repo.git.commitTree(tree, []string{p.head.sha, base}, message, f.signature(who.acct), f.webFlow())
	if err != nil {
		return err
	}
	return f.setRef(who, p.repo, "refs/heads/"+p.head.ref, sha)
}
