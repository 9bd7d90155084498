// Package pages shows a forge to people as plain HTML: repositories, pull requests with their conversation and checks,
// commits, and webhook deliveries.
//
// Its one job is to render what a Source tells. It must not know how the forge stores things, and changes nothing. The
// pages have no scripts; text written by users is sanitised. Everything is shown to everybody: a forge is for tests and
// demonstrations on one's own machine.
package pages

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Source is what the pages show. Repositories are named owner/name.
type Source interface {
	// Repositories lists all repositories with their pull requests, by name.
	Repositories() []Repository
	// Pull reads a pull request; ok is false if there is none.
	Pull(repo string, number int) (pull Pull, ok bool)
	// Commit reads a commit with its checks by SHA or branch; ok is false if there is none.
	Commit(repo, name string) (commit Commit, ok bool)
	// CommitOfRun finds the repository and commit of a check run.
	CommitOfRun(id int64) (repo, sha string, ok bool)
	// Deliveries lists the attempts to deliver webhooks, newest first.
	Deliveries() []Delivery
}

//go:embed templates
var files embed.FS

// Handler serves the pages:
//
//	/                               repositories
//	/deliveries                     webhook deliveries
//	/OWNER/NAME                     pull requests and branches
//	/OWNER/NAME/pull/N              conversation; also …/commits, …/files and …/checks[?run=ID]
//	/OWNER/NAME/commit/SHA          statuses and changes; also …/checks[?run=ID]
//	/OWNER/NAME/runs/ID             one check run, on the page of its commit
func Handler(source Source) http.Handler {
	h := &handler{source: source}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.repositories)
	mux.HandleFunc("GET /deliveries", h.deliveries)
	mux.HandleFunc("GET /{owner}/{name}", h.repository)
	mux.HandleFunc("GET /{owner}/{name}/pulls", h.repository)
	mux.HandleFunc("GET /{owner}/{name}/pull/{number}", h.pull)
	mux.HandleFunc("GET /{owner}/{name}/pull/{number}/{tab}", h.pull)
	mux.HandleFunc("GET /{owner}/{name}/commit/{sha}", h.commit)
	mux.HandleFunc("GET /{owner}/{name}/commit/{sha}/{tab}", h.commit)
	mux.HandleFunc("GET /{owner}/{name}/runs/{id}", h.run)
	return mux
}

type handler struct{ source Source }

// page is what every template gets.
type page struct {
	Title   string
	Repo    string // empty outside a repository
	Tab     string
	Refresh bool // something is still running: load again by itself
	Body    any
}

func (h *handler) repositories(w http.ResponseWriter, _ *http.Request) {
	show(w, "repositories", page{Title: "Repositories", Body: h.source.Repositories()})
}

func (h *handler) deliveries(w http.ResponseWriter, _ *http.Request) {
	show(w, "deliveries", page{Title: "Webhook deliveries", Body: h.source.Deliveries()})
}

func (h *handler) repository(w http.ResponseWriter, r *http.Request) {
	for _, repo := range h.source.Repositories() {
		if strings.EqualFold(repo.Name, repoName(r)) {
			show(w, "repository", page{Title: repo.Name, Repo: repo.Name, Body: repo})
			return
		}
	}
	http.NotFound(w, r)
}

func (h *handler) pull(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	pull, ok := h.source.Pull(repoName(r), number)
	tab := r.PathValue("tab")
	if tab == "" {
		tab = "conversation"
	}
	if err != nil || !ok || !isTab(tab) {
		http.NotFound(w, r)
		return
	}
	body := pullPage{Pull: pull, Checks: newChecks(pull.Head, r.URL.Query().Get("run"))}
	show(w, tab, page{
		Title: pull.Title + " · Pull request #" + strconv.Itoa(pull.Number), Repo: pull.Repo, Tab: tab, Body: body,
		Refresh: body.Checks.Pending(),
	})
}

func isTab(tab string) bool {
	return tab == "conversation" || tab == "commits" || tab == "files" || tab == "checks"
}

// pullPage is a pull request with a chosen check run.
type pullPage struct {
	Pull
	Checks checks
}

func (h *handler) commit(w http.ResponseWriter, r *http.Request) {
	commit, ok := h.source.Commit(repoName(r), r.PathValue("sha"))
	tab := r.PathValue("tab")
	if !ok || tab != "" && tab != "checks" {
		http.NotFound(w, r)
		return
	}
	body := commitPage{Commit: commit, Checks: newChecks(commit, r.URL.Query().Get("run"))}
	show(w, "commit", page{
		Title: firstLine(commit.Message) + " · " + short(commit.SHA), Repo: commit.Repo, Tab: tab, Body: body, Refresh: body.Checks.Pending(),
	})
}

// commitPage is a commit with a chosen check run.
type commitPage struct {
	Commit
	Checks checks
}

// run leads to the checks of a commit, where the runs beside it can be seen.
func (h *handler) run(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	repo, sha, ok := h.source.CommitOfRun(id)
	if err != nil || !ok || !strings.EqualFold(repo, repoName(r)) {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, "/"+repo+"/commit/"+sha+"/checks?run="+strconv.FormatInt(id, 10), http.StatusFound)
}

func repoName(r *http.Request) string { return r.PathValue("owner") + "/" + r.PathValue("name") }

// templates holds one set for each page: the layout, the shared parts and the page's own file.
var templates = parseTemplates("repositories", "deliveries", "repository", "conversation", "commits", "files", "checks", "commit")

func parseTemplates(names ...string) map[string]*template.Template {
	sets := map[string]*template.Template{}
	for _, name := range names {
		sets[name] = template.Must(template.New("layout.html").Funcs(functions).ParseFS(files,
			"templates/layout.html", "templates/parts.html", "templates/"+name+".html"))
	}
	return sets
}

// show renders a page whole before it sends the first byte, so that an error is an error.
func show(w http.ResponseWriter, name string, p page) {
	var out bytes.Buffer
	if err := templates[name].Execute(&out, p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	_, _ = w.Write(out.Bytes()) // a reader who left needs no page
}

// functions are what the templates may call beside methods.
var functions = template.FuncMap{
	"markdown": markdown, "short": short, "firstLine": firstLine, "when": when, "took": took, "ink": ink, "lines": diffLines,
	"restOf": restOf, "words": func(s string) string { return strings.ReplaceAll(s, "_", " ") },
}

func short(sha string) string { return sha[:min(7, len(sha))] }

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func restOf(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(rest)
}

// when writes a time for people, empty for the zero time.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006, 15:04:05 UTC")
}
