package live

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics says whether the configuration in the files is in effect.
type metrics struct {
	good   prometheus.Gauge
	since  prometheus.Gauge
	loads  *prometheus.CounterVec
	errors prometheus.Gauge
}

func newMetrics() *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	return &metrics{
		good:   gauge("bowsprit_config_good", "1 if the Prow configuration in the files is in effect, 0 while an older one is."),
		since:  gauge("bowsprit_config_loaded_timestamp_seconds", "When the configuration that is in effect was loaded."),
		errors: gauge("bowsprit_config_errors", "Errors in the configuration as it was read last."),
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bowsprit_config_loads_total", Help: "Times that the configuration was read, by result: good or refused.",
		}, []string{"result"}),
	}
}

func (m *metrics) observe(s *State) {
	good, result := 1.0, "good"
	if s.Refused != nil {
		good, result = 0, "refused"
	}
	m.good.Set(good)
	m.since.Set(float64(s.Since.UnixNano()) / float64(time.Second))
	m.errors.Set(float64(len(s.Problems.Errors())))
	m.loads.WithLabelValues(result).Inc()
}

func (m *metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.good, m.since, m.errors, m.loads}
}

// Describe implements prometheus.Collector.
func (c *Config) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range c.metrics.all() {
		m.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (c *Config) Collect(ch chan<- prometheus.Metric) {
	for _, m := range c.metrics.all() {
		m.Collect(ch)
	}
}
