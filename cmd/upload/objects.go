package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

// started is Prow's started.json.
type started struct {
	Timestamp int64 `json:"timestamp"`
	// RepoVersion is deprecated in Prow and still read by its tools.
	RepoVersion string `json:"repo-version,omitempty"`
	uploadspec.Started
}

// finished is Prow's finished.json.
type finished struct {
	Timestamp int64          `json:"timestamp"`
	Passed    bool           `json:"passed"`
	Result    string         `json:"result"`
	Revision  string         `json:"revision,omitempty"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// beginning is what is known from the start: started.json, and with a bucket the objects that lead to the run. The clone tells the commit
// that is tested: what is tested comes first in its records.
func (u *uploader) beginning(records []cloneRecord) []object {
	s := started{Timestamp: u.started.Unix(), Started: u.opts.Started}
	if len(records) > 0 && records[0].FinalSHA != "" {
		s.Commit = records[0].FinalSHA
	}
	s.RepoVersion = s.Commit
	objects := []object{u.json("started.json", s)}
	if u.opts.LocalDir != "" {
		return objects
	}
	if u.opts.Alias != "" {
		alias := u.text(u.opts.Alias, address(u.opts))
		alias.metadata = map[string]string{"x-goog-meta-link": address(u.opts)}
		objects = append(objects, alias)
	}
	for _, l := range u.opts.Latest {
		objects = append(objects, u.text(l, u.opts.BuildID))
	}
	return objects
}

// buildLogs are the processes' logs and the clone's. A clone that failed is the job's log.
func (u *uploader) buildLogs(end ending) []object {
	var objects []object
	for _, e := range u.opts.Entries {
		name := "build-log.txt"
		if e.Name != "" {
			name = e.Name + "-build-log.txt"
		}
		if e.Log != "" && !end.cloneFailed {
			objects = append(objects, u.buildLog(name, e.Log))
		}
	}
	if end.records == nil {
		return objects
	}
	log := u.text(path.Join(u.opts.Dir, "clone-log.txt"), cloneLog(end.records))
	if end.cloneFailed {
		objects = append(objects, u.text(path.Join(u.opts.Dir, "build-log.txt"), cloneLog(end.records)))
	}
	records := object{name: path.Join(u.opts.Dir, "clone-records.json"), open: u.file(u.opts.CloneRecords)}
	return append(objects, log, records)
}

// buildLog is a process's log; where there is none, an object says why.
func (u *uploader) buildLog(name, file string) object {
	open := u.file(file)
	return object{name: path.Join(u.opts.Dir, name), compress: u.compresses(name), open: func() (io.ReadCloser, error) {
		r, err := open()
		if err != nil {
			return io.NopCloser(strings.NewReader(fmt.Sprintf("the process left no log: %v\n", err))), nil
		}
		return r, nil
	}}
}

func (u *uploader) finished(end ending) object {
	metadata, err := u.readMetadata()
	u.report(err)
	return u.json("finished.json", finished{
		Timestamp: u.now().Unix(), Passed: end.passed(), Result: end.result(), Revision: u.opts.Revision, Metadata: metadata,
	})
}

// readMetadata reads what the job says about itself; none if it says nothing.
func (u *uploader) readMetadata() (map[string]any, error) {
	if u.opts.Artifacts == "" {
		return nil, nil
	}
	dir, err := u.logs.sub(u.opts.Artifacts)
	var b []byte
	if err == nil {
		defer dir.close()
		b, err = dir.read(filepath.Join(u.opts.Artifacts, "metadata.json"), metadataLimit)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var metadata map[string]any
	if err == nil {
		err = json.Unmarshal(b, &metadata)
	}
	if err != nil {
		return map[string]any{"sidecar-errors": err.Error()}, fmt.Errorf("read the job's metadata.json: %w", err)
	}
	return metadata, nil
}

// json is an object of the run with a value in it. Its types always encode.
func (u *uploader) json(name string, v any) object {
	b, err := json.Marshal(v)
	u.report(err)
	return u.text(path.Join(u.opts.Dir, name), string(b))
}

func (u *uploader) text(name, text string) object {
	return object{name: name, open: func() (io.ReadCloser, error) {
		return io.NopCloser(u.censor.reader(bytes.NewReader([]byte(text)))), nil
	}}
}

// file opens a file for storing, with secrets taken out.
func (u *uploader) file(file string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := u.logs.file(file)
		if err != nil {
			return nil, err
		}
		return u.censor.file(f)
	}
}
