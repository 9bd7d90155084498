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
	Refs     clonespec.Options `json:"refs"`
	Commands []command         `json:"commands,omitempty"`
	Failed   bool              `json:"failed,omitempty"`
	// FinalSHA is the commit that the work tree ends at.
	FinalSHA string        `json:"final_sha,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// recorded checks out, prints where it ended, and writes the records, also of a checkout that failed.
func recorded(ctx context.Context, c *cloner) error {
	start := time.Now()
	err := c.checkout(ctx)
	r := record{Refs: c.opts, Failed: err != nil, Duration: time.Since(start)}
	if err == nil {
		var head string
		if head, err = c.git.run(ctx, "rev-parse", "HEAD"); err == nil {
			r.FinalSHA = strings.TrimSpace(head)
			c.git.say(r.Duration, r.FinalSHA+" is checked out in "+c.opts.Dir)
		}
	}
	r.Commands = c.git.records
	if writeErr := writeRecords(c.opts.Logs, r); writeErr != nil && err == nil {
		return writeErr
	}
	return err
}

// writeRecords leaves the records in the log folder, if there is one.
func writeRecords(dir string, r record) error {
	if dir == "" || !exists(dir) {
		return nil
	}
	b, err := json.Marshal([]record{r})
	if err != nil {
		return fmt.Errorf("encode the clone records: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "clone-records.json"), b, 0o666); err != nil {
		return fmt.Errorf("write the clone records: %w", err)
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
