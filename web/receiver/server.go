package receiver

import (
	"net/http"
	"time"
)

// NewServer makes the server on which handler listens at path of address (host:port); other paths are 404. Its timeouts
// keep slow senders from holding connections. The caller starts and stops it.
func NewServer(address, path string, handler http.Handler) *http.Server {
	mux := http.NewServeMux()
	mux.Handle(path, handler)
	return &http.Server{
		Addr: address, Handler: mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       30 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
}
