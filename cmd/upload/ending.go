package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

// ending is how the job's processes have ended.
type ending struct {
	// statuses are the exit statuses by entry; an entry whose process has not ended is missing.
	statuses []int
	missing  bool
	// records are the clone's; cloneFailed says that there was nothing to run.
	records     []cloneRecord
	cloneFailed bool
	interrupted bool
	// problems are about files of the steps that are not as we expect them.
	problems []error
}

// cloneRecord is what we read of an entry of clone-records.json.
type cloneRecord struct {
	Refs struct {
		Org  string `json:"org"`
		Repo string `json:"repo"`
	} `json:"refs"`
	Commands []struct {
		Command string `json:"command"`
		Output  string `json:"output"`
		Error   string `json:"error"`
	} `json:"commands"`
	Failed   bool   `json:"failed"`
	FinalSHA string `json:"final_sha"`
}

// readEnding reads the files that the steps have written; ended is true if nothing more will come.
func readEnding(opts uploadspec.Options, logs folder) (end ending, ended bool) {
	end.records = readRecords(opts.CloneRecords, logs)
	for _, r := range end.records {
		end.cloneFailed = end.cloneFailed || r.Failed
	}
	for _, e := range opts.Entries {
		text, err := logs.read(e.Marker, markerLimit)
		if errors.Is(err, os.ErrNotExist) {
			end.missing = true
			continue
		}
		status := 0
		if err == nil {
			status, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		if err != nil {
			status = 1 // a marker of another making counts as a failure, as in Prow
			end.problems = append(end.problems, fmt.Errorf("read the exit status: %w", err))
		}
		end.statuses = append(end.statuses, status)
	}
	return end, end.cloneFailed || !end.missing
}

// readRecords reads the clone's records; none if there are none yet, since the file appears whole.
func readRecords(file string, logs folder) []cloneRecord {
	if file == "" {
		return nil
	}
	b, err := logs.read(file, recordsLimit)
	if err != nil {
		return nil
	}
	var records []cloneRecord
	if json.Unmarshal(b, &records) != nil {
		return nil
	}
	return records
}

func (e ending) passed() bool {
	for _, s := range e.statuses {
		if s != 0 {
			return false
		}
	}
	return !e.cloneFailed && !e.missing
}

// result is Prow's word in finished.json.
func (e ending) result() string {
	if e.passed() {
		return "SUCCESS"
	}
	aborted := e.interrupted
	for _, s := range e.statuses {
		aborted = aborted || s == runspec.ExitInterrupted
	}
	if aborted && !e.cloneFailed {
		return "ABORTED"
	}
	return "FAILURE"
}

// cloneLog is the clone's log for people.
func cloneLog(records []cloneRecord) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "# Cloning %s/%s\n", r.Refs.Org, r.Refs.Repo)
		for _, c := range r.Commands {
			fmt.Fprintf(&b, "$ %s\n%s", c.Command, lines(c.Output))
			if c.Error != "" {
				fmt.Fprintf(&b, "# Error: %s\n", c.Error)
			}
		}
		if r.FinalSHA != "" {
			fmt.Fprintf(&b, "# Final SHA: %s\n", r.FinalSHA)
		}
	}
	return b.String()
}

// lines is a text that ends its last line.
func lines(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}
