package forge

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi" // git http-backend speaks CGI
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// gitPaths are the ends of the URLs of git's smart protocol.
var gitPaths = []string{"/info/refs", "/git-upload-pack", "/git-receive-pack", "/HEAD"}

// isGit says whether a request is git's: /owner/name.git/… or /owner/name/… with one of git's endings.
func isGit(r *http.Request) bool {
	for _, end := range gitPaths {
		if path, ok := strings.CutSuffix(r.URL.Path, end); ok && strings.Count(path, "/") == 2 {
			return true
		}
	}
	return false
}

// backend is the path of git http-backend, found once.
var backend = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return "", fmt.Errorf("find git's programs: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), nil
})

// serveGit serves clones and pushes. A push is taken with the forge locked, so that its consequences (events, merged
// pull requests) are there before anybody sees the new refs.
func (f *Forge) serveGit(w http.ResponseWriter, r *http.Request) {
	program, err := backend()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	f.mu.Lock()
	who, target, err := f.admitGit(r)
	if err == nil && target != nil && !isPush(r) {
		err = f.freshMerges(target)
	}
	f.mu.Unlock()
	if err != nil {
		refuseGit(w, err)
		return
	}
	if err := wholeBody(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	handler := &cgi.Handler{Path: program, Dir: string(target.git), Env: append(gitEnv(),
		"GIT_PROJECT_ROOT="+string(target.git), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER="+who.login(), "GIT_PROTOCOL="+r.Header.Get("Git-Protocol"))}
	r.URL.Path = "/" + strings.SplitN(r.URL.Path, "/", 4)[3]
	if strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
		f.takePush(w, r, handler, who, target)
		return
	}
	handler.ServeHTTP(w, r)
}

// isPush says whether a request belongs to a push: its advertisement or its pack.
func isPush(r *http.Request) bool {
	return r.URL.Query().Get("service") == "git-receive-pack" || strings.HasSuffix(r.URL.Path, "/git-receive-pack")
}

// admitGit finds the repository and who asks; a push needs write access, a private repository read access.
func (f *Forge) admitGit(r *http.Request) (*actor, *repo, error) {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 3)
	target := f.repo(parts[0] + "/" + strings.TrimSuffix(parts[1], ".git"))
	who, err := f.identify(r)
	if err != nil {
		return nil, nil, err
	}
	who.via = "git"
	need := reading("contents")
	if isPush(r) {
		need = writing("write", "contents")
	}
	if target == nil || !who.canRead(target) {
		if who.acct == nil {
			return nil, nil, unauthorized("Authentication required")
		}
		return nil, nil, refuse(http.StatusNotFound, "Repository not found.")
	}
	return who, target, who.may(target, need)
}

// refuseGit refuses in plain text, and asks for a password where that could help.
func refuseGit(w http.ResponseWriter, err error) {
	answer := errorReply(err)
	if answer.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
	}
	http.Error(w, err.Error(), answer.status)
}

// freshMerges brings refs/pull/N/merge up to date before somebody fetches.
func (f *Forge) freshMerges(r *repo) error {
	for _, p := range r.sortedPulls() {
		if err := f.testMerge(p); err != nil {
			return err
		}
	}
	return nil
}

// takePush runs receive-pack and lets the consequences happen. The body was read before, so a slow client blocks nobody.
func (f *Forge) takePush(w http.ResponseWriter, r *http.Request, handler *cgi.Handler, who *actor, target *repo) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.mu.Lock()
	defer f.mu.Unlock()
	deny, noForce := f.pushRules(who, target, body)
	handler.Env = append(handler.Env, "FORGE_DENY="+deny, "FORGE_NO_FORCE="+noForce)
	handler.ServeHTTP(w, r)
	if err := f.syncRefs(who, target); err != nil {
		f.fault(err)
	}
}

// wholeBody reads the body of a request, unpacked, because CGI needs its length.
func wholeBody(r *http.Request) error {
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return fmt.Errorf("unpack a request of git: %w", err)
		}
		in = unpacked
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read a request of git: %w", err)
	}
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	r.Header.Del("Content-Encoding")
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// pushRules says for the update hook which refs of a push are refused and why, and which may only move forward.
func (f *Forge) pushRules(who *actor, r *repo, body []byte) (deny, noForce string) {
	for _, c := range pushCommands(body) {
		if strings.HasPrefix(c.ref, "refs/pull/") {
			deny += c.ref + "\tdeny updating a hidden ref\n"
			continue
		}
		branch, isBranch := strings.CutPrefix(c.ref, "refs/heads/")
		if !isBranch {
			continue
		}
		for _, rule := range r.rulesFor(branch) {
			if rule.bypass(who) {
				continue
			}
			if why := f.pushRefusal(rule, who, r, r.refs[c.ref], c.sha); why != "" {
				deny += c.ref + "\t" + why + "\n"
			}
			if rule.noForce {
				noForce += c.ref + "\n"
			}
		}
	}
	return deny, noForce
}

// pushCommand is one line of a push: which ref goes where; an empty sha deletes it.
type pushCommand struct{ ref, sha string }

// pushCommands reads the pkt-lines before the pack: "<old> <new> <ref>", the first with capabilities after a NUL.
func pushCommands(body []byte) []pushCommand {
	var out []pushCommand
	for len(body) >= 4 {
		size, err := strconv.ParseInt(string(body[:4]), 16, 32)
		if err != nil || size < 4 || int(size) > len(body) {
			break
		}
		line, _, _ := strings.Cut(string(body[4:size]), "\x00")
		if f := strings.Fields(line); len(f) == 3 && len(f[1]) == 40 {
			out = append(out, pushCommand{ref: f[2], sha: strings.TrimPrefix(f[1], zeroSHA)})
		}
		body = body[size:]
	}
	return out
}
