package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
)

// maxManifest is the size that the OCI distribution specification asks registries to accept at least.
const maxManifest = 4 << 20

// Blobs is where a registry in dir keeps blobs.
func Blobs(dir string) Store { return Store{Dir: filepath.Join(dir, "blobs")} }

// stored is one accepted PUT of a manifest, kept so that a registry that was killed knows its images again.
type stored struct {
	Path        string `json:"path"`
	ContentType string `json:"contentType"`
	Body        []byte `json:"body"`
}

// manifests wraps the library's registry, which keeps blobs on disk but manifests in memory only.
type manifests struct {
	inner http.Handler
	dir   string
}

// Handler serves an OCI registry with everything that it holds below dir. It survives being killed: manifests that
// were accepted before are accepted again when it starts.
func Handler(dir string) (http.Handler, error) {
	m := manifests{dir: filepath.Join(dir, "manifests")}
	for _, d := range []string{m.dir, Blobs(dir).Dir} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, err
		}
	}
	m.inner = registry.New(registry.WithBlobHandler(registry.NewDiskBlobHandler(Blobs(dir).Dir)),
		registry.Logger(log.New(io.Discard, "", 0)))
	return m, m.replay()
}

func (m manifests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") {
		m.inner.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	s := stored{Path: r.URL.Path, ContentType: r.Header.Get("Content-Type"), Body: body}
	a := m.put(s)
	if a.code < 300 {
		if err := m.keep(s); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.code)
	_, _ = w.Write(a.body.Bytes()) // the client is gone if this fails
}

func (m manifests) put(s stored) *answer {
	a := &answer{header: http.Header{}, code: http.StatusOK}
	r, err := http.NewRequest(http.MethodPut, s.Path, bytes.NewReader(s.Body))
	if err != nil {
		a.code = http.StatusBadRequest
		return a
	}
	r.Header.Set("Content-Type", s.ContentType)
	m.inner.ServeHTTP(a, r)
	return a
}

// answer keeps what the inner registry answers, so that a manifest is on disk before the client is told that it is in.
type answer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(code int)        { a.code = code }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// keep writes to a temporary name first, so that a kill leaves no half manifest.
func (m manifests) keep(s stored) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(s.Path))
	file := filepath.Join(m.dir, hex.EncodeToString(sum[:])+".json")
	if err := os.WriteFile(file+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// replay puts the kept manifests in the order in which they came: an index is only accepted after its members.
func (m manifests) replay() error {
	files, err := filepath.Glob(filepath.Join(m.dir, "*.json"))
	if err != nil {
		return err
	}
	times := map[string]int64{}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return err
		}
		times[f] = info.ModTime().UnixNano()
	}
	sort.Slice(files, func(i, j int) bool { return times[files[i]] < times[files[j]] })
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		var s stored
		if err := json.Unmarshal(text, &s); err != nil {
			return fmt.Errorf("read kept manifest %s: %w", f, err)
		}
		if a := m.put(s); a.code >= 300 {
			return fmt.Errorf("take back kept manifest %s: HTTP status %d", s.Path, a.code)
		}
	}
	return nil
}
