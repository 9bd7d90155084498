package kube

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func client(t *testing.T, status int, body string) Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return Client{base: s.URL, http: s.Client()}
}

func TestGetShowsOnlyWhatFails(t *testing.T) {
	_, err := client(t, 500, "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n").Get(t.Context(), "/readyz")
	const want = "/readyz answers 500 Internal Server Error: [-]etcd failed: reason withheld; readyz check failed"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestNodeReady(t *testing.T) {
	heard := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	condition := func(status string) string {
		return `{"status":{"conditions":[{"type":"MemoryPressure","status":"False"},` +
			`{"type":"Ready","status":"` + status + `","message":"because","lastHeartbeatTime":"2026-11-23T12:00:00Z"}]}}`
	}
	for name, tc := range map[string]struct {
		status    int
		body, err string
		since     time.Time
	}{
		"a ready node": {status: 200, body: condition("True")},
		"heard of in the second in which kubelet began": {status: 200, body: condition("True"), since: heard.Add(900 * time.Millisecond)},
		"last heard of before kubelet was killed":       {status: 200, body: condition("True"), since: heard.Add(time.Second), err: "last heard of"},
		"a node that is not ready says why":             {status: 200, body: condition("False"), err: "not ready: because"},
		"a node without conditions":                     {status: 200, body: `{}`, err: "has not said"},
		"no node":                                       {status: 404, body: `not found`, err: "404 Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			err := client(t, tc.status, tc.body).NodeReady(t.Context(), "n", tc.since)
			if (err != nil) != (tc.err != "") || (err != nil && !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
		})
	}
}
