package pages

import (
	_ "embed" // the page's template
	"html/template"
	"net/http"
	"time"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Configuration is what the page about the configuration shows.
type Configuration struct {
	// Since is when the configuration that is in effect was loaded, Tried when the files were last read.
	Since, Tried time.Time
	// Refused says why what was read last is not in effect; empty if it is.
	Refused string
	Counts  catalog.Counts
	// Problems are those of what was read last, errors and warnings.
	Problems prow.Problems
}

//go:embed config.html
var configHTML string

var configPage = template.Must(template.New("config").Funcs(template.FuncMap{
	"when": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
}).Parse(configHTML))

// Config shows whether the configuration in the files is in effect, and everything that is wrong with it. It answers 503
// while it is not in effect, so that a plain check of the address tells.
func Config(now func() Configuration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		c := now()
		if c.Refused != "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = configPage.Execute(w, c) // whoever asked is gone
	})
}
