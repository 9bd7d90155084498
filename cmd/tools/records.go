package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// record is one entry of Prow's clone-records.json.
type record struct {
	Refs     recordRefs `json:"refs"`
	Commands []command  `json:"commands,omitempty"`
	Failed   bool       `json:"failed,omitempty"`
	// FinalSHA is the commit that the work tree ends at.
	FinalSHA string        `json:"final_sha,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// recordRefs are a ref's options under the names of Prow's Refs.
type recordRefs struct {
	Org            string       `json:"org"`
	Repo           string       `json:"repo"`
	BaseRef        string       `json:"base_ref,omitempty"`
	BaseSHA        string       `json:"base_sha,omitempty"`
	Pulls          []recordPull `json:"pulls,omitempty"`
	PathAlias      string       `json:"path_alias,omitempty"`
	CloneURI       string       `json:"clone_uri,omitempty"`
	SkipSubmodules bool         `json:"skip_submodules,omitempty"`
	CloneDepth     int          `json:"clone_depth,omitempty"`
	SkipFetchHead  bool         `json:"skip_fetch_head,omitempty"`
	BloblessFetch  bool         `json:"blobless_fetch,omitempty"`
	SparseFiles    []string     `json:"sparse_checkout_files,omitempty"`
}

// recordPull is Prow's Pull. Prow's readers expect an author, which the clone step does not know.
type recordPull struct {
	Number int    `json:"number"`
	Author string `json:"author"`
	SHA    string `json:"sha"`
	Ref    string `json:"ref,omitempty"`
}

func refsOf(r clonespec.Ref) recordRefs {
	out := recordRefs{
		Org: r.Org, Repo: r.Repo, BaseRef: r.BaseRef, BaseSHA: r.BaseSHA, PathAlias: r.PathAlias, CloneURI: r.URI,
		SkipSubmodules: r.SkipSubmodules, CloneDepth: r.Depth, SkipFetchHead: r.SkipFetchHead, BloblessFetch: r.Blobless, SparseFiles: r.SparseFiles,
	}
	for _, p := range r.Pulls {
		out.Pulls = append(out.Pulls, recordPull{Number: p.Number, SHA: p.SHA, Ref: p.Ref})
	}
	return out
}

// failedRecord is that of a clone whose first command could not be run.
func failedRecord(r clonespec.Ref, err error) record {
	return record{Refs: refsOf(r), Failed: true, Commands: []command{{Command: "prepare the clone", Error: err.Error()}}}
}

// recorded checks out and prints where it ended; its record is also that of a checkout that failed.
func recorded(ctx context.Context, c *cloner) (record, error) {
	start := time.Now()
	err := c.checkout(ctx)
	r := record{Refs: refsOf(c.ref), Duration: time.Since(start)}
	if err == nil {
		var head string
		if head, err = c.git.run(ctx, "rev-parse", "HEAD"); err == nil {
			r.FinalSHA = strings.TrimSpace(head)
			c.git.say(r.Duration, r.FinalSHA+" is checked out in "+c.ref.Dir)
		}
	}
	r.Failed, r.Commands = err != nil, c.git.records
	if err != nil {
		r.Commands = append(r.Commands, command{Command: "clone", Error: c.git.secrets.Replace(err.Error())})
	}
	return r, err
}

// writeRecords leaves the records in the log folder, if there is one. They appear at once and whole, since the uploader waits for them.
func writeRecords(dir string, records []record) error {
	if dir == "" || !exists(dir) {
		return nil
	}
	b, err := json.Marshal(records)
	if err != nil {
		return fmt.Errorf("encode the clone records: %w", err)
	}
	if err := writeWhole(filepath.Join(dir, "clone-records.json"), b, 0o666); err != nil {
		return fmt.Errorf("write the clone records: %w", err)
	}
	return nil
}

// writeWhole writes a file so that nobody sees a part of it.
func writeWhole(file string, content []byte, mode os.FileMode) error {
	temp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(content)
	for _, then := range []func() error{func() error { return temp.Chmod(mode) }, temp.Close, func() error { return os.Rename(temp.Name(), file) }} {
		if thenErr := then(); err == nil {
			err = thenErr
		}
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // the first error is the one to tell
	}
	return err
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
