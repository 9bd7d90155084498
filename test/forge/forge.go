package forge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Contract is GitHub's published schemas; *contract.Contract serves.
type Contract interface {
	CheckRequest(r *http.Request, body []byte) error
	CheckResponse(r *http.Request, status int, header http.Header, body []byte) error
	CheckWebhook(event string, body []byte) error
	Schema() *ast.Schema
}

// Faults is a plan of what goes wrong; *fault.Plan serves.
type Faults interface {
	Wrap(next http.Handler) http.Handler
	Deliver(event string, guid string, send func() (int, error))
}

// Options say how a forge behaves. The zero value is a forge in a temporary directory without contract and faults.
type Options struct {
	// Dir holds the bare repositories, one folder for each; empty makes a temporary one, which Close removes.
	Dir string
	// Clock answers the present time; nil is the machine's clock. Commits, expiry and rate limits follow it.
	Clock func() time.Time
	// Contract checks every API request, answer and webhook payload; nil checks nothing.
	Contract Contract
	// OnMismatch hears of everything that the contract refuses; needed with Contract.
	OnMismatch func(error)
	// Faults spoils API answers and deliveries; nil spoils nothing. Git and pages are never spoiled.
	Faults Faults
	// RateLimit is the number of API requests an identity has per hour; 0 is GitHub's 5,000 (60 for the anonymous).
	RateLimit int
	// LazyMergeable answers "mergeable: null" to the first question after head or base moved, as GitHub does.
	LazyMergeable bool
	// DeliveryTimeout is how long a webhook's receiver may take; 0 is GitHub's 10 seconds.
	DeliveryTimeout time.Duration
}

// Forge is the server with all its state. All methods are safe for concurrent use.
type Forge struct {
	opts    Options
	dir     string
	ownsDir bool
	handler http.Handler

	mu         sync.Mutex
	base       string
	lastID     int64
	accounts   map[string]*account
	repos      map[string]*repo
	apps       map[int64]*app
	installs   map[int64]*installation
	tokens     map[string]*token
	hooks      []*hook
	attempts   []*attempt
	history    []Entry
	rates      map[string]*rate
	commits    map[string]CommitView // commits never change, so they are read once
	changed    chan struct{}
	merging    *pull // the pull request whose merge is moving its base branch just now
	busy       int   // deliveries not finished yet
	closed     bool
	server     *http.Server
	deliveries sync.WaitGroup
	stop       context.CancelFunc
	stopped    context.Context
}

// New makes an empty forge. Close must be called when it is no longer needed.
func New(opts Options) (*Forge, error) {
	if opts.Contract != nil && opts.OnMismatch == nil {
		return nil, errors.New("make a forge: Options.Contract needs Options.OnMismatch")
	}
	f := &Forge{
		opts: opts, dir: opts.Dir, base: "http://forge.invalid", lastID: 1000,
		accounts: map[string]*account{}, repos: map[string]*repo{}, apps: map[int64]*app{}, installs: map[int64]*installation{},
		tokens: map[string]*token{}, rates: map[string]*rate{}, commits: map[string]CommitView{}, changed: make(chan struct{}),
	}
	if f.dir == "" {
		dir, err := os.MkdirTemp("", "forge-")
		if err != nil {
			return nil, fmt.Errorf("make a directory for repositories: %w", err)
		}
		f.dir, f.ownsDir = dir, true
	}
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return nil, fmt.Errorf("find the directory for repositories: %w", err)
	}
	f.dir = dir
	f.stopped, f.stop = context.WithCancel(context.Background())
	f.accounts["ghost"] = &account{id: f.newID(), login: "ghost", kind: "User", created: f.now()}
	f.handler = f.newHandler()
	return f, nil
}

// Handler serves the API, git and the pages of this forge.
func (f *Forge) Handler() http.Handler { return f.handler }

// Start listens on addr (host:port; port 0 takes a free one) and answers the base URL, as in http://127.0.0.1:4321.
// The API is below /api/v3/, repositories are at /owner/name.git.
func (f *Forge) Start(addr string) (string, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen for the forge: %w", err)
	}
	server := &http.Server{Handler: f.handler, ReadHeaderTimeout: 30 * time.Second}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.server != nil {
		_ = listener.Close()
		return "", errors.New("start the forge: it listens already")
	}
	f.server, f.base = server, "http://"+listener.Addr().String()
	go func() { _ = server.Serve(listener) }() // ends with ErrServerClosed at Close
	return f.base, nil
}

// SetURL sets the base URL in answers and webhooks, for a forge whose Handler is served by someone else.
func (f *Forge) SetURL(base string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.base = base
}

// URL is the base URL, without a slash at its end.
func (f *Forge) URL() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.base
}

// Close stops listening and delivering, and removes a temporary directory. The state stays readable.
func (f *Forge) Close() error {
	f.mu.Lock()
	server := f.server
	closed := f.closed
	f.closed = true
	f.mu.Unlock()
	if closed {
		return nil
	}
	f.stop()
	var err error
	if server != nil {
		err = server.Close()
	}
	f.deliveries.Wait()
	if f.ownsDir {
		err = errors.Join(err, os.RemoveAll(f.dir))
	}
	return err
}

// now is the forge's time, in whole seconds and UTC, as GitHub shows it.
func (f *Forge) now() time.Time {
	if f.opts.Clock != nil {
		return f.opts.Clock().UTC().Truncate(time.Second)
	}
	return time.Now().UTC().Truncate(time.Second)
}

// mismatch reports something that GitHub's schemas do not allow.
func (f *Forge) mismatch(err error) {
	if err != nil && f.opts.OnMismatch != nil {
		f.opts.OnMismatch(err)
	}
}
