package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func TestLinked(t *testing.T) {
	pull := prow.Pull{Number: 7, SHA: "head", Author: "alice"}
	tests := map[string]struct {
		why  string
		kind prow.JobType
		refs prow.Refs
		want prow.Refs
	}{
		"a presubmit links everything": {
			kind: prow.TypePresubmit, refs: prow.Refs{Org: "o", Repo: "r", BaseSHA: "base", Pulls: []prow.Pull{pull}},
			want: prow.Refs{Org: "o", Repo: "r", BaseSHA: "base", RepoLink: "https://forge/o/r", BaseLink: "https://forge/o/r/commit/base", Pulls: []prow.Pull{{
				Number: 7, SHA: "head", Author: "alice", Link: "https://forge/o/r/pull/7", CommitLink: "https://forge/o/r/pull/7/commits/head", AuthorLink: "https://forge/alice"}}},
		},
		"what is there stays": {
			kind: prow.TypePresubmit, refs: prow.Refs{Org: "o", Repo: "r", RepoLink: "x", BaseLink: "y"},
			want: prow.Refs{Org: "o", Repo: "r", RepoLink: "x", BaseLink: "y", Pulls: []prow.Pull{}},
		},
		"a postsubmit has the push's own page": {
			why:  "Prow takes the compare page of the event, and makes none up",
			kind: prow.TypePostsubmit, refs: prow.Refs{Org: "o", Repo: "r", BaseSHA: "base", BaseLink: "compare"},
			want: prow.Refs{Org: "o", Repo: "r", BaseSHA: "base", RepoLink: "https://forge/o/r", BaseLink: "compare"},
		},
		"a batch has none": {
			why:  "Tide makes its refs without links",
			kind: prow.TypeBatch, refs: prow.Refs{Org: "o", Repo: "r", Pulls: []prow.Pull{pull}},
			want: prow.Refs{Org: "o", Repo: "r", Pulls: []prow.Pull{pull}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, linked(test.refs, test.kind, "https://forge/")); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", test.why, diff)
			}
		})
	}
}
