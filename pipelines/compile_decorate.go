package pipelines

import (
	"time"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
)

// decorated is Prow's rule: what counts in a defaulted job is that it has a decoration_config.
func decorated(job *prow.Job) bool {
	return job.DecorationConfig != nil || job.Decorate != nil && *job.Decorate
}

// decorationOf is the job's decoration; the zero value for a job without.
func decorationOf(job *prow.Job) prow.DecorationConfig {
	if job.DecorationConfig == nil {
		return prow.DecorationConfig{}
	}
	return *job.DecorationConfig
}

func isTrue(b *bool) bool { return b != nil && *b }

// Prow's files in the log volume. A container of several has its name before them.
const (
	processLog = "process-log.txt"
	markerFile = "marker-file.txt"
)

func processLogOf(name string) string { return logFile(name, processLog, "-log.txt") }

func markerOf(name string) string { return logFile(name, markerFile, "-marker.txt") }

func logFile(name, alone, suffix string) string {
	if name == "" {
		return logsDir + "/" + alone
	}
	return logsDir + "/" + name + suffix
}

// The files by which the entrypoint and the uploader know of each other.
const (
	uploadDone  = logsDir + "/upload-done"
	uploadAlive = logsDir + "/upload-alive"
)

// jobTimeout is how long a decorated job's process may run, and gracePeriod how long it has from the signal on. In both, Prow takes
// zero for nothing said.
func jobTimeout(job *prow.Job) time.Duration {
	if d := job.DecorationConfig; d != nil && d.Timeout != nil && d.Timeout.Duration != 0 {
		return d.Timeout.Duration
	}
	return prow.DefaultTimeout
}

func gracePeriod(job *prow.Job) time.Duration {
	if d := job.DecorationConfig; d != nil && d.GracePeriod != nil && d.GracePeriod.Duration != 0 {
		return d.GracePeriod.Duration
	}
	return prow.DefaultGracePeriod
}

// runOptions are what the entrypoint around a decorated job's process is told. Its log and its end are noted only for the uploader.
func runOptions(in Input, name string) runspec.Options {
	o := runspec.Options{Timeout: jobTimeout(in.Job), GracePeriod: gracePeriod(in.Job), Artifacts: artifactsDir}
	if uploads(in.Job) {
		o.Log, o.Marker = processLogOf(name), markerOf(name)
		o.WaitFor, o.Alive = uploadDone, uploadAlive
	}
	return o
}
