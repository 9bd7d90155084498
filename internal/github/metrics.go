package github

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what is asked of GitHub. It is a prometheus.Collector: its owner registers it.
type Metrics struct {
	requests  *prometheus.CounterVec
	remaining *prometheus.GaugeVec
	limits    *prometheus.CounterVec
}

// NewMetrics makes metrics that nobody collects yet.
func NewMetrics() *Metrics {
	return &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bowsprit_github_requests_total",
			Help: "Requests sent to GitHub, by method, class of route and status (0: no answer; 304: free of the rate limit).",
		}, []string{"method", "route", "status"}),
		remaining: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "bowsprit_github_rate_remaining",
			Help: "Requests left in the present window of GitHub's hourly budget, by identity (an installation's number, app or token).",
		}, []string{"identity"}),
		limits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bowsprit_github_rate_limited_total",
			Help: "How often GitHub's rate limits were reached, by kind (primary: the hourly budget; secondary: bursts).",
		}, []string{"kind"}),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	m.requests.Describe(ch)
	m.remaining.Describe(ch)
	m.limits.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.requests.Collect(ch)
	m.remaining.Collect(ch)
	m.limits.Collect(ch)
}

// limited counts a limit that was reached.
func (m *Metrics) limited(secondary bool) {
	kind := "primary"
	if secondary {
		kind = "secondary"
	}
	m.limits.WithLabelValues(kind).Inc()
}

// counting counts every request on the wire.
type counting struct {
	next     http.RoundTripper
	root     string // path of the API's root
	identity string
	metrics  *Metrics
}

// RoundTrip passes a request on and counts it.
func (t *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(r)
	status := 0
	if err == nil {
		status = answer.StatusCode
		if left, err := strconv.ParseFloat(answer.Header.Get("X-RateLimit-Remaining"), 64); err == nil {
			t.metrics.remaining.WithLabelValues(t.identity).Set(left)
		}
	}
	t.metrics.requests.WithLabelValues(r.Method, routeClass(t.root, r.URL.Path), strconv.Itoa(status)).Inc()
	return answer, err
}

// routeWords are the words of GitHub's routes that make up the classes. Everything else in a path is a name.
var routeWords = []string{
	"access_tokens", "app", "check-runs", "collaborators", "comments", "commits", "files", "git", "heads", "installation",
	"installations", "issues", "labels", "members", "orgs", "public_members", "pulls", "ref", "repos", "status", "statuses",
	"user", "users",
}

// lastWords are the words behind which only names come.
var lastWords = []string{"ref", "labels", "collaborators", "members", "public_members"}

// routeClass reduces a path to the route that it takes, a closed set: repos/o/r/pulls/7/files is repos/pulls/files.
func routeClass(root, path string) string {
	words := strings.Split(strings.Trim(strings.TrimPrefix(path, root), "/"), "/")
	names := map[string]int{"repos": 2, "orgs": 1, "users": 1}[words[0]]
	var class []string
	for i, word := range words {
		if i > 0 && i <= names || !slices.Contains(routeWords, word) {
			continue
		}
		class = append(class, word)
		if slices.Contains(lastWords, word) {
			break
		}
	}
	if class == nil {
		return "other"
	}
	return strings.Join(class, "/")
}
