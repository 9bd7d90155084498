package dispatcher_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/controllers/dispatcher"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// village is a GitHub with one pull request, of a trusted author.
type village struct {
	pr    triggers.PullRequest
	looks int
	files fstest.MapFS
	err   error
	read  []string
	// stranger is true if the author is trusted by nobody.
	stranger bool
}

func (v *village) PullRequest(context.Context, string, string, int) (triggers.PullRequest, error) {
	v.looks++
	return v.pr, nil
}
func (*village) ChangedFiles(context.Context, string, string, int) ([]string, error) { return nil, nil }
func (v *village) Trusted(context.Context, string, string, string, triggers.TrustPolicy) (bool, error) {
	return !v.stranger, nil
}
func (*village) Contexts(context.Context, string, string, string) ([]triggers.Context, error) {
	return nil, nil
}
func (*village) PushedFiles(context.Context, string, string, string, string) ([]string, bool, error) {
	return nil, true, nil
}
func (*village) BotLogin(context.Context) (string, error) { return "robot", nil }

// ownFiles answers as a repository with these files would.
func (v *village) ownFiles(_ context.Context, _, _, commit string, _ ...string) (fs.FS, string, error) {
	v.read = append(v.read, commit)
	text := ""
	for name, f := range v.files {
		text += name + string(f.Data)
	}
	return v.files, text, v.err
}

func central(t *testing.T, enabled string) *catalog.Catalog {
	t.Helper()
	cat, problems := catalog.Load(fstest.MapFS{"config.yaml": {Data: []byte(`
in_repo_config: {enabled: {o/r: ` + enabled + `}}
presubmits:
  o/r:
  - name: central
    always_run: true
    spec: {containers: [{image: busybox, command: ["true"]}]}
`)}}, catalog.Paths{Config: "config.yaml"})
	if cat == nil {
		t.Fatal(problems)
	}
	return cat
}

// ran lists the jobs that a judgement starts.
func ran(j dispatcher.Judgement) string {
	var names []string
	for _, a := range j.Actions {
		if run, ok := a.(triggers.Run); ok {
			names = append(names, run.Job.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestOwnJobs(t *testing.T) {
	yes, no := true, false
	own := func(name string) fstest.MapFS {
		return fstest.MapFS{".prow.yaml": {Data: []byte("presubmits:\n- name: " + name + "\n  always_run: true\n  spec: {containers: [{image: busybox, command: [\"true\"]}]}\n")}}
	}
	merge := strings.Repeat("d", 40)
	for name, tc := range map[string]struct {
		why     string
		enabled string
		bend    func(*village)
		ran     string
		broken  string
		retried bool
	}{
		"both kinds of jobs run": {
			why: "the repository's own are beside the central ones", enabled: "true", bend: func(v *village) { v.files = own("own") }, ran: "central own",
		},
		"a repository that may not": {
			why: "nothing is even read", enabled: "false", bend: func(v *village) { v.files, v.err = own("own"), fs.ErrInvalid }, ran: "central",
		},
		"a repository without any": {
			why: "that is no error", enabled: "true", bend: func(*village) {}, ran: "central",
		},
		"broken jobs": {
			why: "they stop no central job, and are told", enabled: "true", bend: func(v *village) { v.files = own("no name") }, ran: "central", broken: ".prow.yaml:2",
		},
		"too many files": {
			why: "the author is told; trying again is no use", enabled: "true",
			bend: func(v *village) { v.err = &github.TooLargeError{Message: "o/r holds more than 500 files"} }, ran: "central", broken: "more than 500 files",
		},
		"a stranger's push to a fork": {
			why: "nobody trusted has looked, so it is not even read", enabled: "true",
			bend: func(v *village) { v.files, v.pr.Fork, v.stranger, v.err = own("own"), true, true, fs.ErrInvalid },
		},
		"a conflict": {
			why: "nothing runs, so nothing is read", enabled: "true", bend: func(v *village) { v.pr.Mergeable, v.err = &no, fs.ErrInvalid },
		},
		"GitHub has not merged it yet": {
			why: "the jobs of another commit would be wrong", enabled: "true", bend: func(v *village) { v.pr.Mergeable, v.pr.MergeSHA = nil, "" }, retried: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := &village{pr: triggers.PullRequest{Org: "o", Repo: "r", Number: 12, Author: "alice", HeadSHA: headX, BaseRef: "main", BaseSHA: base, Mergeable: &yes, MergeSHA: merge}}
			tc.bend(v)
			cat := central(t, tc.enabled)
			m := dispatcher.NewMind(v, func() *catalog.Catalog { return cat }, v.ownFiles)
			j, err := m.Decide(context.Background(), v1alpha1.Event{Kind: v1alpha1.KindPullRequest, Action: "opened", Org: "o", Repo: "r", Number: 12, Sender: v1alpha1.User{Login: "alice"}})
			if (err != nil) != tc.retried {
				t.Fatalf("%s: error %v", tc.why, err)
			}
			if got := ran(j); got != tc.ran {
				t.Errorf("%s: ran %q, want %q", tc.why, got, tc.ran)
			}
			if broken := j.Broken.Error(); !strings.Contains(broken, tc.broken) || (broken != "") != (tc.broken != "") || tc.broken != "" && j.SHA != headX {
				t.Errorf("%s: broken %q on %s, want %q", tc.why, broken, j.SHA, tc.broken)
			}
			if v.looks > 1 {
				t.Errorf("the pull request was read %d times: jobs and head may not belong together", v.looks)
			}
			for _, commit := range v.read {
				if commit != merge {
					t.Errorf("read the jobs of %s, want those of the merge %s", commit, merge)
				}
			}
		})
	}
}
