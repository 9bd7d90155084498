package forge

import (
	"net/http"
	"slices"
	"strconv"
)

// byApp refuses who is not an App: only Apps write checks.
func (c *call) byApp() error {
	if !c.who.isInstallation() {
		return refuse(http.StatusForbidden, "You must authenticate via a GitHub App.")
	}
	return nil
}

// createCheckRun: POST /check-runs.
func createCheckRun(c *call) (reply, error) {
	if err := c.byApp(); err != nil {
		return reply{}, err
	}
	var in checkRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	run, err := c.f.createRun(c.who, c.repo, in)
	if err != nil {
		return reply{}, err
	}
	return created(c.f.runJSON(run))
}

func (c *call) onRun(do func(*checkRun) (reply, error)) (reply, error) {
	id, err := c.id("id")
	if err != nil {
		return reply{}, err
	}
	run := c.repo.run(id)
	if run == nil {
		return reply{}, errNotFound
	}
	return do(run)
}

// getCheckRun: GET /check-runs/{id}.
func getCheckRun(c *call) (reply, error) {
	return c.onRun(func(run *checkRun) (reply, error) { return okay(c.f.runJSON(run)) })
}

// updateCheckRun: PATCH /check-runs/{id}.
func updateCheckRun(c *call) (reply, error) {
	if err := c.byApp(); err != nil {
		return reply{}, err
	}
	return c.onRun(func(run *checkRun) (reply, error) {
		var in checkRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if err := c.f.updateRun(c.who, run, in); err != nil {
			return reply{}, err
		}
		return okay(c.f.runJSON(run))
	})
}

// listAnnotations: GET /check-runs/{id}/annotations.
func listAnnotations(c *call) (reply, error) {
	return c.onRun(func(run *checkRun) (reply, error) {
		return okay(paged(c, run.annotations, func(a AnnotationView) obj { return c.f.annotationJSON(run, a) }))
	})
}

// rerequestCheckRun: POST /check-runs/{id}/rerequest.
func rerequestCheckRun(c *call) (reply, error) {
	if err := c.byApp(); err != nil {
		return reply{}, err
	}
	return c.onRun(func(run *checkRun) (reply, error) {
		c.f.rerequestRun(c.who, run)
		return created(obj{})
	})
}

// resolveRef finds the commit of a route's ref; GitHub answers 422 if there is none.
func (c *call) resolveRef() (string, error) {
	sha, ok := c.repo.git.resolve(c.params["ref"])
	if !ok {
		return "", refuse(http.StatusUnprocessableEntity, "No commit found for SHA: "+c.params["ref"])
	}
	return sha, nil
}

// listRefRuns: GET /commits/{ref}/check-runs.
func listRefRuns(c *call) (reply, error) {
	sha, err := c.resolveRef()
	if err != nil {
		return reply{}, err
	}
	return c.runPage(slices.DeleteFunc(slices.Clone(c.repo.runs), func(r *checkRun) bool { return r.sha != sha }))
}

// runPage filters check runs as asked: filter (latest if not given), check_name, status, app_id.
func (c *call) runPage(list []*checkRun) (reply, error) {
	app, _ := strconv.ParseInt(c.query("app_id"), 10, 64) // 0 is no App
	name, state := c.query("check_name"), c.query("status")
	list = slices.DeleteFunc(list, func(r *checkRun) bool {
		return (c.query("filter") != "all" && !c.repo.isLatest(r)) || (name != "" && r.name != name) ||
			(state != "" && r.status != state) || (app != 0 && r.suite.app.id != app)
	})
	slices.Reverse(list)
	return okay(obj{"total_count": len(list), "check_runs": paged(c, list, c.f.runJSON)})
}

// listSuiteRuns: GET /check-suites/{id}/check-runs.
func listSuiteRuns(c *call) (reply, error) {
	return c.onSuite(func(s *suite) (reply, error) {
		return c.runPage(slices.DeleteFunc(slices.Clone(c.repo.runs), func(r *checkRun) bool { return r.suite != s }))
	})
}

// listRefSuites: GET /commits/{ref}/check-suites.
func listRefSuites(c *call) (reply, error) {
	sha, err := c.resolveRef()
	if err != nil {
		return reply{}, err
	}
	app, _ := strconv.ParseInt(c.query("app_id"), 10, 64) // 0 is no App
	list := slices.DeleteFunc(slices.Clone(c.repo.suites), func(s *suite) bool { return s.sha != sha || (app != 0 && s.app.id != app) })
	return okay(obj{"total_count": len(list), "check_suites": paged(c, list, c.f.suiteWithRepoJSON)})
}

func (c *call) onSuite(do func(*suite) (reply, error)) (reply, error) {
	id, err := c.id("id")
	if err != nil {
		return reply{}, err
	}
	s := c.repo.suite(id)
	if s == nil {
		return reply{}, errNotFound
	}
	return do(s)
}

// getCheckSuite: GET /check-suites/{id}.
func getCheckSuite(c *call) (reply, error) {
	return c.onSuite(func(s *suite) (reply, error) { return okay(c.f.suiteWithRepoJSON(s)) })
}

// rerequestCheckSuite: POST /check-suites/{id}/rerequest.
func rerequestCheckSuite(c *call) (reply, error) {
	if err := c.byApp(); err != nil {
		return reply{}, err
	}
	return c.onSuite(func(s *suite) (reply, error) {
		c.f.rerequestSuite(c.who, s)
		return created(obj{})
	})
}

// createStatus: POST /statuses/{sha}.
func createStatus(c *call) (reply, error) {
	var in statusRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	s, err := c.f.addStatus(c.who, c.repo, c.params["sha"], in)
	if err != nil {
		return reply{}, err
	}
	return created(c.f.statusJSON(c.repo, s))
}

// listStatuses: GET /commits/{ref}/statuses, newest first.
func listStatuses(c *call) (reply, error) {
	sha, err := c.resolveRef()
	if err != nil {
		return reply{}, err
	}
	list := slices.DeleteFunc(slices.Clone(c.repo.statuses), func(s *status) bool { return s.sha != sha })
	slices.Reverse(list)
	return okay(paged(c, list, func(s *status) obj { return c.f.statusJSON(c.repo, s) }))
}

// getCombinedStatus: GET /commits/{ref}/status: the newest of each context.
func getCombinedStatus(c *call) (reply, error) {
	sha, err := c.resolveRef()
	if err != nil {
		return reply{}, err
	}
	list := c.repo.latestStatuses(sha)
	return okay(obj{
		"state": combinedState(list), "sha": sha, "total_count": len(list), "repository": c.f.minimalRepoJSON(c.repo),
		"commit_url": c.f.repoURL(c.repo, "/commits/%s", sha), "url": c.f.repoURL(c.repo, "/commits/%s/status", sha),
		"statuses": paged(c, list, func(s *status) obj { return c.f.statusSimpleJSON(c.repo, s) }),
	})
}
