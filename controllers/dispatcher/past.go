package dispatcher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// firstTry is how old a delivery may be to be certainly handled for the first time, even if a crash left no trace of an
// earlier try: nothing runs, is reported and is deleted within it.
const firstTry = time.Minute

// automatic says whether a trigger is that of a run that nobody asked for by name.
func automatic(trigger string) bool { return strings.HasPrefix(trigger, triggers.TriggerAuto) }

// mayRepeat says whether the cause of a run may be an old one, so that its run may be deleted already. A commit may come
// back by a push, so that only a pull request that was just opened has certainly no past; what somebody asked for by name
// has none until its delivery is tried again.
func (r *Reconciler) mayRepeat(d *v1alpha1.Delivery, a triggers.Run) bool {
	tried := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionProcessed) != nil
	if tried || r.age(d) > firstTry {
		return true
	}
	ev := d.Spec.Event
	return automatic(a.Trigger) && (ev.Kind != v1alpha1.KindPullRequest || ev.Action != "opened")
}

// concluded says what became of a cause whose run is gone, by its check run on GitHub; false if that tells of no end. A
// second run of the same name could never be reported: its check is completed, and stays so.
func (r *Reconciler) concluded(ctx context.Context, a triggers.Run, c *pipelines.Compiled) (fate, bool, error) {
	live, err := r.Runs.Get(ctx, client.ObjectKeyFromObject(c.Run))
	if err != nil || live != nil {
		return fate{}, false, err
	}
	cause := c.Record.Cause
	conclusion, title, found, err := r.GitHub.ConcludedCheck(ctx, cause.Org, cause.Repo, cause.HeadSHA, c.Record.Context, c.Run.Name)
	if err != nil || !found {
		return fate{}, false, err
	}
	if a.Trigger == triggers.TriggerAuto && conclusion == "cancelled" && unasked(title) {
		f, err := r.heir(ctx, c)
		return f, true, err
	}
	note := fmt.Sprintf("it ran before and ended as %s%s", conclusion, again(c.Record.RerunCommand, " to run it again"))
	return fate{run: c.Run.Name, note: note}, true, nil
}

// unasked recognises, by the title that the reporter gave to its check, a cancelled run that nobody asked to stop: it was
// deleted before its end, or Bowsprit stopped it by itself. Other titles are those of runs that a person stopped.
func unasked(title string) bool {
	return slices.ContainsFunc([]string{"PipelineRun deleted ", "Superseded ", "Cancelled: "}, func(beginning string) bool {
		return strings.HasPrefix(title, beginning)
	})
}

// heir says what serves a cause whose own run was stopped without being asked, because another commit or a closed pull
// request made it pointless, or was deleted, and whose commit is wanted again: another living run of the job on this
// commit; and if there is none, the run is resumed under a new name.
func (r *Reconciler) heir(ctx context.Context, c *pipelines.Compiled) (fate, error) {
	want := c.Record.Cause
	list, err := r.Runs.ListLive(ctx, record.PullSelector(want.Org, want.Repo, c.Record.Pull))
	if err != nil {
		return fate{}, err
	}
	for i := range list {
		rec, err := record.Decode(&list[i])
		if err != nil || runs.Stopping(&list[i]) {
			continue
		}
		if rec.Cause.Trigger = want.Trigger; rec.Cause == want {
			return fate{run: list[i].Name}, nil
		}
	}
	return fate{run: c.Run.Name, resume: true}, nil
}
