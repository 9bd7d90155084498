package forge

import (
	"fmt"
	"slices"
)

// RerunCheck asks the App to do a check run again, as the "Re-run" button does.
func (f *Forge) RerunCheck(who string, id int64) error {
	return f.onRun(who, id, func(a *actor, c *checkRun) error {
		f.rerequestRun(a, c)
		return nil
	})
}

// rerequestRun resets the suite to queued and tells the App; the run itself stays as it is, as on GitHub.
func (f *Forge) rerequestRun(who *actor, c *checkRun) {
	c.suite.reset, c.suite.done, c.suite.updated = true, false, f.now()
	f.record(who, Entry{What: "check_run.rerequest", Repo: c.repo.fullName(), SHA: c.sha, ID: c.id})
	f.emitRun("rerequested", c, who, nil)
}

// PressAction presses a button of a completed check run.
func (f *Forge) PressAction(who string, id int64, identifier string) error {
	return f.onRun(who, id, func(a *actor, c *checkRun) error {
		offered := slices.ContainsFunc(c.actions, func(v CheckActionView) bool { return v.Identifier == identifier })
		if !offered || c.status != "completed" {
			return fmt.Errorf("check run %d offers no action %q now", id, identifier)
		}
		f.record(a, Entry{What: "check_run.requested_action", Repo: c.repo.fullName(), SHA: c.sha, ID: c.id, Detail: map[string]string{"action": identifier}})
		f.emitRun("requested_action", c, a, obj{"requested_action": obj{"identifier": identifier}})
		return nil
	})
}

// onRun finds who acts and on which check run, for the Go API; as on GitHub, it takes write access.
func (f *Forge) onRun(who string, id int64, do func(*actor, *checkRun) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.act(who)
	if err != nil {
		return err
	}
	for _, r := range f.repos {
		c := r.run(id)
		if c == nil {
			continue
		}
		if !atLeast(r.permission(a.acct), "write") {
			return fmt.Errorf("%s has no write access to %s", who, r.fullName())
		}
		return do(a, c)
	}
	return fmt.Errorf("no check run %d", id)
}
