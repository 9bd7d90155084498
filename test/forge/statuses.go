package forge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// statusRequest is the body of POST /statuses/{sha}.
type statusRequest struct {
	State       string  `json:"state"`
	TargetURL   *string `json:"target_url"`
	Description *string `json:"description"`
	Context     *string `json:"context"`
}

// StatusSpec is a commit status to be set.
type StatusSpec struct {
	Who, Repo, SHA              string
	State, Context, Description string // State is error, failure, pending or success
	TargetURL                   string
}

// SetStatus sets a commit status as a person or another program would.
func (f *Forge) SetStatus(spec StatusSpec) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	who, err := f.act(spec.Who)
	r, repoErr := f.mustRepo(spec.Repo)
	if err = errors.Join(err, repoErr); err != nil {
		return fmt.Errorf("set a status: %w", err)
	}
	if !atLeast(r.permission(who.acct), "write") {
		return fmt.Errorf("set a status in %s: permission denied to %s", spec.Repo, spec.Who)
	}
	_, err = f.addStatus(who, r, spec.SHA, statusRequest{spec.State, &spec.TargetURL, &spec.Description, &spec.Context})
	return err
}

// maxStatuses is how many statuses GitHub takes for one SHA and context.
const maxStatuses = 1000

// maxDescription is how many characters GitHub takes in the description of a status.
const maxDescription = 140

func (f *Forge) addStatus(who *actor, r *repo, sha string, in statusRequest) (*status, error) {
	context := "default"
	if in.Context != nil {
		context = *in.Context
	}
	if err := r.checkStatus(sha, context, in); err != nil {
		return nil, err
	}
	s := &status{
		id: f.newID(), sha: sha, state: in.State, context: context, description: in.Description, target: in.TargetURL,
		creator: who.acct, app: who.app, created: f.now(),
	}
	r.statuses = append(r.statuses, s)
	f.record(who, Entry{
		What: "status.create", Repo: r.fullName(), SHA: sha, ID: s.id,
		Detail: map[string]string{"context": context, "state": s.state, "description": text(s.description)},
	})
	f.emitStatus(r, s, who)
	f.queueTick(r, sha)
	return s, nil
}

func (r *repo) checkStatus(sha, context string, in statusRequest) error {
	if !slices.Contains([]string{"error", "failure", "pending", "success"}, in.State) {
		return invalid("Status", "state", "custom", "state is not included in the list")
	}
	if !isHex(sha) || len(sha) != 40 || !r.has(sha) {
		return &apiError{status: http.StatusUnprocessableEntity, message: "No commit found for SHA: " + sha}
	}
	if utf8.RuneCountInString(text(in.Description)) > maxDescription {
		return invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)")
	}
	n := 0
	for _, s := range r.statuses {
		if s.sha == sha && s.context == context {
			n++
		}
	}
	if n >= maxStatuses {
		return invalid("Status", "base", "custom", "This SHA and context has reached the maximum number of statuses.")
	}
	return nil
}

// latestStatuses lists the newest status of each context of a commit, in the order in which the contexts appeared.
func (r *repo) latestStatuses(sha string) []*status {
	var order []string
	latest := map[string]*status{}
	for _, s := range r.statuses {
		if s.sha != sha {
			continue
		}
		key := strings.ToLower(s.context)
		if latest[key] == nil {
			order = append(order, key)
		}
		latest[key] = s
	}
	out := make([]*status, 0, len(order))
	for _, key := range order {
		out = append(out, latest[key])
	}
	return out
}

// combinedState is failure if any status failed, pending if any is pending or there is none, else success.
func combinedState(list []*status) string {
	state := "success"
	for _, s := range list {
		switch s.state {
		case "error", "failure":
			return "failure"
		case "pending":
			state = "pending"
		}
	}
	if len(list) == 0 {
		return "pending"
	}
	return state
}
