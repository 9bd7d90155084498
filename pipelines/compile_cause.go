package pipelines

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// CauseOf is the cause of the run that the input compiles to. Its Name is known even if the job does not compile, so that a
// refusal can be reported under it. A periodic's cause is its name and its trigger alone: a run that was due is the same run
// after the configuration changed what it clones.
func CauseOf(in Input) record.Cause {
	c := record.Cause{Job: in.Job.Name, Trigger: in.Trigger, Subject: "periodic"}
	if in.Job.Type == prow.TypePeriodic {
		return c
	}
	c.Org, c.Repo = in.Refs.Org, in.Refs.Repo
	c.Subject, c.HeadSHA = "ref-"+in.Refs.BaseRef, in.Refs.BaseSHA
	if len(in.Refs.Pulls) > 0 {
		c.Subject, c.HeadSHA = pullsSubject(in.Job.Type, in.Refs.Pulls)
	}
	return c
}

// pullsSubject names pull requests and their heads: "pull-12" at one commit, or "batch-12-15" at as many as there are.
func pullsSubject(kind prow.JobType, pulls []prow.Pull) (subject, heads string) {
	subject = "pull"
	if kind == prow.TypeBatch {
		subject = "batch"
	}
	shas := make([]string, len(pulls))
	for i, p := range pulls {
		subject += "-" + strconv.Itoa(p.Number)
		shas[i] = p.SHA
	}
	return subject, strings.Join(shas, ",")
}

func recordOf(in Input, refs []prow.Refs) (record.Record, error) {
	job := in.Job
	hash, err := SpecHash(job)
	rec := record.Record{
		Cause:          CauseOf(in),
		SpecHash:       hash,
		Type:           string(job.Type),
		Context:        job.Context,
		RerunCommand:   job.RerunCommand,
		SkipReport:     job.SkipReport,
		Optional:       job.Optional,
		MaxConcurrency: job.MaxConcurrency,
		BuildID:        in.BuildID,
	}
	if main := primary(in, refs); main != nil {
		rec.BaseRef, rec.BaseSHA = main.BaseRef, main.BaseSHA
	}
	if job.Type == prow.TypePresubmit {
		rec.Pull = in.Refs.Pulls[0].Number
	}
	return rec, err
}

// SpecHash is the SHA-256, in hexadecimal, of the job's canonical JSON. It is the same for two runs of one job under one configuration. The
// error is encoding/json's, for a job that was not read from a document.
func SpecHash(job *prow.Job) (string, error) {
	b, err := json.Marshal(job)
	if err != nil {
		return "", fmt.Errorf("encode job %s: %w", job.Name, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// labels are the job's own, and Prow's labels of what is tested, which a job may set itself. Prow takes the first of
// extra_refs for a job that has no refs, and the first pull request of a batch.
func labels(in Input, refs []prow.Refs) map[string]string {
	if len(refs) == 0 {
		return merged(in.Job.Labels)
	}
	first, pull := refs[0], 0
	if len(first.Pulls) > 0 {
		pull = first.Pulls[0].Number
	}
	out := merged(record.RefLabels(first.Org, first.Repo, first.BaseRef, pull), in.Job.Labels)
	if main := primary(in, refs); in.Job.Type == prow.TypePeriodic && main != nil {
		out = merged(out, record.PlaceLabels(main.Org, main.Repo))
	}
	return out
}
