package pages_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/web/pages"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func page(c pages.Configuration) (int, string) {
	w := httptest.NewRecorder()
	pages.Config(func() pages.Configuration { return c }).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/config", nil))
	return w.Code, w.Body.String()
}

func TestConfigPage(t *testing.T) {
	bad := prow.Problem{Severity: prow.SeverityError, File: "jobs/unit.yaml", Line: 14, Field: "presubmits[o/r][0].name", Message: `"<script>alert(1)</script>": no name`}
	for name, tc := range map[string]struct {
		why  string
		show pages.Configuration
		code int
		has  []string
	}{
		"good": {
			why: "says since when, and how much", show: pages.Configuration{Since: noon, Tried: noon, Counts: catalog.Counts{Presubmits: 7, Repos: 2}},
			code: http.StatusOK, has: []string{"in effect", "2026-11-23 12:00:00 UTC", "7 presubmits", "2 repositories", "Nothing is wrong"},
		},
		"bad": {
			why:  "names the place, escaped, and what stays",
			show: pages.Configuration{Since: noon, Tried: noon.Add(time.Hour), Refused: "errors", Problems: prow.Problems{bad}},
			code: http.StatusServiceUnavailable, has: []string{"not in effect", "jobs/unit.yaml:14", "&lt;script&gt;", "The configuration of 2026-11-23 12:00:00 UTC stays"},
		},
		"good, but not without a restart": {
			why:  "there is no problem to list, so the reason itself is shown",
			show: pages.Configuration{Since: noon, Refused: "jobs run in the new namespace ci2"},
			code: http.StatusServiceUnavailable, has: []string{"jobs run in the new namespace ci2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, body := page(tc.show)
			if code != tc.code {
				t.Errorf("%s: status %d, want %d", tc.why, code, tc.code)
			}
			for _, want := range tc.has {
				if !strings.Contains(body, want) {
					t.Errorf("%s: the page does not say %q:\n%s", tc.why, want, body)
				}
			}
			if strings.Contains(body, "<script") {
				t.Error("text of a configuration is not escaped")
			}
		})
	}
}
