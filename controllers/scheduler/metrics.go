package scheduler

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what the scheduler does. Register it once.
type Metrics struct {
	started prometheus.Counter
	refused *prometheus.CounterVec
}

// NewMetrics makes metrics that are all zero.
func NewMetrics() *Metrics {
	return &Metrics{
		started: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "bowsprit_periodics_started_total", Help: "Runs of periodics that were made.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bowsprit_periodics_refused_total", Help: "Times that a due periodic could not be compiled, by job.",
		}, []string{"job"}),
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	m.started.Describe(ch)
	m.refused.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.started.Collect(ch)
	m.refused.Collect(ch)
}
