package fault

import (
	"net/http"
	"strings"
)

// Wrap returns a handler that inflicts the plan's faults on the requests to next. Put it outermost, around whatever
// checks or counts requests, as a proxy between the forge and its clients would be.
func (p *Plan) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/api")
		path = strings.TrimPrefix(path, "/v3")
		remembering := p.remember(next)
		f := p.choose(victim{method: r.Method, path: path, name: r.Method + " " + r.URL.RequestURI()})
		if f == nil {
			remembering.ServeHTTP(w, r)
			return
		}
		f.request.serve(p, w, r, remembering)
	})
}
