package prow

// Gap is a field of a job that Prow honours and Bowsprit does not yet. The job runs all the same; what cannot run is
// refused by the compiler.
type Gap struct {
	// Field is the field's path in the job, such as reporter_config.
	Field string
	// Why says what is missing, and what to do.
	Why string
}

// Gaps lists every field of a defaulted job that is not honoured yet; nil if all are.
func (j *JobBase) Gaps() (gaps []Gap) {
	add := func(set bool, field, why string) {
		if set {
			gaps = append(gaps, Gap{Field: field, Why: why})
		}
	}
	add(j.ReporterConfig != nil, "reporter_config", "nothing is reported to Slack yet")
	add(j.RerunAuthConfig != nil, "rerun_auth_config", "there is no page with a re-run button yet")
	add(j.Hidden, "hidden", "there are no pages to hide the job from yet")
	add(j.JobQueueName != "", "job_queue_name", "queues are not counted yet; max_concurrency is")
	add(j.ErrorOnEviction, "error_on_eviction", "an evicted run fails in either case")
	add(j.ProwJobDefaults != nil && j.ProwJobDefaults.ResultStoreConfig != nil, "prowjob_defaults.resultstore_config",
		"nothing is sent to ResultStore")
	return gaps
}

// UploadConfigured says whether the decoration says where logs and artifacts go.
func (d *DecorationConfig) UploadConfigured() bool { return d != nil && d.GCSConfiguration != nil }
