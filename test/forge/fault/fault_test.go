package fault

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// counter is a server whose state is the number of requests that had an effect.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/graphql") {
		c.n++
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, c.n))
	_, _ = fmt.Fprint(w, c.n)
}

// ask sends a request and returns "status body", or "no answer".
func ask(t *testing.T, server *httptest.Server, method, path, body string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		return "no answer"
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "no answer"
	}
	return fmt.Sprintf("%d %s", answer.StatusCode, text)
}

func start(t *testing.T, p *Plan) (*counter, *httptest.Server) {
	t.Helper()
	c := &counter{}
	server := httptest.NewServer(p.Wrap(c))
	t.Cleanup(server.Close)
	return c, server
}

const serverError = `{"message":"Server Error","documentation_url":""}`

// TestRequests plays the same four POSTs against one fault each.
func TestRequests(t *testing.T) {
	tests := map[string]struct {
		fault  *Fault
		want   []string
		effect int
		hits   int
	}{
		"no fault": {On("DELETE", "").Then(BeforeEffect(500)), []string{"200 1", "200 2", "200 3", "200 4"}, 4, 0},
		"the third one has its effect and is answered 502": {
			On("POST", "/check-runs").Nth(3).Then(AfterEffect(502)), []string{"200 1", "200 2", "502 " + serverError, "200 4"}, 4, 1},
		"the first two fail before the effect": {
			On("POST", "/repos/*/*/check-runs").First(2).Then(BeforeEffect(500)), []string{"500 " + serverError, "500 " + serverError, "200 1", "200 2"}, 2, 2},
		"all but the first are dropped":         {Any().After(1).Then(Drop()), []string{"200 1", "no answer", "no answer", "no answer"}, 1, 3},
		"one is dropped after the effect":       {On("", "check-runs").Nth(1).Then(DropAfterEffect()), []string{"no answer", "200 2", "200 3", "200 4"}, 4, 1},
		"one hangs longer than the client":      {Any().Nth(2).Then(Hang(time.Minute)), []string{"200 1", "no answer", "200 2", "200 3"}, 3, 1},
		"one hangs and had its effect":          {Any().Nth(2).Then(HangAfterEffect(time.Minute)), []string{"200 1", "no answer", "200 3", "200 4"}, 4, 1},
		"one is slow":                           {Any().Nth(2).Then(Slow(time.Millisecond)), []string{"200 1", "200 2", "200 3", "200 4"}, 4, 1},
		"another path is left alone":            {On("POST", "/check-suites").Then(Drop()), []string{"200 1", "200 2", "200 3", "200 4"}, 4, 0},
		"a path that is longer than the victim": {On("POST", "/api/v3/x/y/repos/o/r/check-runs").Then(Drop()), []string{"200 1", "200 2", "200 3", "200 4"}, 4, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plan := &Plan{}
			plan.Add(tt.fault)
			c, server := start(t, plan)
			var got []string
			for range 4 {
				got = append(got, ask(t, server, "POST", "/api/v3/repos/o/r/check-runs", ""))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if c.n != tt.effect {
				t.Errorf("%d requests had an effect, want %d", c.n, tt.effect)
			}
			if got := len(plan.Injected()); got != tt.hits {
				t.Errorf("%d injections are recorded, want %d: %v", got, tt.hits, plan.Injected())
			}
		})
	}
}

// TestLimits wants the headers by which clients know how long to wait.
func TestLimits(t *testing.T) {
	tests := map[string]struct {
		outcome Outcome
		status  int
		header  map[string]string
		body    string
	}{
		"too fast, 429":        {SecondaryLimit(429, time.Second), 429, map[string]string{"Retry-After": "1"}, "secondary rate limit"},
		"too fast, 403":        {SecondaryLimit(403, time.Minute), 403, map[string]string{"Retry-After": "60"}, "secondary rate limit"},
		"the hour's are spent": {PrimaryLimit(time.Minute), 403, map[string]string{"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "1060"}, "API rate limit exceeded"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plan := &Plan{Clock: func() time.Time { return time.Unix(1000, 0) }}
			plan.Add(Any().Then(tt.outcome))
			recorder := httptest.NewRecorder()
			plan.Wrap(&counter{}).ServeHTTP(recorder, httptest.NewRequest("GET", "/api/v3/user", nil))
			if recorder.Code != tt.status || !strings.Contains(recorder.Body.String(), tt.body) {
				t.Errorf("got %d %s", recorder.Code, recorder.Body)
			}
			for name, want := range tt.header {
				if got := recorder.Header().Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestStale reads before and after a change, at times of our choice.
func TestStale(t *testing.T) {
	now := time.Unix(1000, 0)
	plan := &Plan{Clock: func() time.Time { return now }}
	plan.Add(On("GET", "/pulls/*").After(2).First(3).Then(Stale(30*time.Second)), On("POST", "/graphql").After(1).Then(Stale(time.Hour)))
	_, server := start(t, plan)
	const path, query = "/api/v3/repos/o/r/pulls/1", `{"query":"{viewer{login}}"}`
	steps := []struct {
		why, method, path, body, want string
		later                         time.Duration
	}{
		{"first read", "GET", path, "", "200 0", 0},
		{"first query", "POST", "/api/graphql", query, "200 0", 0},
		{"change", "POST", "/api/v3/repos/o/r/pulls", "", "200 1", 0},
		{"fresh read, by After", "GET", path, "", "200 1", 20 * time.Second},
		{"stale: 20 s ago it was 0, no answer is 30 s old, so the oldest", "GET", path, "", "200 0", 0},
		{"stale: 40 s after the first read, 20 s after the second", "GET", path, "", "200 0", 20 * time.Second},
		{"stale: the second read is old enough now", "GET", path, "", "200 1", 20 * time.Second},
		{"stale query", "POST", "/api/graphql", query, "200 0", 0},
		{"another query was never answered before", "POST", "/api/graphql", `{"query":"{viewer{id}}"}`, "200 1", 0},
		{"change", "POST", "/api/v3/repos/o/r/pulls", "", "200 2", 0},
		{"fresh again after three stale answers", "GET", path, "", "200 2", 0},
		{"another path", "GET", "/api/v3/repos/o/r/pulls/2", "", "200 2", 0},
	}
	for _, step := range steps {
		now = now.Add(step.later)
		if got := ask(t, server, step.method, step.path, step.body); got != step.want {
			t.Errorf("%s: got %q, want %q", step.why, got, step.want)
		}
	}
}

// TestStaleETag: a client that holds the stale answer already is told so.
func TestStaleETag(t *testing.T) {
	plan := &Plan{}
	plan.Add(On("GET", "").After(1).Then(Stale(time.Hour)))
	handler := plan.Wrap(&counter{})
	for i, want := range []int{200, 304} {
		recorder := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/api/v3/user", nil)
		r.Header.Set("If-None-Match", `"0"`)
		handler.ServeHTTP(recorder, r)
		if recorder.Code != want {
			t.Errorf("request %d: got %d, want %d", i+1, recorder.Code, want)
		}
	}
}

// TestDeliveries sends a, b and c and looks at what arrives.
func TestDeliveries(t *testing.T) {
	tests := map[string]struct {
		faults []*Fault
		want   string
	}{
		"no fault":                       {nil, "abc"},
		"the second is lost":             {[]*Fault{OnEvent("push").Nth(2).Deliver(Lost())}, "ac"},
		"the first comes twice":          {[]*Fault{OnEvent("push").Nth(1).Deliver(Doubled())}, "aabc"},
		"the first is late":              {[]*Fault{OnEvent("*").Nth(1).Deliver(Late(20 * time.Millisecond))}, "bca"},
		"the first two are swapped":      {[]*Fault{OnEvent("push").Nth(1).Deliver(Reordered(time.Minute))}, "bac"},
		"the last has no successor":      {[]*Fault{OnEvent("push").Nth(3).Deliver(Reordered(time.Millisecond))}, "abc"},
		"all are to be swapped":          {[]*Fault{OnEvent("push").Deliver(Reordered(10 * time.Millisecond))}, "bac"},
		"swapped with a lost one":        {[]*Fault{OnEvent("push").Nth(2).Deliver(Lost()), OnEvent("push").Nth(1).Deliver(Reordered(time.Minute))}, "ac"},
		"another event":                  {[]*Fault{OnEvent("issue_comment").Deliver(Lost())}, "abc"},
		"a fault of requests":            {[]*Fault{Any().Then(Drop())}, "abc"},
		"the first fault that fits wins": {[]*Fault{OnEvent("push").Nth(2).Deliver(Doubled()), OnEvent("push").Deliver(Lost())}, "bb"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plan := &Plan{}
			plan.Add(tt.faults...)
			var mu sync.Mutex
			arrived := ""
			for _, guid := range []string{"a", "b", "c"} {
				plan.Deliver("push", guid, func() (int, error) {
					mu.Lock()
					defer mu.Unlock()
					arrived += guid
					return 200, nil
				})
			}
			if err := plan.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			if arrived != tt.want {
				t.Errorf("%q arrived, want %q; injected: %v", arrived, tt.want, plan.Injected())
			}
		})
	}
}

// TestSeed: the same seed hits the same victims, whatever the order of the requests; another seed hits others; and the
// odds are about what they say.
func TestSeed(t *testing.T) {
	run := func(seed uint64, paths []string) string {
		plan := &Plan{Seed: seed}
		plan.Add(Any().Odds(0.25).Then(BeforeEffect(500)))
		handler := plan.Wrap(&counter{})
		hits := map[string]string{}
		for range 200 {
			for _, path := range paths {
				recorder := httptest.NewRecorder()
				handler.ServeHTTP(recorder, httptest.NewRequest("GET", path, nil))
				hits[path] += map[bool]string{true: "x", false: "."}[recorder.Code == 500]
			}
		}
		return hits["/a"] + hits["/b"]
	}
	first := run(7, []string{"/a", "/b"})
	if again := run(7, []string{"/b", "/a"}); again != first {
		t.Errorf("the same seed hits\n%s and in another order\n%s", first, again)
	}
	if other := run(8, []string{"/a", "/b"}); other == first {
		t.Error("another seed hits the same")
	}
	if n := strings.Count(first, "x"); n < 60 || n > 140 {
		t.Errorf("%d of 400 were hit, want about 100", n)
	}
}

// TestClear ends all faults and keeps the record.
func TestClear(t *testing.T) {
	plan := &Plan{}
	plan.Add(Any().Then(BeforeEffect(500)))
	_, server := start(t, plan)
	before := ask(t, server, "GET", "/api/v3/user", "")
	plan.Clear()
	after := ask(t, server, "GET", "/api/v3/user", "")
	if before != "500 "+serverError || after != "200 0" {
		t.Errorf("got %q and %q", before, after)
	}
	if got := fmt.Sprint(plan.Injected()); got != "[GET /api/v3/user: answered 500 before the effect]" {
		t.Errorf("recorded: %s", got)
	}
}

// TestWeather: every kind of fault strikes sooner or later, and trying again gets through.
func TestWeather(t *testing.T) {
	plan := &Plan{Seed: 1}
	plan.Add(Weather(0.1)...)
	plan.Add(Any().Odds(1).Then(Slow(0)))
	handler := plan.Wrap(&counter{})
	through := 0
	for range 60 {
		func() {
			defer func() { _ = recover() }() // a dropped connection
			recorder := httptest.NewRecorder()
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond) // nobody waits for the slow ones
			defer cancel()
			handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/api/v3/user", nil).WithContext(ctx))
			if recorder.Code == 200 {
				through++
			}
		}()
		plan.Deliver("push", "guid", func() (int, error) { return 200, nil })
	}
	kinds := map[string]bool{}
	for _, injection := range plan.Injected() {
		kinds[injection.What] = true
	}
	if want := len(Weather(0.1)) + 1; len(kinds) != want {
		t.Errorf("%d kinds of faults struck, want %d: %v", len(kinds), want, kinds)
	}
	if through < 30 {
		t.Errorf("%d of 60 requests got through, want most", through)
	}
}
