package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// bucketOf starts an S3 server over a folder, makes the secret s3 with Prow's credentials for it, and returns the folder of
// its bucket "hold".
func bucketOf(y *yard) string {
	y.Helper()
	dir := y.TempDir()
	must(y.T, os.MkdirAll(filepath.Join(dir, "data", "hold"), 0o755))
	binary := got(s3Server())(y.T)
	listener := got(net.Listen("tcp", cluster.HostAddress+":0"))(y.T)
	address := listener.Addr().String()
	must(y.T, listener.Close())
	server := exec.CommandContext(context.WithoutCancel(y.Context()), binary, "--access", "bosun", "--secret", "hold-the-line", "--port", address, "posix", filepath.Join(dir, "data"))
	log := got(os.Create(filepath.Join(dir, "log")))(y.T)
	server.Stdout, server.Stderr = log, log
	must(y.T, server.Start())
	y.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it was killed
		if y.Failed() {
			text, _ := os.ReadFile(log.Name())
			y.Logf("the S3 server's log:\n%s", text)
		}
	})
	for ctx := within(y.T, time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get("http://" + address)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			break
		}
		must(y.T, ctx.Err())
	}
	credentials := got(json.Marshal(map[string]any{
		"region": "us-east-1", "endpoint": "http://" + address, "insecure": true, "s3_force_path_style": true,
		"access_key": "bosun", "secret_key": "hold-the-line",
	}))(y.T)
	must(y.T, cluster.Client.Create(y.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: y.ns, Name: "s3"}, Data: map[string][]byte{"service-account.json": credentials},
	}))
	return filepath.Join(dir, "data", "hold")
}

// s3Server builds the S3 server once and gives its file, which is in Go's cache.
var s3Server = sync.OnceValues(func() (string, error) {
	build := exec.Command("go", "tool", "-n", "-modfile="+filepath.Join("..", "..", "tools", "versitygw.mod"), "versitygw")
	var errs strings.Builder
	build.Stderr = &errs
	out, err := build.Output()
	if err != nil {
		return "", fmt.Errorf("build the S3 server: %w\n%s", err, errs.String())
	}
	return strings.TrimSpace(string(out)), nil
})

// uploading is a configuration whose decorated jobs upload to the bucket.
const uploading = `
plank:
  default_decoration_config_entries:
  - config:
      gcs_configuration: {bucket: 's3://hold', path_strategy: explicit}
      s3_credentials_secret: s3
      utility_images: {clonerefs: a, initupload: b, entrypoint: c, sidecar: d}
`

// stored reads an object.
func (y *yard) stored(bucket, name string) string {
	y.Helper()
	text, err := os.ReadFile(filepath.Join(bucket, filepath.FromSlash(name)))
	if err != nil {
		y.Errorf("it is not stored: %v", err)
	}
	return string(text)
}

func TestArtifactsAreStored(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	bucket := bucketOf(y)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	cat := y.load(uploading, `
presubmits:
  harbor/sloop:
  - name: survey
    decorate: true
    spec:
      containers:
      - image: IMAGE
        command: [bash, -ec]
        args: ['mkdir -p $ARTIFACTS/deep; cp hull $ARTIFACTS/deep/hull.txt; echo surveyed; exit $CODE']
        env: [{name: CODE, value: "CODEVALUE"}]
`)
	pull := y.pull("sloop", "paint", map[string]string{"paint": "blue\n"})
	for code, passed := range map[string]bool{"0": true, "4": false} {
		job := presubmit(t, cat, "sloop", "survey").Job()
		job.Spec = job.Spec.DeepCopy()
		job.Name, job.Spec.Containers[0].Env[0].Value = "survey-"+code, code
		run, log := y.finish(y.compile(job, refs("sloop", base, pull)))
		if got := pipelines.PhaseOf(run) == pipelines.PhaseSucceeded; got != passed {
			t.Errorf("exit %s: passed %t, want %t\n%s", code, got, passed, log)
		}
		dir := fmt.Sprintf("pr-logs/pull/harbor_sloop/%d/%s/1700000000000000000", pull.Number, job.Name)
		y.says(y.stored(bucket, dir+"/artifacts/deep/hull.txt"), "oak")
		y.says(y.stored(bucket, dir+"/build-log.txt"), "surveyed")
		y.says(y.stored(bucket, dir+"/started.json"), base)
		y.says(y.stored(bucket, dir+"/clone-records.json"), pull.SHA)
		y.says(y.stored(bucket, dir+"/finished.json"), fmt.Sprintf(`"passed":%t`, passed))
		y.says(y.stored(bucket, "pr-logs/directory/"+job.Name+"/latest-build.txt"), "1700000000000000000")
	}
}

func TestTimeoutWithGraceStillUploads(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	bucket := bucketOf(y)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	cat := y.load(uploading, `
presubmits:
  harbor/sloop:
  - name: becalmed
    decorate: true
    decoration_config: {timeout: 4s, grace_period: 30s}
    spec:
      containers:
      - image: IMAGE
        command: [bash, -c]
        args:
        - |
          trap 'echo striking the sails; sleep 2; echo furled > $ARTIFACTS/sails.txt; echo all furled; exit 1' INT
          echo waiting for wind
          while :; do sleep 0.2; done
`)
	job := presubmit(t, cat, "sloop", "becalmed").Job()
	pull := y.pull("sloop", "paint", map[string]string{"paint": "blue\n"})
	run, log := y.finish(y.compile(job, refs("sloop", base, pull)))
	y.says(log, "waiting for wind", "striking the sails", "all furled")
	if pipelines.PhaseOf(run) == pipelines.PhaseSucceeded {
		t.Errorf("a job that ran out of time passed:\n%s", log)
	}
	dir := fmt.Sprintf("pr-logs/pull/harbor_sloop/%d/becalmed/1700000000000000000", pull.Number)
	y.says(y.stored(bucket, dir+"/artifacts/sails.txt"), "furled")
	y.says(y.stored(bucket, dir+"/build-log.txt"), "waiting for wind", "all furled")
	y.says(strings.ReplaceAll(y.stored(bucket, dir+"/finished.json"), " ", ""), `"passed":false`)
}
