package pages

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// checks is the checks tab: all runs by App and name, and the chosen one.
type checks struct {
	Commit Commit
	Apps   []appChecks
	Chosen *CheckRun
	Older  []CheckRun // earlier attempts of the chosen one, newest first
}

// appChecks are the newest runs of one App.
type appChecks struct {
	App  string
	Runs []CheckRun
}

// newChecks chooses the run with the id, or without one the run that most wants attention.
func newChecks(commit Commit, id string) checks {
	c := checks{Commit: commit}
	for _, run := range commit.CheckRuns {
		if run.Latest {
			c.add(run)
		}
		if strconv.FormatInt(run.ID, 10) == id {
			c.Chosen = &run
		}
	}
	if c.Chosen == nil {
		c.Chosen = c.urgent()
	}
	for _, run := range slices.Backward(commit.CheckRuns) {
		if c.Chosen != nil && run.Name == c.Chosen.Name && run.App == c.Chosen.App {
			c.Older = append(c.Older, run)
		}
	}
	return c
}

func (c *checks) add(run CheckRun) {
	at := slices.IndexFunc(c.Apps, func(a appChecks) bool { return a.App == run.App })
	if at < 0 {
		c.Apps = append(c.Apps, appChecks{App: run.App})
		at = len(c.Apps) - 1
	}
	c.Apps[at].Runs = append(c.Apps[at].Runs, run)
}

// urgent is the first failed run, or else the first that is not done, or else the first.
func (c *checks) urgent() *CheckRun {
	for _, mark := range []string{"failure", "pending", ""} {
		for _, app := range c.Apps {
			for i := range app.Runs {
				if mark == "" || Mark(app.Runs[i].State) == mark {
					return &app.Runs[i]
				}
			}
		}
	}
	return nil
}

// Statuses are the newest statuses of each context.
func (c checks) Statuses() []Status {
	return slices.DeleteFunc(slices.Clone(c.Commit.Statuses), func(s Status) bool { return !s.Latest })
}

// Pending tells whether something is still to be reported.
func (c checks) Pending() bool { return Summarise(c.Commit) == "pending" }

// Count is the number of newest runs.
func (c checks) Count() (n int) {
	for _, app := range c.Apps {
		n += len(app.Runs)
	}
	return n
}

// Headline sums all up in a sentence.
func (c checks) Headline() string {
	counts, total := map[string]int{}, 0
	for _, app := range c.Apps {
		for _, run := range app.Runs {
			counts[Mark(run.State)]++
			total++
		}
	}
	for _, s := range c.Statuses() {
		counts[Mark(s.State)]++
		total++
	}
	switch {
	case total == 0:
		return "No checks have been reported"
	case counts["failure"] == total:
		return "All checks have failed"
	case counts["failure"] > 0:
		return "Some checks were not successful"
	case counts["pending"] > 0:
		return "Some checks haven’t completed yet"
	}
	return "All checks have passed"
}

// Detail counts by state: "1 failing, 2 successful checks".
func (c checks) Detail() string {
	names := []struct{ mark, word string }{{"failure", "failing"}, {"pending", "in progress"}, {"success", "successful"}, {"neutral", "neutral or skipped"}}
	counts := map[string]int{}
	for _, app := range c.Apps {
		for _, run := range app.Runs {
			counts[Mark(run.State)]++
		}
	}
	for _, s := range c.Statuses() {
		counts[Mark(s.State)]++
	}
	var parts []string
	for _, n := range names {
		if counts[n.mark] > 0 {
			parts = append(parts, strconv.Itoa(counts[n.mark])+" "+n.word)
		}
	}
	return strings.Join(parts, ", ")
}

// Mark is how a state is shown: success, failure, pending or neutral.
func Mark(state string) string {
	switch state {
	case "success":
		return "success"
	case "failure", "error", "timed_out", "action_required", "startup_failure", "cancelled":
		return "failure"
	case "neutral", "skipped", "stale":
		return "neutral"
	}
	return "pending"
}

// Summarise is the mark of all newest checks of a commit together; empty if it has none.
func Summarise(commit Commit) string {
	var marks []string
	for _, run := range commit.CheckRuns {
		if run.Latest {
			marks = append(marks, Mark(run.State))
		}
	}
	for _, s := range commit.Statuses {
		if s.Latest {
			marks = append(marks, Mark(s.State))
		}
	}
	for _, worst := range []string{"failure", "pending", "success", "neutral"} {
		if slices.Contains(marks, worst) {
			return worst
		}
	}
	return ""
}

// Mark is how the run is shown.
func (r CheckRun) Mark() string { return Mark(r.State) }

// Mark is how the status is shown.
func (s Status) Mark() string { return Mark(s.State) }

// took is how long a run ran, empty while it runs.
func took(r CheckRun) string {
	if r.Started.IsZero() || r.Completed.IsZero() {
		return ""
	}
	return r.Completed.Sub(r.Started).Round(time.Second).String()
}
