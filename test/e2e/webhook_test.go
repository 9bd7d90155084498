package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/google/uuid"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// post sends a webhook by hand and returns the status of the answer.
func post(t *testing.T, url, event, signature string, body []byte) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", event)
	req.Header.Set("X-GitHub-Delivery", uuid.NewString())
	if signature != "" {
		req.Header.Set("X-Hub-Signature-256", signature)
	}
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, resp.Body.Close())
	return resp.StatusCode
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestForgedAndUnsignedWebhooksDoNothing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "flag", green))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Concluded("success")))(t)
	var body []byte
	for _, d := range s.Forge.Deliveries() {
		if d.Event == "pull_request" {
			body = d.Body
		}
	}
	if len(body) == 0 {
		t.Fatal("the forge sent no pull_request")
	}
	before := len(got(s.Deliveries(t.Context()))(t))
	for name, signature := range map[string]string{"unsigned": "", "another secret": sign("not the secret", body), "SHA-1 style": "sha1=" + sign(s.Secret, body)[7:47], "of another body": sign(s.Secret, append(body, ' '))} {
		if code := post(t, s.HookURL, "pull_request", signature, body); code != http.StatusUnauthorized && code != http.StatusForbidden {
			t.Errorf("%s: answered %d, want 401 or 403", name, code)
		}
	}
	if after := len(got(s.Deliveries(t.Context()))(t)); after != before {
		t.Errorf("%d deliveries before, %d after", before, after)
	}
	if code := post(t, s.HookURL, "pull_request", sign(s.Secret, body), body); code/100 != 2 {
		t.Errorf("the same body with the right signature: answered %d, so the test proves nothing", code)
	}
}

func TestDoubledDeliveryHasOneEffect(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "echo", green))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	for _, d := range s.Forge.Deliveries() {
		if d.Event == "pull_request" {
			must(t, s.Forge.Redeliver(d.ID))
		}
	}
	must(t, s.Forge.WaitDelivered(within(t, limit)))
	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/test unit"))(t) // a later effect, so that the wait has an end
	got(s.WaitRuns(within(t, limit), "the run of the comment", func(r []pipelinev1.PipelineRun) bool { return len(r) >= 2 }))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", func(c forge.CheckRunView) bool {
		return street.Completed(c) && countChecks(s, pull.Head.SHA, "unit") == 2
	}))(t)
	if runs := got(s.Runs(t.Context()))(t); len(runs) != 2 {
		t.Errorf("opened once, delivered twice, /test once: %d runs, want 2", len(runs))
	}
}
