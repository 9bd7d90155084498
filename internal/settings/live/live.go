// Package live keeps the Prow configuration up to date while Bowsprit runs: it watches the files, loads them whole when
// they change, and swaps a good configuration in at once. A bad one never takes the place of a good one; it is shown. It
// must not know what the configuration is used for.
package live

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Options are what a Config needs.
type Options struct {
	// Load reads the whole configuration; the catalog is nil if it has errors.
	Load func() (*catalog.Catalog, prow.Problems)
	// Accept says why a good configuration cannot be taken without a restart; nil if it can.
	Accept func(*catalog.Catalog) error
	// Paths are the files and folders of the configuration.
	Paths []string
	// Now is the clock.
	Now func() time.Time
	// Say tells people about a change; it is called once per change, with a reason in CamelCase.
	Say func(good bool, reason, message string)
}

// Config is the configuration as it is now. It is safe for concurrent use.
type Config struct {
	options Options
	metrics *metrics
	loading sync.Mutex
	// first is the files' stamp before they were read for the first time.
	first string
	state atomic.Pointer[State]
}

// State is what is known of the configuration.
type State struct {
	// Catalog is the last good configuration; Since is when it was loaded.
	Catalog *catalog.Catalog
	Since   time.Time
	// Tried is when the files were last read, Problems are what was found then.
	Tried    time.Time
	Problems prow.Problems
	// Refused says why what was read last is not in effect; nil if it is.
	Refused error
}

// New reads the configuration for the first time. The error holds what is wrong with it, one problem a line: without a
// good configuration there is nothing to start with.
func New(o Options) (*Config, error) {
	c := &Config{options: o, metrics: newMetrics(), first: stampOf(o.Paths, ignoreFolder)}
	cat, problems := o.Load()
	if cat == nil {
		return nil, problems
	}
	now := o.Now()
	c.set(&State{Catalog: cat, Since: now, Tried: now, Problems: problems})
	return c, nil
}

// Catalog is the last good configuration.
func (c *Config) Catalog() *catalog.Catalog { return c.State().Catalog }

// State is what is known of the configuration.
func (c *Config) State() *State { return c.state.Load() }

// Reload reads the configuration again and takes it if it is good. The error says why it is not; the last good one stays.
func (c *Config) Reload() error {
	c.loading.Lock()
	defer c.loading.Unlock()
	cat, problems := c.options.Load()
	now, last := c.options.Now(), c.State()
	err := c.judge(cat, problems)
	if err != nil {
		c.set(&State{Catalog: last.Catalog, Since: last.Since, Tried: now, Problems: problems, Refused: err})
		if last.Refused == nil || last.Refused.Error() != err.Error() {
			c.options.Say(false, "ConfigRefused", "the changed Prow configuration is not loaded, the one of "+last.Since.UTC().Format(time.RFC3339)+" stays: "+err.Error())
		}
		return err
	}
	c.set(&State{Catalog: cat, Since: now, Tried: now, Problems: problems})
	c.options.Say(true, "ConfigLoaded", "a changed Prow configuration is in effect")
	return nil
}

func (c *Config) judge(cat *catalog.Catalog, problems prow.Problems) error {
	if cat == nil {
		return problems
	}
	return c.options.Accept(cat)
}

func (c *Config) set(s *State) {
	c.state.Store(s)
	c.metrics.observe(s)
}

// Start reloads the configuration when its files change, until the context ends.
func (c *Config) Start(ctx context.Context) error {
	return watch(ctx, c.options.Paths, c.first, func() { _ = c.Reload() }) // the state and Say tell what is wrong
}

// NeedLeaderElection is false: every process reads the configuration.
func (c *Config) NeedLeaderElection() bool { return false }

// Healthy is an error while what is in the files is not what is in effect.
func (c *Config) Healthy() error {
	if s := c.State(); s.Refused != nil {
		return errors.Join(errors.New("the configuration in the files is not in effect"), s.Refused)
	}
	return nil
}
