package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gocloud.dev/blob/memblob"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

const dir = "logs/j/7"

// scene is a run's folders, and an uploader for it into memory.
type scene struct {
	t    *testing.T
	root string
	opts uploadspec.Options
	log  bytes.Buffer
}

func newScene(t *testing.T) *scene {
	t.Helper()
	root := t.TempDir()
	s := &scene{t: t, root: root, opts: uploadspec.Options{
		Bucket: "gs://b", Dir: dir, BuildID: "7", Alias: "pr-logs/directory/j/7.txt", Latest: []string{"logs/j/latest-build.txt"},
		Entries:   []uploadspec.Entry{{Log: filepath.Join(root, "process-log.txt"), Marker: filepath.Join(root, "marker")}},
		Artifacts: filepath.Join(root, "artifacts"), CloneRecords: filepath.Join(root, "clone-records.json"),
		Done: filepath.Join(root, "done"), Alive: filepath.Join(root, "alive"),
		Started: uploadspec.Started{Repos: map[string]string{"o/r": "main:abc"}, Pull: "1", Commit: "abc"}, Revision: "abc",
	}}
	return s
}

func (s *scene) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// work uploads and returns what is in the bucket: texts by name.
func (s *scene) work(interrupted <-chan os.Signal) map[string]string {
	s.t.Helper()
	c, err := loadCensor(s.opts)
	if err != nil {
		s.t.Fatal(err)
	}
	bucket := memblob.OpenBucket(nil)
	at := time.Unix(1700000000, 0)
	logs, err := openFolderOf(s.opts.Logs())
	if err != nil {
		s.t.Fatal(err)
	}
	defer logs.close()
	u := &uploader{
		opts: s.opts, store: &store{bucket: bucket, log: &s.log}, censor: c, logs: logs, log: &s.log,
		now: func() time.Time { return at }, started: at,
	}
	u.work(context.Background(), interrupted)
	got := map[string]string{}
	for it := bucket.List(nil); ; {
		o, err := it.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			s.t.Fatal(err)
		}
		b, err := bucket.ReadAll(context.Background(), o.Key)
		if err != nil {
			s.t.Fatal(err)
		}
		a, err := bucket.Attributes(context.Background(), o.Key)
		if err != nil {
			s.t.Fatal(err)
		}
		got[o.Key] = string(b)
		if strings.HasPrefix(o.Key, dir+"/artifacts/") {
			got[o.Key] = a.ContentType + "|" + a.ContentEncoding + "|" + string(b)
		}
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const goodClone = `[{"refs":{"org":"o","repo":"r"},"commands":[{"command":"git init","output":"ok"}],"final_sha":"def"}]`

func TestARunIsStoredInProwsLayout(t *testing.T) {
	s := newScene(t)
	s.write("clone-records.json", goodClone)
	s.write("process-log.txt", "hello\n")
	s.write("marker", "0")
	s.write("artifacts/metadata.json", `{"k":"v"}`)
	s.write("artifacts/a#b/x.txt", "x")
	s.write("artifacts/y.json.gz", gzipped(t, "{}"))
	s.write("artifacts/z.unknownext.gz", gzipped(t, "z"))
	s.write("artifacts/empty", "")
	s.write("secret", "outside")
	for from, to := range map[string]string{"in": "a#b/x.txt", "out": "../secret", "up": ".."} {
		if err := os.Symlink(to, filepath.Join(s.opts.Artifacts, from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(s.opts.Artifacts, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.opts.MediaTypes = map[string]string{"json": "application/x-own"}
	got := s.work(nil)
	want := map[string]string{
		"pr-logs/directory/j/7.txt":      "gs://b/" + dir,
		"logs/j/latest-build.txt":        "7",
		dir + "/started.json":            `{"timestamp":1700000000,"repo-version":"def","repos":{"o/r":"main:abc"},"pull":"1","repo-commit":"def"}`,
		dir + "/finished.json":           `{"timestamp":1700000000,"passed":true,"result":"SUCCESS","revision":"abc","metadata":{"k":"v"}}`,
		dir + "/build-log.txt":           "hello\n",
		dir + "/clone-log.txt":           "# Cloning o/r\n$ git init\nok\n# Final SHA: def\n",
		dir + "/clone-records.json":      goodClone,
		dir + "/artifacts/metadata.json": `application/x-own||{"k":"v"}`,
		dir + "/artifacts/a%23b/x.txt":   "text/plain; charset=utf-8||x",
		dir + "/artifacts/y.json":        "application/x-own|gzip|" + gzipped(t, "{}"),
		dir + "/artifacts/z.unknownext":  "application/gzip||" + gzipped(t, "z"),
		dir + "/artifacts/empty":         "text/plain; charset=utf-8||",
		dir + "/artifacts/in":            "text/plain; charset=utf-8||x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"out", "up", "pipe"} {
		if !strings.Contains(s.log.String(), "artifact "+name+" is left out") {
			t.Errorf("nothing is said of %s:\n%s", name, s.log.String())
		}
	}
}

func TestHowARunEnds(t *testing.T) {
	stop := make(chan os.Signal, 1)
	for why, tc := range map[string]struct {
		files       map[string]string
		interrupted bool
		want        string
	}{
		"by itself":                       {map[string]string{"marker": "0"}, false, `"passed":true,"result":"SUCCESS"`},
		"with a failure":                  {map[string]string{"marker": "3"}, false, `"passed":false,"result":"FAILURE"`},
		"at its timeout":                  {map[string]string{"marker": "127"}, false, `"passed":false,"result":"FAILURE"`},
		"because it was told to stop":     {map[string]string{"marker": "130"}, false, `"passed":false,"result":"ABORTED"`},
		"with a marker of another making": {map[string]string{"marker": "x"}, false, `"passed":false,"result":"FAILURE"`},
		"with the clone":                  {map[string]string{"clone-records.json": `[{"failed":true,"commands":[{"command":"git fetch","error":"boom"}]}]`}, false, `"passed":false,"result":"FAILURE"`},
		"never, until the pod is stopped": {map[string]string{"process-log.txt": "so far"}, true, `"passed":false,"result":"ABORTED"`},
	} {
		t.Run(why, func(t *testing.T) {
			s := newScene(t)
			for name, text := range tc.files {
				s.write(name, text)
			}
			if tc.interrupted {
				stop <- syscall.SIGTERM
			}
			got := s.work(stop)
			if !strings.Contains(got[dir+"/finished.json"], tc.want) {
				t.Errorf("finished.json %s, want %s", got[dir+"/finished.json"], tc.want)
			}
			if records := tc.files["clone-records.json"]; records != "" && !strings.Contains(got[dir+"/build-log.txt"], "boom") {
				t.Errorf("the log of a failed clone: %q", got[dir+"/build-log.txt"])
			}
		})
	}
}

func TestSeveralContainersHaveLogsOfTheirOwn(t *testing.T) {
	s := newScene(t)
	s.opts.Entries = nil
	for _, name := range []string{"a", "b"} {
		s.write(name+"-log.txt", "log of "+name)
		s.write(name+"-marker", "0")
		s.opts.Entries = append(s.opts.Entries, uploadspec.Entry{Name: name, Log: filepath.Join(s.root, name+"-log.txt"), Marker: filepath.Join(s.root, name+"-marker")})
	}
	got := s.work(nil)
	if got[dir+"/a-build-log.txt"] != "log of a" || got[dir+"/b-build-log.txt"] != "log of b" || got[dir+"/build-log.txt"] != "" {
		t.Errorf("logs: %v", got)
	}
}

func TestSecretsAreTakenOutOfEverything(t *testing.T) {
	s := newScene(t)
	s.write("mount/token", "s3cr3t-value-1234\n")
	s.write("mount/docker.json", `{"auths":{"x":{"auth":"dTpwYXNzd29yZC1vZi11"}}}`)
	s.write("mount/short", "ab")
	s.opts.SecretDirs, s.opts.MinimumSecretLength = []string{filepath.Join(s.root, "mount")}, 3
	s.opts.CensorExclude = []string{"raw/**"}
	s.write("process-log.txt", "token s3cr3t-value-1234, password-of-u, abc\n")
	s.write("artifacts/x.txt", "czNjcjN0LXZhbHVlLTEyMzQ=")
	s.write("artifacts/raw/x.txt", "s3cr3t-value-1234")
	s.write("artifacts/x.tar.gz", gzipped(t, "in an archive: s3cr3t-value-1234"))
	s.write("artifacts/metadata.json", `{"k":"s3cr3t-value-1234"}`)
	s.write("marker", "0")
	got := s.work(nil)
	for name, text := range got {
		if strings.Contains(text, "s3cr3t") && name != dir+"/artifacts/raw/x.txt" {
			t.Errorf("%s has the secret: %q", name, text)
		}
	}
	if got[dir+"/build-log.txt"] != "token *****************, *************, abc\n" {
		t.Errorf("log: %q", got[dir+"/build-log.txt"])
	}
	if !strings.HasSuffix(got[dir+"/artifacts/x.txt"], "||************************") {
		t.Errorf("base64: %q", got[dir+"/artifacts/x.txt"])
	}
	z, err := gzip.NewReader(strings.NewReader(strings.SplitN(got[dir+"/artifacts/x.tar"], "|", 3)[2]))
	if err != nil {
		t.Fatal(err)
	}
	inside, err := io.ReadAll(z)
	if err != nil || string(inside) != "in an archive: *****************" {
		t.Errorf("in the archive: %q, %v", inside, err)
	}
}

func TestCompression(t *testing.T) {
	s := newScene(t)
	long := strings.Repeat("line\n", 1000)
	s.opts.CompressFileTypes = []string{"txt"}
	s.write("artifacts/long.txt", long)
	s.write("artifacts/long.log", long)
	s.write("artifacts/short.txt", "x")
	s.write("marker", "0")
	got := s.work(nil)
	for name, encoding := range map[string]string{"long.txt": "gzip", "long.log": "", "short.txt": ""} {
		if parts := strings.SplitN(got[dir+"/artifacts/"+name], "|", 3); parts[1] != encoding || (encoding != "") != (len(parts[2]) < len(long)/10 && len(parts[2]) > 1) {
			t.Errorf("%s: encoding %q, %d bytes", name, parts[1], len(parts[2]))
		}
	}
}

func TestTheWholeProgramStoresInAFolderAndSaysSo(t *testing.T) {
	s := newScene(t)
	s.write("marker", "0")
	s.opts.LocalDir = filepath.Join(s.root, "out")
	text, err := json.Marshal(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(uploadspec.EnvName, string(text))
	run()
	for _, file := range []string{"done", "alive", "out/" + dir + "/finished.json", "out/" + dir + "/build-log.txt"} {
		if _, err := os.Stat(filepath.Join(s.root, file)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(s.root, "out/pr-logs")); err == nil {
		t.Error("a folder has an alias; as in Prow it has none")
	}
}

func TestTheJobMayEndEvenIfNothingCanBeStored(t *testing.T) {
	s := newScene(t)
	s.opts.Bucket, s.opts.S3CredentialsFile = "s3://b", filepath.Join(s.root, "missing")
	text, err := json.Marshal(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(uploadspec.EnvName, string(text))
	run()
	if _, err := os.Stat(s.opts.Done); err != nil {
		t.Error(err)
	}
}
