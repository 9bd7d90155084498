package forge

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// sweep is one request of each operation that the forge speaks, in an order in which each finds what it needs. Words in
// angle brackets are replaced: <sha> the head, <base> the base's commit, <run>, <suite>, <comment>, <hook>, … by ids of
// earlier answers (the word after => names the id of the answer). "as" is app, jwt, alice or bob.
var sweep = []string{
	"bob GET /rate_limit 200",
	"alice GET /user 200",
	"bob GET /users/bob 200",
	"bob GET /orgs/acme 200",
	"alice GET /orgs/acme/members 200",
	"alice GET /orgs/acme/members/dora 204",
	"alice GET /orgs/acme/members/bob 404",
	"bob GET /orgs/acme/members/dora 302",
	"bob GET /orgs/acme/public_members/dora 204",
	"alice GET /orgs/acme/memberships/alice 200",
	"alice GET /orgs/acme/teams 200",
	"alice GET /orgs/acme/teams/core 200",
	"alice GET /orgs/acme/teams/core/members 200",
	"alice GET /orgs/acme/teams/core/memberships/dora 200",
	"alice GET /orgs/acme/repos 200",
	"bob GET /repos/acme/site/collaborators 200",
	"bob GET /repos/acme/site/collaborators/bob/permission 200",
	"bob GET /repos/acme/site/collaborators/bob 204",
	"bob GET /repos/acme/site/collaborators/mallory 404",
	"bob GET /repos/acme/site/assignees/bob 204",
	"jwt GET /app 200",
	"jwt GET /app/installations 200",
	"jwt GET /app/installations/<install> 200",
	`jwt POST /app/installations/<install>/access_tokens 201 {"permissions":{"checks":"write"},"repositories":["site"]}`,
	"jwt GET /app/hook/config 200",
	"jwt GET /app/hook/deliveries 200",
	"jwt GET /app/hook/deliveries/<delivery> 200",
	"jwt POST /app/hook/deliveries/<delivery>/attempts 202",
	"jwt GET /repos/acme/site/installation 200",
	"jwt GET /orgs/acme/installation 200",
	"jwt GET /users/alice/installation 404",
	"app GET /installation/repositories 200",
	"bob GET /repos/acme/site/pulls?state=all&sort=updated 200",
	`bob POST /repos/acme/site/git/refs 201 {"ref":"refs/heads/second","sha":"<sha>"}`,
	`bob POST /repos/acme/site/pulls 201 {"title":"Second","head":"second","base":"main","body":"b","draft":true}`,
	"bob GET /repos/acme/site/pulls/1 200",
	`bob PATCH /repos/acme/site/pulls/2 200 {"title":"Renamed","state":"closed"}`,
	"bob GET /repos/acme/site/pulls/1/files 200",
	"bob GET /repos/acme/site/pulls/1/commits 200",
	"bob GET /repos/acme/site/pulls/1/merge 404",
	`alice POST /repos/acme/site/pulls/1/reviews 200 {"event":"APPROVE","body":"ok"} =>review`,
	"bob GET /repos/acme/site/pulls/1/reviews 200",
	"bob GET /repos/acme/site/pulls/1/reviews/<review> 200",
	`alice PUT /repos/acme/site/pulls/1/reviews/<review>/dismissals 200 {"message":"no"}`,
	`alice POST /repos/acme/site/pulls/1/comments 201 {"body":"here","path":"a.txt","line":1,"side":"RIGHT","commit_id":"<sha>"} =>line`,
	"bob GET /repos/acme/site/pulls/1/comments 200",
	"bob GET /repos/acme/site/pulls/comments/<line> 200",
	`bob POST /repos/acme/site/pulls/1/requested_reviewers 201 {"reviewers":["alice"]}`,
	"bob GET /repos/acme/site/pulls/1/requested_reviewers 200",
	`bob DELETE /repos/acme/site/pulls/1/requested_reviewers 200 {"reviewers":["alice"]}`,
	"bob GET /repos/acme/site/issues?state=all&labels= 200",
	`bob POST /repos/acme/site/issues 201 {"title":"Bug","body":"b","labels":["bug"]}`,
	"bob GET /repos/acme/site/issues/3 200",
	`bob PATCH /repos/acme/site/issues/3 200 {"state":"closed","labels":["question"],"assignees":["bob"]}`,
	`bob POST /repos/acme/site/issues/1/comments 201 {"body":"/test all"} =>comment`,
	"bob GET /repos/acme/site/issues/1/comments 200",
	"bob GET /repos/acme/site/issues/comments/<comment> 200",
	`bob PATCH /repos/acme/site/issues/comments/<comment> 200 {"body":"/test x"}`,
	"bob DELETE /repos/acme/site/issues/comments/<comment> 204",
	`bob POST /repos/acme/site/issues/1/labels 200 {"labels":["kind/bug","x"]}`,
	"bob GET /repos/acme/site/issues/1/labels 200",
	"bob DELETE /repos/acme/site/issues/1/labels/kind%2Fbug 200",
	`bob PUT /repos/acme/site/issues/1/labels 200 {"labels":["bug"]}`,
	`bob POST /repos/acme/site/issues/1/assignees 201 {"assignees":["alice"]}`,
	`bob DELETE /repos/acme/site/issues/1/assignees 200 {"assignees":["alice"]}`,
	"bob GET /repos/acme/site/labels 200",
	`bob POST /repos/acme/site/labels 201 {"name":"new","color":"ff0000","description":"d"}`,
	"bob GET /repos/acme/site/labels/new 200",
	`bob PATCH /repos/acme/site/labels/new 200 {"color":"00ff00"}`,
	"bob DELETE /repos/acme/site/labels/new 204",
	`app POST /repos/acme/site/check-runs 201 {"name":"unit","head_sha":"<sha>","status":"in_progress","details_url":"http://x.invalid/1","actions":[{"label":"Cancel","description":"stop it","identifier":"cancel"}]} =>run`,
	"bob GET /repos/acme/site/check-runs/<run> 200",
	`app PATCH /repos/acme/site/check-runs/<run> 200 {"conclusion":"timed_out","output":{"title":"t","summary":"s","annotations":[{"path":"a.txt","start_line":1,"end_line":1,"start_column":1,"end_column":2,"annotation_level":"warning","message":"m"}]}}`,
	"bob GET /repos/acme/site/check-runs/<run>/annotations 200",
	"app POST /repos/acme/site/check-runs/<run>/rerequest 201",
	"bob GET /repos/acme/site/commits/topic/check-suites 200",
	"bob GET /repos/acme/site/check-suites/<suite> 200",
	"bob GET /repos/acme/site/check-suites/<suite>/check-runs 200",
	"app POST /repos/acme/site/check-suites/<suite>/rerequest 201",
	"bob GET /repos/acme/site/commits/<sha>/check-runs?filter=all&check_name=unit 200",
	`bob POST /repos/acme/site/statuses/<sha> 201 {"state":"pending","context":"lint","description":"d","target_url":"http://x.invalid/"}`,
	"bob GET /repos/acme/site/commits/heads/topic/status 200",
	"bob GET /repos/acme/site/commits/<sha>/statuses 200",
	"bob GET /repos/acme/site/branches 200",
	"bob GET /repos/acme/site/branches/main 200",
	"bob GET /repos/acme/site/git/ref/heads/main 200",
	"bob GET /repos/acme/site/git/matching-refs/heads/ 200",
	`bob PATCH /repos/acme/site/git/refs/heads/second 200 {"sha":"<base>","force":true}`,
	"bob DELETE /repos/acme/site/git/refs/heads/second 204",
	"bob GET /repos/acme/site/git/commits/<sha> 200",
	"bob GET /repos/acme/site/git/trees/main?recursive=1 200",
	"bob GET /repos/acme/site/git/blobs/<blob> 200",
	"bob GET /repos/acme/site/contents/ 200",
	"bob GET /repos/acme/site/contents/a.txt?ref=topic 200",
	"bob GET /repos/acme/site/compare/main...topic 200",
	"bob GET /repos/acme/site/commits?sha=topic 200",
	"bob GET /repos/acme/site/commits/<sha>/pulls 200",
	"bob GET /repos/acme/site/commits/<sha> 200",
	`alice PUT /repos/acme/site/branches/main/protection 200 {"required_status_checks":{"strict":false,"contexts":[],"checks":[{"context":"unit"}]},"enforce_admins":true,"required_pull_request_reviews":{"required_approving_review_count":1},"restrictions":{"users":["bob"],"teams":["core"],"apps":["bowsprit"]}}`,
	"alice GET /repos/acme/site/branches/main/protection 200",
	"alice GET /repos/acme/site/branches/main/protection/required_status_checks 200",
	"bob GET /repos/acme/site/branches/main 200",
	"alice DELETE /repos/acme/site/branches/main/protection 204",
	`alice POST /repos/acme/site/rulesets 201 {"name":"r","target":"branch","enforcement":"active","conditions":{"ref_name":{"include":["~ALL"],"exclude":[]}},"rules":[{"type":"non_fast_forward"},{"type":"required_linear_history"}]} =>ruleset`,
	"bob GET /repos/acme/site/rulesets 200",
	"bob GET /repos/acme/site/rulesets/<ruleset> 200",
	`alice PUT /repos/acme/site/rulesets/<ruleset> 200 {"enforcement":"disabled"}`,
	"bob GET /repos/acme/site/rules/branches/main 200",
	"alice DELETE /repos/acme/site/rulesets/<ruleset> 204",
	`alice POST /repos/acme/site/hooks 201 {"name":"web","active":true,"events":["push"],"config":{"url":"<inbox>","content_type":"json","secret":"s3cret"}} =>hook`,
	"alice GET /repos/acme/site/hooks 200",
	"alice GET /repos/acme/site/hooks/<hook> 200",
	"alice POST /repos/acme/site/hooks/<hook>/pings 204",
	"alice GET /repos/acme/site/hooks/<hook>/deliveries 200",
	"alice GET /repos/acme/site/hooks/<hook>/deliveries/<ping> 200",
	"alice POST /repos/acme/site/hooks/<hook>/deliveries/<ping>/attempts 202",
	"alice DELETE /repos/acme/site/hooks/<hook> 204",
	`alice POST /orgs/acme/hooks 201 {"name":"web","active":true,"events":["push"],"config":{"url":"<inbox>","content_type":"json","secret":"s3cret"}} =>hook`,
	"alice GET /orgs/acme/hooks 200",
	"alice GET /orgs/acme/hooks/<hook> 200",
	"alice POST /orgs/acme/hooks/<hook>/pings 204",
	"alice GET /orgs/acme/hooks/<hook>/deliveries 200",
	"alice GET /orgs/acme/hooks/<hook>/deliveries/<ping> 200",
	"alice POST /orgs/acme/hooks/<hook>/deliveries/<ping>/attempts 202",
	"alice DELETE /orgs/acme/hooks/<hook> 204",
	"bob GET /repos/acme/site 200",
	"bob PUT /repos/acme/site/pulls/1/update-branch 202 {}",
	`bob PUT /repos/acme/site/pulls/1/merge 200 {"merge_method":"merge"}`,
	"bob GET /repos/acme/site/pulls/1/merge 204",
	"app DELETE /installation/token 204",
}

// TestSweep asks every operation once under GitHub's contract, and sees that none is forgotten.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	w.ok(w.CreateTeam("acme", "core", "dora"))
	p := w.openPull("bob", "topic", map[string]string{"a.txt": "a\n"})
	_, err := w.Push(PushSpec{Who: "alice", Repo: "acme/site", Branch: "main", Files: map[string]string{"later.txt": "l\n"}})
	w.ok(err)
	w.settle()
	words := map[string]string{
		"sha": p.Head.SHA, "base": p.Base.SHA, "blob": p.Files[0].SHA, "install": fmt.Sprint(w.install), "inbox": w.appInbox.url,
		"delivery": fmt.Sprint(w.Deliveries()[0].ID), "suite": w.suiteOn(p.Head.SHA),
	}
	tokens := map[string]string{"alice": w.token("alice"), "bob": w.token("bob"), "jwt": w.jwt(nil), "app": w.installToken()}
	asked := map[*route]bool{}
	routes := w.routes()
	for _, line := range sweep {
		line, keep, _ := strings.Cut(line, " =>")
		for word, value := range words {
			line = strings.ReplaceAll(line, "<"+word+">", value)
		}
		f := strings.SplitN(line, " ", 5)
		body := ""
		if len(f) == 5 {
			body = f[4]
		}
		path, _, _ := strings.Cut(f[2], "?")
		if found, _ := routes.match(f[1], path); found != nil {
			asked[found] = true
		}
		resp, answer := w.raw(f[1], f[2], tokens[f[0]], body)
		if fmt.Sprint(resp.StatusCode) != f[3] {
			t.Errorf("%s: got %d %v", line, resp.StatusCode, answer)
		}
		if id, ok := answer["id"].(float64); ok && keep != "" {
			words[keep] = fmt.Sprintf("%.0f", id)
		}
		if keep == "hook" {
			w.settle()
			for _, d := range w.Deliveries() {
				if fmt.Sprint(d.HookID) == words["hook"] {
					words["ping"] = fmt.Sprint(d.ID)
				}
			}
		}
	}
	for i := range routes {
		if !asked[&routes[i]] {
			t.Errorf("%s /%s is not swept", routes[i].method, strings.Join(routes[i].segments, "/"))
		}
	}
}

func (w *world) suiteOn(sha string) (id string) {
	w.View(func(v *View) { id = fmt.Sprint(v.CheckSuites("acme/site", sha)[0].ID) })
	return id
}

func (w *world) installToken() string {
	w.t.Helper()
	resp, body := w.raw("POST", fmt.Sprintf("/app/installations/%d/access_tokens", w.install), w.jwt(nil), "")
	token, _ := body["token"].(string)
	if resp.StatusCode != http.StatusCreated || token == "" {
		w.t.Fatalf("make an installation token: %d %v", resp.StatusCode, body)
	}
	return token
}
