package forge

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The limits of a check run, see docs.github.com, "REST API endpoints for check runs".
const (
	maxAnnotations = 50 // in one request; each request adds
	maxOutput      = 65535
	maxActions     = 3
	maxSameName    = 1000 // runs of one name in one suite; then the oldest go
)

// checkRequest is the body of POST and PATCH of check runs; nil leaves as it is.
type checkRequest struct {
	Name        *string       `json:"name"`
	HeadSHA     string        `json:"head_sha"`
	DetailsURL  *string       `json:"details_url"`
	ExternalID  *string       `json:"external_id"`
	Status      *string       `json:"status"`
	StartedAt   *time.Time    `json:"started_at"`
	Conclusion  *string       `json:"conclusion"`
	CompletedAt *time.Time    `json:"completed_at"`
	Output      *checkOutput  `json:"output"`
	Actions     []checkAction `json:"actions"`
}

type checkOutput struct {
	Title       *string      `json:"title"`
	Summary     *string      `json:"summary"`
	Text        *string      `json:"text"`
	Annotations []annotation `json:"annotations"`
}

type annotation struct {
	Path        string `json:"path"`
	StartLine   int    `json:"start_line"`
	EndLine     int    `json:"end_line"`
	StartColumn int    `json:"start_column"`
	EndColumn   int    `json:"end_column"`
	Level       string `json:"annotation_level"`
	Message     string `json:"message"`
	Title       string `json:"title"`
	RawDetails  string `json:"raw_details"`
}

type checkAction struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

var conclusions = []string{"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}

// badRequest is GitHub's refusal of a body that its schema does not allow.
func badRequest(format string, args ...any) error {
	return refuse(http.StatusUnprocessableEntity, "Invalid request.\n\n"+fmt.Sprintf(format, args...))
}

// check refuses what GitHub refuses.
func (in checkRequest) check() error {
	if in.Status != nil && !slices.Contains([]string{"queued", "in_progress", "completed"}, *in.Status) {
		return badRequest("%s is not a member of [\"queued\", \"in_progress\", \"completed\"].", *in.Status)
	}
	if in.Conclusion != nil && !slices.Contains(conclusions, *in.Conclusion) {
		return badRequest("%s is not a member of the conclusions.", *in.Conclusion)
	}
	if in.Status != nil && *in.Status == "completed" && in.Conclusion == nil {
		return badRequest("Missing required parameter \"conclusion\" when \"status\" is \"completed\".")
	}
	if len(in.Actions) > maxActions {
		return badRequest("No more than %d items are allowed; %d were supplied.", maxActions, len(in.Actions))
	}
	for _, a := range in.Actions {
		if len([]rune(a.Label)) > 20 || len([]rune(a.Identifier)) > 20 || len([]rune(a.Description)) > 40 {
			return badRequest("Only 20 (label, identifier) and 40 (description) characters are allowed in action %q.", a.Identifier)
		}
	}
	return in.Output.check()
}

func (o *checkOutput) check() error {
	if o == nil {
		return nil
	}
	if o.Title == nil || o.Summary == nil {
		return badRequest("\"title\" and \"summary\" weren't supplied.")
	}
	for _, s := range []string{text(o.Summary), text(o.Text)} {
		if n := len([]rune(s)); n > maxOutput {
			return badRequest("Only %d characters are allowed; %d were supplied.", maxOutput, n)
		}
	}
	if len(o.Annotations) > maxAnnotations {
		return badRequest("No more than %d items are allowed; %d were supplied.", maxAnnotations, len(o.Annotations))
	}
	for _, a := range o.Annotations {
		if err := a.check(); err != nil {
			return err
		}
	}
	return nil
}

func (a annotation) check() error {
	switch {
	case a.Path == "" || a.Message == "" || a.StartLine == 0 || a.EndLine == 0:
		return badRequest("An annotation needs path, start_line, end_line and message.")
	case !slices.Contains([]string{"notice", "warning", "failure"}, a.Level):
		return badRequest("%q is not an annotation_level.", a.Level)
	case a.StartLine != a.EndLine && (a.StartColumn != 0 || a.EndColumn != 0):
		return badRequest("start_column and end_column are only allowed if start_line and end_line have the same value.")
	case len(a.Message) > 64<<10 || len(a.RawDetails) > 64<<10:
		return badRequest("message and raw_details may have 64 KB.")
	}
	return nil
}

func (f *Forge) createRun(who *actor, r *repo, in checkRequest) (*checkRun, error) {
	if text(in.Name) == "" || in.HeadSHA == "" {
		return nil, badRequest("\"name\" and \"head_sha\" weren't supplied.")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if !isHex(in.HeadSHA) || len(in.HeadSHA) != 40 || !r.has(in.HeadSHA) {
		return nil, refuse(http.StatusUnprocessableEntity, "No commit found for SHA: "+in.HeadSHA)
	}
	c := &checkRun{
		id: f.newID(), repo: r, suite: f.ensureSuite(who.app, r, in.HeadSHA), name: *in.Name, sha: in.HeadSHA, status: "queued",
		created: f.now(), started: f.now(),
	}
	r.runs = append(r.runs, c)
	r.dropOldRuns(c)
	f.applyRun(c, in)
	f.announceRun(who, c, "created")
	return c, nil
}

func (f *Forge) updateRun(who *actor, c *checkRun, in checkRequest) error {
	if who.app != c.suite.app {
		return refuse(http.StatusForbidden, fmt.Sprintf("Invalid app_id `%d` - check run can only be modified by the GitHub App that created it.", who.app.id))
	}
	if err := in.check(); err != nil {
		return err
	}
	wasDone := c.status == "completed"
	f.applyRun(c, in)
	action := "updated"
	if c.status == "completed" && !wasDone {
		action = "completed"
	}
	f.announceRun(who, c, action)
	return nil
}

// applyRun takes a request over. A conclusion completes; a status other than completed takes the conclusion back.
func (f *Forge) applyRun(c *checkRun, in checkRequest) {
	c.writes++
	set(&c.name, in.Name)
	set(&c.details, in.DetailsURL)
	set(&c.externalID, in.ExternalID)
	set(&c.started, in.StartedAt)
	if in.Status != nil {
		c.status = *in.Status
	}
	switch {
	case in.Conclusion != nil:
		c.status, c.conclusion = "completed", *in.Conclusion
		if c.completed.IsZero() {
			c.completed = f.now()
		}
	case c.status != "completed":
		c.conclusion, c.completed = "", time.Time{}
	}
	set(&c.completed, in.CompletedAt)
	if in.Actions != nil {
		c.actions = nil
		for _, a := range in.Actions {
			c.actions = append(c.actions, CheckActionView(a))
		}
	}
	c.applyOutput(in.Output)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (c *checkRun) applyOutput(o *checkOutput) {
	if o == nil {
		return
	}
	c.title, c.summary = o.Title, o.Summary
	if o.Text != nil {
		c.text = o.Text
	}
	for _, a := range o.Annotations {
		c.annotations = append(c.annotations, AnnotationView{
			Path: a.Path, StartLine: a.StartLine, EndLine: a.EndLine, StartColumn: a.StartColumn, EndColumn: a.EndColumn,
			Level: a.Level, Title: a.Title, Message: a.Message, RawDetails: a.RawDetails,
		})
	}
}

// announceRun records a write and sends what GitHub sends: created, completed; nothing for other updates.
func (f *Forge) announceRun(who *actor, c *checkRun, action string) {
	what := "check_run.create"
	if action != "created" {
		what = "check_run.update"
	}
	f.record(who, Entry{
		What: what, Repo: c.repo.fullName(), SHA: c.sha, ID: c.id, Detail: map[string]string{
			"name": c.name, "status": c.status, "conclusion": c.conclusion, "title": text(c.title), "external_id": c.externalID,
		},
	})
	c.suite.reset = false
	c.suite.updated = f.now()
	if action == "created" {
		f.emitRun("created", c, who, nil)
	}
	if action == "completed" || (action == "created" && c.status == "completed") {
		f.emitRun("completed", c, who, nil)
	}
	f.suiteChanged(who, c.suite)
	f.queueTick(c.repo, c.sha)
}

// dropOldRuns keeps a suite's runs of one name below GitHub's limit.
func (r *repo) dropOldRuns(newest *checkRun) {
	var same []*checkRun
	for _, c := range r.runs {
		if c.suite == newest.suite && c.name == newest.name {
			same = append(same, c)
		}
	}
	if len(same) > maxSameName {
		r.runs = slices.DeleteFunc(r.runs, func(c *checkRun) bool { return c == same[0] })
	}
}

// isLatest says whether no newer run of the same suite has the same name.
func (r *repo) isLatest(c *checkRun) bool {
	return !slices.ContainsFunc(r.runs, func(o *checkRun) bool { return o.suite == c.suite && o.name == c.name && o.id > c.id })
}

// run finds a check run of a repository by its id.
func (r *repo) run(id int64) *checkRun {
	for _, c := range r.runs {
		if c.id == id {
			return c
		}
	}
	return nil
}
