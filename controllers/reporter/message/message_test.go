package message_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/controllers/reporter/message"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// step is a row that started from seconds after noon and took the given seconds.
func step(name string, status pipelines.StepStatus, from, took int, exit int32) pipelines.Step {
	s := pipelines.Step{Task: "main", Name: name, Status: status, ExitCode: exit, Pod: "unit-abc-pod", Container: "step-" + name}
	if status != pipelines.StepWaiting && status != pipelines.StepSkipped {
		s.StartedAt = noon.Add(time.Duration(from) * time.Second)
		s.FinishedAt = s.StartedAt.Add(time.Duration(took) * time.Second)
	}
	return s
}

// view is a run of the job unit for pull request 12 that is in a phase and took the given seconds.
func view(phase pipelines.Phase, took int, steps ...pipelines.Step) message.View {
	v := message.View{
		Namespace: "ci", Name: "unit-mfrggzdfmztq",
		Record: record.Record{
			Cause: record.Cause{
				Org: "o", Repo: "r", Subject: "pull-12", HeadSHA: "abc1234" + strings.Repeat("0", 33), Job: "unit", Trigger: "auto",
			},
			Context: "unit", RerunCommand: "/test unit", BaseRef: "main", BaseSHA: "def5678" + strings.Repeat("0", 33), Pull: 12,
		},
		Outcome: pipelines.Outcome{Phase: phase, Steps: steps},
	}
	if phase != pipelines.PhaseQueued {
		v.Outcome.StartedAt = noon
	}
	if phase.Finished() {
		v.Outcome.CompletedAt = noon.Add(time.Duration(took) * time.Second)
	}
	for i := range steps {
		if s := steps[i].Status; s == pipelines.StepFailed || s == pipelines.StepTimedOut {
			v.Outcome.Failed = &steps[i]
		}
	}
	return v
}

func with(v message.View, edit func(*message.View)) message.View {
	edit(&v)
	return v
}

var stories = map[string]message.View{
	"queued": with(view(pipelines.PhaseQueued, 0, step("clone", pipelines.StepWaiting, 0, 0, 0), step("test", pipelines.StepWaiting, 0, 0, 0)),
		func(v *message.View) { v.Ahead = 3 }),
	"queued-next":        view(pipelines.PhaseQueued, 0),
	"admitted-unstarted": with(view(pipelines.PhaseRunning, 0), func(v *message.View) { v.Outcome.StartedAt = time.Time{} }),
	"running":            view(pipelines.PhaseRunning, 0, step("clone", pipelines.StepWaiting, 0, 0, 0), step("test", pipelines.StepWaiting, 0, 0, 0)),
	"passed":             view(pipelines.PhaseSucceeded, 65, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepSucceeded, 2, 61, 0)),
	"failed": with(view(pipelines.PhaseFailed, 65, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepFailed, 2, 61, 1)),
		func(v *message.View) {
			v.Outcome.Class, v.Outcome.Reason = pipelines.ClassUser, "StepFailed"
			v.Outcome.Message = `"step-test" exited with code 1: Error`
			v.Log = "=== RUN   TestAdd\n\x1b[31m    add_test.go:9: Add(1, 2) = 4, want 3\x1b[0m\n--- FAIL: TestAdd (0.00s)\nFAIL\n"
		}),
	"failed-without-log": with(view(pipelines.PhaseFailed, 65, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepFailed, 2, 61, 2)),
		func(v *message.View) { v.NoLog = "it could not be read from the cluster" }),
	"pod-deleted": with(view(pipelines.PhaseFailed, 8, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepFailed, 2, 3, 255)),
		func(v *message.View) { v.NoLog, v.PodGone = "the pod is gone", true }),
	"failed-in-silence": view(pipelines.PhaseFailed, 3, step("test", pipelines.StepFailed, 2, 0, 2)),
	"out-of-memory": with(view(pipelines.PhaseFailed, 30, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepFailed, 2, 20, 137)),
		func(v *message.View) {
			v.Outcome.OutOfMemory, v.Outcome.Class, v.Outcome.Reason = true, pipelines.ClassUser, "StepOOM"
			v.Outcome.Steps[1].Reason = "OOMKilled"
			v.Log = "linking ...\n"
		}),
	"merge-conflict": with(view(pipelines.PhaseFailed, 4, step("clone", pipelines.StepFailed, 0, 2, clonespec.ExitUnmergeable), step("test", pipelines.StepSkipped, 0, 0, 1)),
		func(v *message.View) {
			v.Outcome.Class = pipelines.ClassUser
			v.Log = "pull request 12 (abc1234) cannot be merged into main: conflict in add.go\n"
		}),
	"timed-out": with(view(pipelines.PhaseTimedOut, 7205, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepTimedOut, 2, 7200, 1)),
		func(v *message.View) {
			v.Outcome.Class, v.Outcome.Reason = pipelines.ClassUser, "StepFailed"
			v.Outcome.Steps[1].Reason = "TimeoutExceeded"
			v.Log = "waiting for the server ...\n"
		}),
	"superseded": with(view(pipelines.PhaseCancelled, 20, step("clone", pipelines.StepSucceeded, 0, 2, 0), step("test", pipelines.StepCancelled, 2, 18, 137)),
		func(v *message.View) { v.Outcome.CancelReason = "superseded by bcd2345" }),
	"cancelled-on-request": with(view(pipelines.PhaseCancelled, 20), func(v *message.View) { v.Outcome.CancelReason = "on request: @alice commented /cancel" }),
	"cancelled-by-others":  view(pipelines.PhaseCancelled, 20),
	"image-missing": with(view(pipelines.PhaseError, 9, step("clone", pipelines.StepWaiting, 0, 0, 0), step("test", pipelines.StepWaiting, 0, 0, 0)),
		func(v *message.View) {
			v.Outcome.Class, v.Outcome.Reason = pipelines.ClassConfig, "TaskRunImagePullFailed"
			v.Outcome.Message = `the step "test" cannot pull its image golang:1.999: not found`
		}),
	"evicted": with(view(pipelines.PhaseError, 9), func(v *message.View) {
		v.Outcome.Class, v.Outcome.Reason = pipelines.ClassInfra, "PodEvicted"
		v.Outcome.Message = "The node was low on resource: memory."
	}),
	"deleted": with(view(pipelines.PhaseRunning, 0), func(v *message.View) { v.Deleted = true }),
	"hostile": with(view(pipelines.PhaseFailed, 5, step("te|st`", pipelines.StepFailed, 0, 5, 1)), func(v *message.View) {
		v.Record.BaseRef = "main`</details>@org/team"
		v.Record.Cause.Job = "a-very-long-job-name-as-they-are-in-kubernetes-and-openshift-configurations"
		v.Log = "````\n</details> @everyone\n10%\r50%\r100%\r\n\x1b]0;title\x07bell\x07 \u202Eright to left\n\xff\xfe bytes\n"
	}),
}

func TestMessages(t *testing.T) {
	for name, v := range stories {
		t.Run(name, func(t *testing.T) {
			c, s := message.CheckRun(v), message.Status(v)
			got := fmt.Sprintf("status: %s\nconclusion: %s\ntitle: %s\nas a commit status: %s, %s\n\n--- summary\n%s\n--- text\n%s",
				c.Status, c.Conclusion, c.Title, s.State, s.Description, c.Summary, c.Text)
			golden(t, filepath.Join("testdata", name+".md"), got)
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; make it with -update", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("(-want +got; refresh with -update)\n%s", d)
	}
}

// Whatever a job prints, GitHub takes the message, nothing closes the fence, and the commands stay.
func TestLimits(t *testing.T) {
	for name, log := range map[string]string{
		"many lines":            strings.Repeat("some line of a log\n", 100000),
		"one line":              strings.Repeat("x", 1<<20),
		"wide runes":            strings.Repeat("äöü€😀", 100000),
		"backticks":             strings.Repeat("`", 70000),
		"backticks by the line": strings.Repeat("```\n", 70000),
		"escapes":               strings.Repeat("\x1b[31mred\x1b[0m\n", 50000),
		"invalid UTF-8":         strings.Repeat("\xffx", 100000),
	} {
		t.Run(name, func(t *testing.T) {
			v := stories["failed"]
			v.Log, v.Outcome.Message = log, log
			v.Outcome.Steps = append(v.Outcome.Steps, make([]pipelines.Step, 500)...)
			c := message.CheckRun(v)
			for part, text := range map[string]string{"summary": c.Summary, "text": c.Text, "title": c.Title} {
				if len(text) > 65535 || !utf8.ValidString(text) {
					t.Errorf("%s has %d bytes, valid UTF-8: %t", part, len(text), utf8.ValidString(text))
				}
			}
			if len(c.Title) > 60 || len(message.Status(v).Description) > 140 {
				t.Errorf("title %q or description %q is too long", c.Title, message.Status(v).Description)
			}
			if want := "tkn pipelinerun logs unit-mfrggzdfmztq -n ci"; !strings.Contains(c.Text, want) {
				t.Errorf("the command %q was cut off", want)
			}
			if !strings.Contains(c.Text, "the beginning is left out here") {
				t.Error("nothing says that the log was cut")
			}
		})
	}
}

// Three writes tell a run's story: what changes while it waits or runs is not worth a fourth.
func TestDigestCountsWrites(t *testing.T) {
	var digests []string
	seen := map[string]bool{}
	for _, v := range []message.View{
		stories["queued"], stories["queued-next"], stories["admitted-unstarted"],
		stories["running"], with(stories["running"], func(v *message.View) { v.Outcome.Steps = nil }),
		stories["failed"], stories["failed"],
	} {
		if d := message.CheckRun(v).Digest(); !seen[d] {
			seen[d] = true
			digests = append(digests, d)
		}
	}
	if len(digests) != 3 || digests[0] != "queued" || digests[1] != "in_progress" {
		t.Errorf("the digests are %q, want queued, in_progress and one more", digests)
	}
	if a, b := message.CheckRun(stories["failed"]).Digest(), message.CheckRun(stories["passed"]).Digest(); a == b {
		t.Error("a failed and a passed run have the same digest")
	}
}
