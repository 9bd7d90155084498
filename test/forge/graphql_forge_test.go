package forge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/test/forge/contract"
)

// query sends a GraphQL query and returns the answer as text.
func (w *world) query(token, query string, variables map[string]any) string {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	w.ok(err)
	r, err := http.NewRequest(http.MethodPost, w.URL()+"/api/graphql", bytes.NewReader(body))
	w.ok(err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	w.ok(err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	w.ok(err)
	return string(text)
}

// tokenOf is a plain token of a user.
func (w *world) tokenOf(login string) string {
	w.t.Helper()
	token, err := w.Token(login)
	w.ok(err)
	return token
}

// graphWorld has pull requests in several states: 1 green and approved, 2 a draft with a red status, 3 merged, 4 closed
// and on another branch, 5 from a fork, in conflict with main, and held.
func graphWorld(t *testing.T) (w *world, pulls []PullView) {
	t.Helper()
	w = newWorld(t)
	app := w.asApp()
	one := w.openPull("bob", "one", map[string]string{"one.go": "package main\n"})
	w.ok(w.Label("alice", "acme/site", 1, "lgtm", "kind/bug fix"))
	w.ok(w.Review(ReviewSpec{Who: "alice", Repo: "acme/site", Number: 1, Event: "APPROVE"}))
	for _, conclusion := range []string{"failure", "success"} {
		_, _, err := app.Checks.CreateCheckRun(t.Context(), "acme", "site", github.CreateCheckRunOptions{
			Name: "unit", HeadSHA: one.Head.SHA, Status: new("completed"), Conclusion: &conclusion,
			Output: &github.CheckRunOutput{Title: new("done"), Summary: new("s")}})
		w.ok(err)
	}
	w.ok(w.SetStatus(StatusSpec{Who: "alice", Repo: "acme/site", SHA: one.Head.SHA, Context: "lint", State: "pending"}))
	w.ok(w.SetStatus(StatusSpec{Who: "alice", Repo: "acme/site", SHA: one.Head.SHA, Context: "lint", State: "success"}))
	two := w.openPull("alice", "two", map[string]string{"two.go": "package main\n"})
	w.ok(w.SetDraft("alice", "acme/site", 2, true))
	w.ok(w.SetStatus(StatusSpec{Who: "alice", Repo: "acme/site", SHA: two.Head.SHA, Context: "lint", State: "error"}))
	w.openPull("bob", "three", map[string]string{"README.md": "# three\n"})
	_, err := w.Merge("alice", "acme/site", 3, "merge")
	w.ok(err)
	_, err = w.Push(PushSpec{Who: "alice", Repo: "acme/site", Branch: "release", Files: map[string]string{"r.go": "package main\n"}, Message: "Begin a release"})
	w.ok(err)
	_, err = w.Push(PushSpec{Who: "alice", Repo: "acme/site", Branch: "four", Files: map[string]string{"four.go": "package main\n"}, Message: "Four"})
	w.ok(err)
	_, err = w.OpenPull(PullSpec{Who: "alice", Repo: "acme/site", Head: "four", Base: "release", Title: "Backport the fix"})
	w.ok(err)
	w.ok(w.ClosePull("alice", "acme/site", 4))
	_, err = w.Fork("mallory", "acme/site")
	w.ok(err)
	_, err = w.Push(PushSpec{Who: "mallory", Repo: "mallory/site", Branch: "five", Files: map[string]string{"main.go": "package other\n"}, Message: "Five"})
	w.ok(err)
	_, err = w.OpenPull(PullSpec{Who: "mallory", Repo: "acme/site", Head: "mallory:five", Title: "Change five"})
	w.ok(err)
	w.ok(w.Label("alice", "acme/site", 5, "do-not-merge/hold"))
	_, err = w.Push(PushSpec{Who: "alice", Repo: "acme/site", Branch: "main", Files: map[string]string{"main.go": "package conflict\n"}, Message: "Move on"})
	w.ok(err)
	for number := 1; number <= 5; number++ {
		p, _ := w.Pull("acme/site", number)
		pulls = append(pulls, p)
	}
	return w, pulls
}

// TestGraphQLSearch finds pull requests by the qualifiers that a merge pool uses.
func TestGraphQLSearch(t *testing.T) {
	w, _ := graphWorld(t)
	_, err := w.CreateRepo(RepoSpec{Owner: "acme", Name: "secret", Private: true, Files: map[string]string{"a": "a"}})
	w.ok(err)
	_, err = w.Push(PushSpec{Who: "alice", Repo: "acme/secret", Branch: "x", Files: map[string]string{"a": "b"}, Message: "x"})
	w.ok(err)
	_, err = w.OpenPull(PullSpec{Who: "alice", Repo: "acme/secret", Head: "x", Title: "Change a secret"})
	w.ok(err)
	tests := map[string]struct {
		query, want string
		as          string
	}{
		"all, newest first":              {query: `is:pr repo:acme/site`, want: "5 4 3 2 1"},
		"sorted":                         {query: `is:pr repo:acme/site sort:created-asc`, want: "1 2 3 4 5"},
		"what a merge pool asks for":     {query: `is:pr state:open archived:false repo:"acme/site" label:"lgtm" label:"kind/bug fix" -label:"do-not-merge/hold" base:"main" review:approved draft:false`, want: "1"},
		"one of two labels, in any case": {query: `repo:acme/site label:LGTM,do-not-merge/hold`, want: "5 1"},
		"without a label":                {query: `repo:acme/site is:open -label:lgtm`, want: "5 2"},
		"on one of two branches":         {query: `repo:acme/site base:release base:nowhere`, want: "4"},
		"not on a branch":                {query: `repo:acme/site is:pr -base:main`, want: "4"},
		"merged":                         {query: `repo:acme/site is:merged`, want: "3"},
		"closed without merging":         {query: `repo:acme/site is:unmerged`, want: "4"},
		"drafts":                         {query: `repo:acme/site draft:true`, want: "2"},
		"by an author":                   {query: `repo:acme/site author:mallory`, want: "5"},
		"not by an author":               {query: `repo:acme/site -author:alice -author:bob`, want: "5"},
		"by text":                        {query: `repo:acme/site "the fix" in-no-title`, want: ""},
		"by title":                       {query: `repo:acme/site backport`, want: "4"},
		"green":                          {query: `repo:acme/site status:success`, want: "1"},
		"red":                            {query: `repo:acme/site status:failure`, want: "2"},
		"without labels":                 {query: `repo:acme/site no:label is:open`, want: "2"},
		"without a milestone":            {query: `repo:acme/site no:milestone milestone:v1`, want: ""},
		"an organisation, with the private repository": {query: `org:acme is:open`, want: "secret1 5 2 1"},
		"a stranger does not see the private one":      {query: `org:acme is:open`, want: "5 2 1", as: "mallory"},
		"a repository that is not there":               {query: `repo:acme/other`, want: ""},
		"issues only":                                  {query: `org:acme is:issue`, want: ""},
		"changed in the past century":                  {query: `repo:acme/site updated:1999-01-01..2000-01-01`, want: ""},
		"changed since then":                           {query: `repo:acme/site is:merged updated:>=2000-01-01T00:00:00Z`, want: "3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			as := tt.as
			if as == "" {
				as = "alice"
			}
			got := w.query(w.tokenOf(as), `query($q:String!){search(type:ISSUE,first:20,query:$q){issueCount nodes{...on PullRequest{number repository{name}}}}}`, map[string]any{"q": tt.query})
			var answer struct {
				Data struct {
					Search struct {
						IssueCount int
						Nodes      []struct {
							Number     int
							Repository struct{ Name string }
						}
					}
				}
			}
			w.ok(json.Unmarshal([]byte(got), &answer))
			var found []string
			for _, n := range answer.Data.Search.Nodes {
				found = append(found, strings.TrimPrefix(fmt.Sprintf("%s%d", n.Repository.Name, n.Number), "site"))
			}
			if strings.Join(found, " ") != tt.want || answer.Data.Search.IssueCount != len(found) {
				t.Errorf("found %q of %d, want %q: %s", found, answer.Data.Search.IssueCount, tt.want, got)
			}
		})
	}
}

// TestGraphQLPages walks through a search two by two.
func TestGraphQLPages(t *testing.T) {
	w, _ := graphWorld(t)
	token := w.tokenOf("bob")
	var cursor any
	var pages []string
	for range 4 {
		got := w.query(token, `query($after:String){search(type:ISSUE,first:2,after:$after,query:"is:pr repo:acme/site"){
			pageInfo{hasNextPage endCursor} edges{cursor} nodes{...on PullRequest{number}}}}`, map[string]any{"after": cursor})
		var answer struct {
			Data struct {
				Search struct {
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
					Nodes []struct{ Number int }
				}
			}
		}
		w.ok(json.Unmarshal([]byte(got), &answer))
		pages = append(pages, fmt.Sprint(answer.Data.Search.Nodes))
		cursor = answer.Data.Search.PageInfo.EndCursor
		if !answer.Data.Search.PageInfo.HasNextPage {
			break
		}
	}
	if got, want := strings.Join(pages, " "), "[{5} {4}] [{3} {2}] [{1}]"; got != want {
		t.Errorf("pages: got %s, want %s", got, want)
	}
}

// TestGraphQLPull compares whole answers about pull requests.
func TestGraphQLPull(t *testing.T) {
	w, pulls := graphWorld(t)
	head := pulls[0].Head.SHA
	tests := map[string]struct{ query, want string }{
		"what a merge pool reads": {
			`{repository(owner:"acme",name:"site"){nameWithOwner owner{login} pullRequest(number:1){
				number title author{login __typename} baseRef{name prefix} headRefName headRefOid mergeable canBeRebased isDraft reviewDecision
				labels(first:10){nodes{name}} milestone{title} state merged
				commits(last:4){nodes{commit{oid status{state contexts{context state description}} statusCheckRollup{state contexts(first:100){totalCount checkRunCount nodes{
					__typename ...on CheckRun{name status conclusion checkSuite{app{slug}}} ...on StatusContext{context state}}}}}}}}}}`,
			`{"data":{"repository":{"nameWithOwner":"acme/site","owner":{"login":"acme"},"pullRequest":{"number":1,"title":"Change one",` +
				`"author":{"login":"bob","__typename":"User"},"baseRef":{"name":"main","prefix":"refs/heads/"},"headRefName":"one","headRefOid":"` + head + `",` +
				`"mergeable":"MERGEABLE","canBeRebased":true,"isDraft":false,"reviewDecision":"APPROVED","labels":{"nodes":[{"name":"lgtm"},{"name":"kind/bug fix"}]},` +
				`"milestone":null,"state":"OPEN","merged":false,"commits":{"nodes":[{"commit":{"oid":"` + head + `",` +
				`"status":{"state":"SUCCESS","contexts":[{"context":"lint","state":"SUCCESS","description":""}]},` +
				`"statusCheckRollup":{"state":"SUCCESS","contexts":{"totalCount":2,"checkRunCount":1,"nodes":[` +
				`{"__typename":"CheckRun","name":"unit","status":"COMPLETED","conclusion":"SUCCESS","checkSuite":{"app":{"slug":"bowsprit"}}},` +
				`{"__typename":"StatusContext","context":"lint","state":"SUCCESS"}]}}}}]}}}}}`,
		},
		"one in conflict, from a fork": {
			`{repository(owner:"acme",name:"site"){pullRequest(number:5){mergeable mergeStateStatus isCrossRepository headRepository{nameWithOwner isFork parent{name}} canBeRebased
				reviewDecision statusCheckRollup{state} headRepositoryOwner{login} authorAssociation}}}`,
			`{"data":{"repository":{"pullRequest":{"mergeable":"CONFLICTING","mergeStateStatus":"DIRTY","isCrossRepository":true,"headRepository":{"nameWithOwner":"mallory/site","isFork":true,"parent":{"name":"site"}},` +
				`"canBeRebased":false,"reviewDecision":null,"statusCheckRollup":null,"headRepositoryOwner":{"login":"mallory"},"authorAssociation":"NONE"}}}}`,
		},
		"a merged one": {
			`{repository(owner:"acme",name:"site"){pullRequest(number:3){state mergedBy{login} mergeCommit{oid parents(first:2){totalCount}} files(first:5){nodes{path changeType additions deletions}}}}}`,
			`{"data":{"repository":{"pullRequest":{"state":"MERGED","mergedBy":{"login":"alice"},"mergeCommit":{"oid":"` + pulls[2].MergeCommitSHA + `","parents":{"totalCount":2}},` +
				`"files":{"nodes":[{"path":"README.md","changeType":"MODIFIED","additions":1,"deletions":1}]}}}}}`,
		},
		"refs and contents": {
			`{repository(owner:"acme",name:"site"){a:ref(qualifiedName:"heads/one"){name target{oid}} b:ref(qualifiedName:"nope"){name} object(expression:"one:one.go"){...on Blob{text byteSize isBinary}} c:object(expression:"--help"){oid} defaultBranchRef{name}}}`,
			`{"data":{"repository":{"a":{"name":"one","target":{"oid":"` + head + `"}},"b":null,"object":{"text":"package main\n","byteSize":13,"isBinary":false},"c":null,"defaultBranchRef":{"name":"main"}}}}`,
		},
		"lists by state": {
			`{repository(owner:"acme",name:"site"){pullRequests(first:10,states:[MERGED,CLOSED]){totalCount nodes{number}} labels(first:10){nodes{name}}}}`,
			`{"data":{"repository":{"pullRequests":{"totalCount":2,"nodes":[{"number":3},{"number":4}]},"labels":{"nodes":[{"name":"bug"},{"name":"enhancement"},{"name":"question"},{"name":"lgtm"},{"name":"kind/bug fix"},{"name":"do-not-merge/hold"}]}}}}`,
		},
		"who asks, and how often": {`{viewer{login} rateLimit{limit cost}}`, `{"data":{"viewer":{"login":"bob"},"rateLimit":{"limit":5000,"cost":1}}}`},
		"a repository that is not there": {
			`{repository(owner:"acme",name:"nope"){name}}`,
			`{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"],"locations":[{"line":1,"column":2}],"message":"Could not resolve to a Repository with the name 'acme/nope'."}]}`,
		},
		"a list without a length": {
			`{repository(owner:"acme",name:"site"){labels{totalCount}}}`,
			`{"data":{"repository":{"labels":null}},"errors":[{"type":"MISSING_PAGINATION_BOUNDARIES","path":["repository","labels"],"locations":[{"line":1,"column":39}],"message":"You must provide a ` + "`first` or `last` value to properly paginate the `Label`" + ` connection."}]}`,
		},
		"a list that is too long": {
			`{repository(owner:"acme",name:"site"){labels(first:101){totalCount}}}`,
			`{"data":{"repository":{"labels":null}},"errors":[{"type":"EXCESSIVE_PAGINATION","path":["repository","labels"],"locations":[{"line":1,"column":39}],"message":"Requesting 101 records on the ` + "`Label` connection exceeds the `first`" + ` limit of 100 records."}]}`,
		},
		"what the forge does not have": {
			`{repository(owner:"acme",name:"site"){stargazerCount}}`,
			`{"data":{"repository":null},"errors":[{"path":["repository","stargazerCount"],"locations":[{"line":1,"column":39}],"message":"the forge does not serve Repository.stargazerCount: add it to the graphql_*.go files of package forge"}]}`,
		},
	}
	token := w.tokenOf("bob")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := w.query(token, tt.query, nil); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestGraphQLEveryField asks for every field that the resolvers have, so that each one's type is held to GitHub's schema.
func TestGraphQLEveryField(t *testing.T) {
	w, _ := graphWorld(t)
	published, err := contract.Load()
	w.ok(err)
	w.mu.Lock()
	q := &graphQuery{f: w.Forge, who: &actor{acct: w.account("alice")}, rate: &rate{limit: 5000}}
	repo := w.repo("acme/site")
	objects := []any{
		q.repository(repo), q.pull(repo.pulls[1]), q.pull(repo.pulls[3]), q.commit(repo, repo.pulls[1].head.sha), q.someone(repo.owner),
		q.someone(w.app0().bot), q.viewer(), q.app(w.app0()), q.checkRun(repo.runs[0]), q.suite(repo.suites[0]), q.review(repo.pulls[1], repo.pulls[1].reviews[0]),
		q.label(repo, repo.labels[0]), q.statusContext(repo, repo.statuses[0]), q.status(repo, repo.pulls[1].head.sha), q.rollup(repo, repo.pulls[1].head.sha),
		q.rateLimit(), q.ref(repo, "refs/heads/main"), q.blob(repo, blobOf(t, repo)), q.reviewRequest(repo.pulls[1].author),
		q.signature(SignatureView{Name: "x"}), q.annotation(AnnotationView{Path: "a", Level: "failure", StartLine: 1, EndLine: 1, Message: "m"}),
		q.milestone(repo, &milestone{id: 1, number: 1, title: "v1", state: "open"}),
		q.comment(repo.pulls[1], &comment{id: 1, author: repo.pulls[1].author}),
	}
	w.mu.Unlock()
	for _, o := range objects {
		object := o.(*graphObject)
		definition := published.Schema().Types[object.kind]
		if definition == nil {
			t.Errorf("GitHub has no type %s", object.kind)
			continue
		}
		for field := range object.fields {
			if definition.Fields.ForName(field) == nil {
				t.Errorf("GitHub's %s has no field %s", object.kind, field)
			}
		}
	}
}

// app0 is the world's App.
func (w *world) app0() *app { return w.apps[w.app.ID] }

func blobOf(t *testing.T, r *repo) string {
	t.Helper()
	sha, err := r.git.line("rev-parse", "main:main.go")
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

// TestGraphQLRefusals: without a credential, without JSON, and with a search that says what nothing understands.
func TestGraphQLRefusals(t *testing.T) {
	var complaints []string
	w := newWorld(t, func(o *Options) { o.OnMismatch = func(err error) { complaints = append(complaints, err.Error()) } })
	if got := w.query("", `{viewer{login}}`, nil); !strings.Contains(got, "requires you to be authenticated") {
		t.Errorf("without a credential: %s", got)
	}
	if got := w.query(w.tokenOf("bob"), ``, nil); !strings.Contains(got, "A query attribute must be specified") {
		t.Errorf("without a query: %s", got)
	}
	complaints = nil
	got := w.query(w.tokenOf("bob"), `{search(type:ISSUE,first:1,query:"repo:acme/site lable:lgtm"){issueCount}}`, nil)
	if got != `{"data":{"search":{"issueCount":0}}}` || len(complaints) != 1 || !strings.Contains(complaints[0], `unknown qualifier "lable"`) {
		t.Errorf("a misspelt qualifier: %s, complaints %q", got, complaints)
	}
}
