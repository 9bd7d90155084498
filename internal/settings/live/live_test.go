package live_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/internal/settings/live"
)

// mount is a folder with jobs.yaml as Kubernetes mounts a ConfigMap: the file links into ..data, which links to a folder
// that is replaced as a whole.
type mount struct {
	t       *testing.T
	dir     string
	version int
}

func newMount(t *testing.T, jobs string) *mount {
	m := &mount{t: t, dir: t.TempDir()}
	m.swap(jobs)
	m.must(os.Symlink(filepath.Join("..data", "jobs.yaml"), filepath.Join(m.dir, "jobs.yaml")))
	return m
}

func (m *mount) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// swap replaces everything at once.
func (m *mount) swap(jobs string) {
	m.version++
	name := "..v" + string(rune('0'+m.version))
	m.must(os.Mkdir(filepath.Join(m.dir, name), 0o755))
	m.must(os.WriteFile(filepath.Join(m.dir, name, "jobs.yaml"), []byte(jobs), 0o644))
	link := filepath.Join(m.dir, "..new")
	m.must(os.Symlink(name, link))
	m.must(os.Rename(link, filepath.Join(m.dir, "..data")))
}

// said remembers what people were told.
type said struct {
	mu    sync.Mutex
	lines []string
}

func (s *said) say(_ bool, reason, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, reason+": "+message)
}

func (s *said) count(reason string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if strings.HasPrefix(l, reason) {
			n++
		}
	}
	return n
}

func jobs(name string) string {
	return "presubmits:\n  o/r:\n  - name: " + name + "\n    always_run: true\n    spec: {containers: [{image: alpine, command: [\"true\"]}]}\n"
}

func open(t *testing.T, dir string, accept func(*catalog.Catalog) error) (*live.Config, *said) {
	t.Helper()
	told := &said{}
	c, err := live.New(live.Options{
		Load: func() (*catalog.Catalog, prow.Problems) {
			return catalog.Load(os.DirFS(dir), catalog.Paths{Jobs: "jobs.yaml"})
		},
		Accept: accept, Paths: []string{filepath.Join(dir, "jobs.yaml")}, Now: time.Now, Say: told.say,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return c, told
}

func anything(*catalog.Catalog) error { return nil }

// eventually waits for something that a watch brings about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never happens: " + what)
		}
	}
}

func serves(c *live.Config, job string) bool {
	all := c.Catalog().Presubmits("o", "r")
	return len(all) == 1 && all[0].Name == job
}

func TestAChangeIsPickedUp(t *testing.T) {
	m := newMount(t, jobs("one"))
	c, told := open(t, m.dir, anything)
	if !serves(c, "one") {
		t.Fatal("the first configuration is not in effect")
	}
	m.swap(jobs("two"))
	eventually(t, "the swapped ConfigMap is in effect", func() bool { return serves(c, "two") })
	if n := told.count("ConfigLoaded"); n != 1 {
		t.Errorf("told %d times, want once", n)
	}
}

func TestABadChangeKeepsTheLastGood(t *testing.T) {
	m := newMount(t, jobs("one"))
	c, told := open(t, m.dir, anything)
	m.swap(jobs("a name with blanks"))
	eventually(t, "the bad change is seen", func() bool { return c.State().Refused != nil })
	if !serves(c, "one") {
		t.Error("a bad change took a job out of service")
	}
	if c.Healthy() == nil || told.count("ConfigRefused") != 1 || !strings.Contains(c.Healthy().Error(), "jobs.yaml:3") {
		t.Errorf("the bad change is not told as it should be: %v, %q", c.Healthy(), told.lines)
	}
	m.swap(jobs("two"))
	eventually(t, "the repaired configuration is in effect", func() bool { return serves(c, "two") })
	if err := c.Healthy(); err != nil {
		t.Errorf("still told after it was repaired: %v", err)
	}
}

func TestAChangeThatNeedsARestartIsRefused(t *testing.T) {
	m := newMount(t, jobs("one"))
	c, _ := open(t, m.dir, func(*catalog.Catalog) error { return errors.New("restart for it") })
	m.swap(jobs("two"))
	eventually(t, "the change is refused", func() bool { return c.State().Refused != nil })
	if !serves(c, "one") {
		t.Error("a change that was not accepted is in effect")
	}
}

func TestAFirstBadConfigurationIsAnError(t *testing.T) {
	m := newMount(t, "presubmits: 5\n")
	_, err := live.New(live.Options{
		Load: func() (*catalog.Catalog, prow.Problems) {
			return catalog.Load(os.DirFS(m.dir), catalog.Paths{Jobs: "jobs.yaml"})
		},
		Accept: anything, Now: time.Now, Say: (&said{}).say,
	})
	if err == nil || !strings.Contains(err.Error(), "jobs.yaml:1") {
		t.Errorf("got %v, want the problem with its line", err)
	}
}
