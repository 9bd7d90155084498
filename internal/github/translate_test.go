package github

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

const (
	headSHA = "1111111111111111111111111111111111111111"
	baseSHA = "2222222222222222222222222222222222222222"
	zeroSHA = "0000000000000000000000000000000000000000"
	apiRoot = "https://api.github.com/repos/acme/web"
)

// object is a piece of a payload.
type object = map[string]any

func account(login string, id int) object { return object{"login": login, "id": id, "type": "User"} }

func theRepository() object {
	return object{"id": 7, "name": "web", "full_name": "acme/web", "owner": account("acme", 1)}
}

// payload is one of the kinds as GitHub sends it, with the parts that Translate looks at; each test case bends it.
func payload(kind, action string) object {
	p := object{
		"action": action, "repository": theRepository(), "organization": account("acme", 1), "sender": account("alice", 2),
	}
	switch kind {
	case "pull_request":
		p["number"] = 5
		p["pull_request"] = object{
			"number": 5, "head": object{"sha": headSHA}, "base": object{"ref": "main", "repo": theRepository()},
		}
	case "issue_comment":
		p["issue"] = object{
			"number": 5, "repository_url": apiRoot, "pull_request": object{"url": apiRoot + "/pulls/5"},
		}
		p["comment"] = object{
			"id": 99, "user": account("alice", 2), "body": "/test unit", "created_at": "2026-11-23T10:00:00Z",
			"html_url": "https://github.com/acme/web/pull/5#issuecomment-99", "issue_url": apiRoot + "/issues/5",
		}
	case "push":
		delete(p, "action")
		p["ref"], p["before"], p["after"], p["created"], p["deleted"] = "refs/heads/main", baseSHA, headSHA, false, false
		p["head_commit"] = object{"id": headSHA}
		p["commits"] = []any{
			object{"added": []any{"b.go"}, "modified": []any{"a.go"}}, object{"modified": []any{"a.go"}, "removed": []any{"old.go"}},
		}
	case "check_run":
		p["check_run"] = object{
			"id": 42, "name": "unit", "external_id": "unit-abc", "head_sha": headSHA, "url": apiRoot + "/check-runs/42",
			"check_suite": object{"head_sha": headSHA},
			"pull_requests": []any{
				object{"number": 5, "base": object{"repo": object{"id": 7}}},
				object{"number": 6, "base": object{"repo": object{"id": 8}}},
			},
		}
	}
	return p
}

// at walks to a nested object of a payload.
func at(p object, path ...string) object {
	for _, name := range path {
		p = p[name].(object)
	}
	return p
}

func encode(t testing.TB, p object) []byte {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTranslate(t *testing.T) {
	alice := v1alpha1.User{Login: "alice", ID: 2}
	pull := v1alpha1.Event{
		Kind: v1alpha1.KindPullRequest, Action: "opened", Org: "acme", Repo: "web", Number: 5, HeadSHA: headSHA, Sender: alice,
	}
	with := func(e v1alpha1.Event, change func(*v1alpha1.Event)) v1alpha1.Event {
		change(&e)
		return e
	}
	cases := map[string]struct {
		why    string
		kind   string
		action string
		bend   func(object)
		want   v1alpha1.Event // the zero value: nothing handles it
	}{
		"an opened pull request": {kind: "pull_request", action: "opened", want: pull},
		"a label": {
			kind: "pull_request", action: "labeled", bend: func(p object) { p["label"] = object{"name": "lgtm"} },
			want: with(pull, func(e *v1alpha1.Event) { e.Action, e.Label = "labeled", "lgtm" }),
		},
		"a label that means nothing": {
			why: "labels come and go all day", kind: "pull_request", action: "labeled",
			bend: func(p object) { p["label"] = object{"name": "size/L"} },
		},
		"a label that is taken away": {
			why: "it meant nothing while it was there", kind: "pull_request", action: "unlabeled",
			bend: func(p object) { p["label"] = object{"name": "lgtm"} },
		},
		"a label beside another action is left out": {
			kind: "pull_request", action: "opened", bend: func(p object) { p["label"] = object{"name": "lgtm"} }, want: pull,
		},
		"a pull request moved to another base": {
			kind: "pull_request", action: "edited",
			bend: func(p object) { p["changes"] = object{"base": object{"ref": object{"from": "old"}}} },
			want: with(pull, func(e *v1alpha1.Event) { e.Action, e.BaseChanged = "edited", true }),
		},
		"a new title": {
			why: "jobs see commits, not titles", kind: "pull_request", action: "edited",
			bend: func(p object) { p["changes"] = object{"title": object{"from": "old"}} },
		},
		"a bot": {
			kind: "pull_request", action: "opened",
			bend: func(p object) { p["sender"] = object{"login": "renovate[bot]", "id": 3, "type": "Bot"} },
			want: with(pull, func(e *v1alpha1.Event) { e.Sender = v1alpha1.User{Login: "renovate[bot]", ID: 3, Bot: true} }),
		},
		"an assigned pull request": {kind: "pull_request", action: "assigned"},
		"a comment on a pull request": {
			kind: "issue_comment", action: "created",
			want: v1alpha1.Event{
				Kind: v1alpha1.KindIssueComment, Action: "created", Org: "acme", Repo: "web", Number: 5, Sender: alice,
				Comment: &v1alpha1.Comment{
					ID: 99, Author: alice, Body: "/test unit", URL: "https://github.com/acme/web/pull/5#issuecomment-99",
					CreatedAt: metav1.NewTime(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)),
				},
			},
		},
		"a comment without a command": {
			why: "people talk", kind: "issue_comment", action: "created",
			bend: func(p object) { at(p, "comment")["body"] = "Thanks! See https://example.com/a/b\n> /retest" },
		},
		"a comment on an issue": {
			kind: "issue_comment", action: "created", bend: func(p object) { delete(at(p, "issue"), "pull_request") },
		},
		"an edited comment": {
			why: "an edit could put words into the mouth of the author", kind: "issue_comment", action: "edited",
		},
		"a check run asked for again": {
			kind: "check_run", action: "rerequested",
			want: v1alpha1.Event{
				Kind: v1alpha1.KindCheckRun, Action: "rerequested", Org: "acme", Repo: "web", Number: 5, HeadSHA: headSHA,
				Sender: alice, CheckRun: &v1alpha1.CheckRun{ID: 42, Name: "unit", ExternalID: "unit-abc"},
			},
		},
		"a check run on a fork's commit": {
			why: "GitHub names no pull request then", kind: "check_run", action: "rerequested",
			bend: func(p object) { at(p, "check_run")["pull_requests"] = []any{} },
			want: v1alpha1.Event{
				Kind: v1alpha1.KindCheckRun, Action: "rerequested", Org: "acme", Repo: "web", HeadSHA: headSHA,
				Sender: alice, CheckRun: &v1alpha1.CheckRun{ID: 42, Name: "unit", ExternalID: "unit-abc"},
			},
		},
		"a check run on a commit of two pull requests": {
			why: "neither is meant more than the other", kind: "check_run", action: "rerequested",
			bend: func(p object) {
				one := object{"number": 5, "base": object{"repo": object{"id": 7}}}
				at(p, "check_run")["pull_requests"] = []any{one, one, nil}
			},
			want: v1alpha1.Event{
				Kind: v1alpha1.KindCheckRun, Action: "rerequested", Org: "acme", Repo: "web", HeadSHA: headSHA,
				Sender: alice, CheckRun: &v1alpha1.CheckRun{ID: 42, Name: "unit", ExternalID: "unit-abc"},
			},
		},
		"a button on a check run": {kind: "check_run", action: "requested_action"},
		"a created check run with a date of old GitHub Enterprise": {
			why: "a date that cannot be read must not matter in an event that nothing handles", kind: "check_run", action: "created",
			bend: func(p object) { at(p, "check_run")["started_at"] = "2018-04-25 20:42:10" },
		},
		"a push": {
			why: "the paths of all commits, each once", kind: "push",
			want: v1alpha1.Event{
				Kind: v1alpha1.KindPush, Org: "acme", Repo: "web", Sender: alice, Ref: "main", Before: baseSHA, After: headSHA,
				Changed: []string{"a.go", "b.go", "old.go"},
			},
		},
		"a push of an annotated tag": {
			why: "the commit is what is tested, not the tag's own object", kind: "push",
			bend: func(p object) {
				p["ref"], p["before"], p["after"], p["created"], p["commits"] = "refs/tags/v1", zeroSHA, baseSHA, true, []any{}
			},
			want: v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "acme", Repo: "web", Sender: alice, Ref: "v1", After: headSHA, Created: true},
		},
		"a push that deletes a branch": {
			why: "there is nothing to test, and the mind says so", kind: "push",
			bend: func(p object) {
				p["after"], p["deleted"], p["commits"], p["head_commit"] = zeroSHA, true, []any{}, nil
			},
			want: v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "acme", Repo: "web", Sender: alice, Ref: "main", Before: baseSHA, Deleted: true},
		},
		"a push of more paths than fit": {
			why: "GitHub has to be asked for the rest", kind: "push",
			bend: func(p object) {
				p["commits"] = []any{object{"added": []any{strings.Repeat("a", 4000), strings.Repeat("b", 4000)}}}
			},
			want: v1alpha1.Event{
				Kind: v1alpha1.KindPush, Org: "acme", Repo: "web", Sender: alice, Ref: "main", Before: baseSHA, After: headSHA,
				Changed: []string{strings.Repeat("a", 4000)}, ChangedCut: true,
			},
		},
		"a push of paths that grow as JSON": {
			why: "one byte may become six", kind: "push",
			bend: func(p object) {
				p["commits"] = []any{object{"added": []any{strings.Repeat("\x01", 3000)}}}
			},
			want: v1alpha1.Event{
				Kind: v1alpha1.KindPush, Org: "acme", Repo: "web", Sender: alice, Ref: "main", Before: baseSHA, After: headSHA, ChangedCut: true,
			},
		},
		"a push of notes": {
			why: "neither branch nor tag", kind: "push", bend: func(p object) { p["ref"] = "refs/notes/commits" },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := payload(c.kind, c.action)
			if c.bend != nil {
				c.bend(p)
			}
			got, concerns, err := Translate(c.kind, encode(t, p))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.why, diff)
			}
			if want := c.want.Kind != ""; concerns != want {
				t.Errorf("concerns %t, want %t", concerns, want)
			}
		})
	}
}

func TestTranslateRefusesWhatContradictsItself(t *testing.T) {
	other := object{"id": 8, "name": "secret", "full_name": "acme/secret", "owner": account("acme", 1)}
	cases := map[string]struct {
		kind string
		bend func(object)
		want string
	}{
		"the base is another repository": {
			"pull_request", func(p object) { at(p, "pull_request", "base")["repo"] = other }, "pull_request.base.repo.full_name",
		},
		"the base has the name but not the number of the repository": {
			"pull_request", func(p object) { at(p, "pull_request", "base", "repo")["id"] = 8 }, "pull_request.base.repo.id",
		},
		"two numbers": {"pull_request", func(p object) { p["number"] = 6 }, "pull_request.number"},
		"the full name is of another owner": {
			"pull_request", func(p object) { at(p, "repository")["full_name"] = "evil/web" }, "repository.full_name",
		},
		"another organisation": {
			"pull_request", func(p object) { p["organization"] = account("evil", 9) }, "organization.login",
		},
		"a comment on another issue": {
			"issue_comment", func(p object) { at(p, "comment")["issue_url"] = apiRoot + "/issues/6" }, "comment.issue_url",
		},
		"an issue of another repository": {
			"issue_comment", func(p object) { at(p, "issue")["repository_url"] = "https://api.github.com/repos/acme/secret" },
			"issue.repository_url",
		},
		"a check run of another repository": {
			"check_run", func(p object) { at(p, "check_run")["url"] = "https://api.github.com/repos/acme/secret/check-runs/42" },
			"check_run.url",
		},
		"a suite of another commit": {
			"check_run", func(p object) { at(p, "check_run", "check_suite")["head_sha"] = strings.Repeat("2", 40) }, "head_sha",
		},
		"a comment without its comment": {"issue_comment", func(p object) { delete(p, "comment") }, "issue or comment is missing"},
		"no pull request":               {"pull_request", func(p object) { delete(p, "pull_request") }, "pull_request is missing"},
		"no check run":                  {"check_run", func(p object) { delete(p, "check_run") }, "check_run is missing"},
		"a repository that climbs": {
			"pull_request", func(p object) {
				for _, r := range []object{at(p, "repository"), at(p, "pull_request", "base", "repo")} {
					r["name"], r["full_name"] = "..", "acme/.."
				}
			}, "repository.name",
		},
		"a sender that is no login": {"pull_request", func(p object) { p["sender"] = account("a/../b", 2) }, "sender.login"},
		"a head that is no commit":  {"pull_request", func(p object) { at(p, "pull_request", "head")["sha"] = "HEAD" }, "head sha"},
		"a label without end":       {"pull_request", func(p object) { p["label"] = object{"name": strings.Repeat("x", 9999)} }, "label.name"},
		"a check name without end":  {"check_run", func(p object) { at(p, "check_run")["name"] = strings.Repeat("x", 9999) }, "check_run.name"},
		"a number of zero": {
			"pull_request", func(p object) { p["number"], at(p, "pull_request")["number"] = 0, 0 }, "number is 0",
		},
	}
	actions := map[string]string{"pull_request": "labeled", "issue_comment": "created", "check_run": "rerequested"}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := payload(c.kind, actions[c.kind])
			c.bend(p)
			event, concerns, err := Translate(c.kind, encode(t, p))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v, want an error that names %s", event, err, c.want)
			}
			if concerns || event.Org != "" {
				t.Errorf("an event came beside the error: %+v", event)
			}
		})
	}
}

// The event's name is in a header that GitHub does not sign: the same signed body may come under another name.
func TestTranslateRefusesABodyUnderAnotherKind(t *testing.T) {
	actions := map[string]string{"pull_request": "labeled", "issue_comment": "created", "check_run": "rerequested"}
	for kind, action := range actions {
		for other, otherAction := range actions {
			if kind == other {
				continue
			}
			for _, p := range []object{payload(kind, action), payload(kind, otherAction)} {
				if event, concerns, _ := Translate(other, encode(t, p)); concerns {
					t.Errorf("a %s taken for a %s: %+v", kind, other, event)
				}
			}
		}
	}
}

func TestTranslateKeepsEventsSmall(t *testing.T) {
	cases := map[string]struct {
		why  string
		text string
	}{
		"plain text":           {"4096 bytes are left", "x"},
		"control characters":   {"each becomes six bytes in JSON", "\x01"},
		"angle brackets":       {"each becomes six bytes in Go's JSON", "<"},
		"long runes":           {"a cut must not split them", "🚀"},
		"broken runes":         {"JSON replaces them", "\xf0\x9f"},
		"long runes, off by 1": {"a cut must not split them", "x🚀"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := payload("issue_comment", "created")
			at(p, "comment")["body"] = strings.Repeat("/test "+strings.Repeat(c.text, 20)+"\n", 1<<14)
			at(p, "comment")["html_url"] = "https://github.com/" + strings.Repeat("\x01", 1<<16)
			event, concerns, err := Translate("issue_comment", encode(t, p))
			if err != nil || !concerns {
				t.Fatalf("%t, %v", concerns, err)
			}
			size := len(encode(t, object{"event": event})) - len(`{"event":}`)
			if size > 8192 || len(event.Comment.Body) > v1alpha1.MaxCommentBody {
				t.Errorf("%s: %d bytes of JSON, %d of body", c.why, size, len(event.Comment.Body))
			}
			if len(event.Comment.Body) < 1000 || !utf8.ValidString(event.Comment.Body) {
				t.Errorf("%s: %d bytes are left, valid: %t", c.why, len(event.Comment.Body), utf8.ValidString(event.Comment.Body))
			}
		})
	}
}

func FuzzTranslate(f *testing.F) {
	for kind, action := range map[string]string{"pull_request": "labeled", "issue_comment": "created", "check_run": "rerequested"} {
		f.Add(kind, encode(f, payload(kind, action)))
		f.Add(kind, []byte(`{"action":"`+action+`"}`))
	}
	f.Add("check_run", []byte(`null`))
	f.Add("issue_comment", []byte(`{"action":"created","issue":{"pull_request":{}},"comment":{}}`))
	f.Add("check_run", []byte(`{"action":"rerequested","check_run":{"pull_requests":[null]}}`))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		event, concerns, err := Translate(kind, body)
		if err != nil || !concerns {
			if event.Kind != "" {
				t.Errorf("an event beside %t, %v", concerns, err)
			}
			return
		}
		text, err := json.Marshal(event)
		if err != nil || len(text) > mostEvent {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		if string(event.Kind) != kind || event.Org == "" || event.Repo == "" || event.Sender.Login == "" {
			t.Errorf("incomplete: %s", text)
		}
	})
}
