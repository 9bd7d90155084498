package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

const (
	bucketKey  = "the-key-of-the-bucket"
	bucketFile = `{"private_key":"-----BEGIN\n` + bucketKey + `\n-----END\n"}`
)

// withCredentials puts the bucket's key beside the shared folder, where only the uploader may see it. The censor does not know it, so that
// only what we open is tried.
func withCredentials(t *testing.T) (s *scene, key string) {
	t.Helper()
	s = newScene(t)
	secrets := t.TempDir()
	key = filepath.Join(secrets, "metadata.json")
	if err := os.WriteFile(key, []byte(bucketFile), 0o644); err != nil {
		t.Fatal(err)
	}
	s.write("process-log.txt", "hello\n")
	s.write("artifacts/x.txt", "x")
	s.write("marker", "0")
	return s, key
}

// link puts a link in place of what has the name.
func (s *scene) link(name, to string) {
	s.t.Helper()
	file := filepath.Join(s.root, name)
	if err := os.RemoveAll(file); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Symlink(to, file); err != nil {
		s.t.Fatal(err)
	}
}

// pipe puts a pipe without a writer in place of what has the name.
func (s *scene) pipe(name string) {
	s.t.Helper()
	file := filepath.Join(s.root, name)
	if err := os.RemoveAll(file); err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Mkfifo(file, 0o666); err != nil {
		s.t.Fatal(err)
	}
}

func TestNoLinkOfTheJobLeadsToTheBucketsKey(t *testing.T) {
	for why, tc := range map[string]struct {
		plant func(s *scene, key string)
		// says is in the log, or in the object named by in.
		in, says string
	}{
		"the log is a link":              {func(s *scene, key string) { s.link("process-log.txt", key) }, dir + "/build-log.txt", "the process left no log"},
		"the log is a link that climbs":  {func(s *scene, key string) { s.link("process-log.txt", climb(s.root, key)) }, dir + "/build-log.txt", "the process left no log"},
		"the artifacts are a link":       {func(s *scene, key string) { s.link("artifacts", filepath.Dir(key)) }, "", "open the artifacts"},
		"the artifacts' folder climbs":   {func(s *scene, key string) { s.link("artifacts", climb(s.root, filepath.Dir(key))) }, "", "open the artifacts"},
		"the metadata are a link":        {func(s *scene, key string) { s.link("artifacts/metadata.json", key) }, dir + "/finished.json", "sidecar-errors"},
		"an artifact is a link":          {func(s *scene, key string) { s.link("artifacts/x.txt", key) }, "", "artifact x.txt is left out"},
		"a folder of artifacts is one":   {func(s *scene, key string) { s.link("artifacts/sub", filepath.Dir(key)) }, "", "artifact sub is left out"},
		"the marker is a link":           {func(s *scene, key string) { s.link("marker", key) }, dir + "/finished.json", `"result":"FAILURE"`},
		"the clone's records are a link": {func(s *scene, key string) { s.link("clone-records.json", key) }, dir + "/finished.json", `"result":"SUCCESS"`},
	} {
		t.Run(why, func(t *testing.T) {
			s, key := withCredentials(t)
			tc.plant(s, key)
			got := s.work(nil)
			for name, text := range got {
				if strings.Contains(name+text, bucketKey) {
					t.Errorf("%s has the bucket's key: %s", name, text)
				}
			}
			if strings.Contains(s.log.String(), bucketKey) {
				t.Errorf("the log has the bucket's key:\n%s", s.log.String())
			}
			told := got[tc.in]
			if tc.in == "" {
				told = s.log.String()
			}
			if !strings.Contains(told, tc.says) {
				t.Errorf("%q does not say %q", told, tc.says)
			}
			if got[dir+"/finished.json"] == "" {
				t.Error("the run is not stored to its end")
			}
		})
	}
}

// climb is the way from a folder to a file, without a slash at its beginning.
func climb(from, to string) string {
	way, err := filepath.Rel(from, to)
	if err != nil {
		panic(err) // both are absolute
	}
	return way
}

func TestALinkInsideOfTheLogsIsFollowed(t *testing.T) {
	s, _ := withCredentials(t)
	s.write("elsewhere.txt", "the job's own")
	s.link("process-log.txt", "elsewhere.txt")
	if got := s.work(nil)[dir+"/build-log.txt"]; got != "the job's own" {
		t.Errorf("a link inside of the folder: %q", got)
	}
}

func TestAPipeInPlaceOfAFileHoldsNothingUp(t *testing.T) {
	for why, tc := range map[string]struct{ name, in, says string }{
		"the log":             {"process-log.txt", dir + "/build-log.txt", "is no regular file"},
		"the artifacts":       {"artifacts", "", "open the artifacts"},
		"the metadata":        {"artifacts/metadata.json", dir + "/finished.json", "is no regular file"},
		"the marker":          {"marker", dir + "/finished.json", `"result":"FAILURE"`},
		"the clone's records": {"clone-records.json", dir + "/finished.json", `"result":"SUCCESS"`},
	} {
		t.Run(why, func(t *testing.T) {
			s, _ := withCredentials(t)
			s.pipe(tc.name)
			got := s.work(nil)
			told := got[tc.in]
			if tc.in == "" {
				told = s.log.String()
			}
			if !strings.Contains(told, tc.says) {
				t.Errorf("%q does not say %q", told, tc.says)
			}
		})
	}
}

func TestAnArtifactThatBecomesSomethingElseIsNotStored(t *testing.T) {
	for why, swap := range map[string]func(s *scene, key string){
		"a link": func(s *scene, key string) { s.link("artifacts/x.txt", key) },
		"a pipe": func(s *scene, _ string) { s.pipe("artifacts/x.txt") },
	} {
		t.Run(why, func(t *testing.T) {
			s, key := withCredentials(t)
			logs, err := openFolderOf(s.root)
			if err != nil {
				t.Fatal(err)
			}
			defer logs.close()
			u := &uploader{opts: s.opts, censor: newCensor(nil, 0), logs: logs, log: &s.log}
			listed, err := u.artifacts()
			if err != nil || len(listed) != 1 {
				t.Fatalf("%d artifacts, %v", len(listed), err)
			}
			swap(s, key)
			if r, err := listed[0].open(); err == nil {
				t.Error("it was opened", r.Close())
			}
		})
	}
}

func TestWhatIsTooLargeIsNotReadAsAWhole(t *testing.T) {
	s, _ := withCredentials(t)
	s.write("artifacts/metadata.json", `{"k":"`+strings.Repeat("x", metadataLimit)+`"}`)
	s.write("clone-records.json", `[{"failed":true,"final_sha":"`+strings.Repeat("x", recordsLimit)+`"}]`)
	got := s.work(nil)
	if text := got[dir+"/finished.json"]; !strings.Contains(text, "has more than 1048576 bytes") || !strings.Contains(text, "SUCCESS") {
		t.Errorf("finished.json: %.300s", text)
	}
}

func TestNothingIsWrittenThroughALinkOrIntoAPipe(t *testing.T) {
	for why, plant := range map[string]func(s *scene, name, to string){
		"a link": func(s *scene, name, to string) { s.link(name, to) },
		"a pipe": func(s *scene, name, _ string) { s.pipe(name) },
	} {
		t.Run(why, func(t *testing.T) {
			s, key := withCredentials(t)
			plant(s, "done", key)
			plant(s, "alive", key)
			s.opts.LocalDir = t.TempDir()
			text, err := json.Marshal(s.opts)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv(uploadspec.EnvName, string(text))
			run()
			if b, err := os.ReadFile(key); err != nil || string(b) != bucketFile {
				t.Errorf("the link's target has become %q, %v", b, err)
			}
			if info, err := os.Lstat(s.opts.Done); err != nil || !info.Mode().IsRegular() {
				t.Errorf("done: %v, %v", info, err)
			}
		})
	}
}

func TestTheSignOfLifeReplacesALink(t *testing.T) {
	s, key := withCredentials(t)
	s.link("alive", key)
	logs, err := openFolderOf(s.root)
	if err != nil {
		t.Fatal(err)
	}
	defer logs.close()
	for _, text := range []string{"1", "2"} {
		if err := logs.replace(s.opts.Alive, text); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(s.opts.Alive)
		if err != nil || !info.Mode().IsRegular() {
			t.Errorf("alive: %v, %v", info, err)
		}
	}
	if b, err := os.ReadFile(key); err != nil || string(b) != bucketFile {
		t.Errorf("the link's target has become %q, %v", b, err)
	}
}
