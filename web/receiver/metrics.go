package receiver

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// Metrics counts deliveries. It is a prometheus.Collector: its owner registers it.
type Metrics struct {
	requests *prometheus.CounterVec
	rejected *prometheus.CounterVec
	ack      prometheus.Histogram
}

// NewMetrics makes metrics that nobody collects yet.
func NewMetrics() *Metrics {
	return &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bowsprit_webhook_requests_total",
			Help: "Webhook requests, by kind of event (other: none that is handled; unknown: not authenticated) and status.",
		}, []string{"event", "code"}),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bowsprit_webhook_rejected_total",
			Help: "Webhook requests that were refused, by reason.",
		}, []string{"reason"}),
		ack: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "bowsprit_webhook_ack_seconds",
			Help:    "Time from a webhook's head to its acknowledgement with 2xx; GitHub gives up after 10 seconds.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10},
		}),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	m.requests.Describe(ch)
	m.rejected.Describe(ch)
	m.ack.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.requests.Collect(ch)
	m.rejected.Collect(ch)
	m.ack.Collect(ch)
}

// labelled are the kinds that have a label of their own; the header could otherwise make up any number of them.
var labelled = []string{
	"ping", string(v1alpha1.KindPullRequest), string(v1alpha1.KindIssueComment), string(v1alpha1.KindCheckRun),
}

// observe counts one answer.
func (m *Metrics) observe(v *verdict, took time.Duration) {
	event := v.kind
	switch {
	case event == "":
		event = "unknown"
	case !slices.Contains(labelled, event):
		event = "other"
	}
	m.requests.WithLabelValues(event, strconv.Itoa(v.status)).Inc()
	if v.reason != "" {
		m.rejected.WithLabelValues(v.reason).Inc()
		return
	}
	m.ack.Observe(took.Seconds())
}
