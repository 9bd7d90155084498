package pipelines

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// ownerExpr and repoExpr are GitHub's rules for the names of accounts and repositories, a little wider.
var (
	ownerExpr = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repoExpr  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	digits    = regexp.MustCompile(`^[0-9]{1,20}$`)
	aliasExpr = regexp.MustCompile(`^[A-Za-z0-9._~@:+-]+(/[A-Za-z0-9._~@:+-]+)*$`)
)

// checkInput refuses what no run can be made of. Only Job's own fields are left to the others.
func checkInput(in Input) error {
	r := in.Refs
	switch {
	case in.Type != TypePresubmit:
		return refuse("job-type", "type", "jobs of type %q are not run yet; only %s is", in.Type, TypePresubmit)
	case !ownerExpr.MatchString(r.Org):
		return refuse("refs", "refs.org", "%q is not the name of an organisation", r.Org)
	case !repoExpr.MatchString(r.Repo) || r.Repo == "." || r.Repo == "..":
		return refuse("refs", "refs.repo", "%q is not the name of a repository", r.Repo)
	case !clonespec.ValidBranch(r.BaseRef):
		return refuse("refs", "refs.base_ref", "%q is not a branch name that git accepts", r.BaseRef)
	case !clonespec.ValidSHA(r.BaseSHA):
		return refuse("refs", "refs.base_sha", "%q is not 40 or 64 hexadecimal digits in lower case", r.BaseSHA)
	case len(r.Pulls) != 1:
		return refuse("refs", "refs.pulls", "a presubmit tests one pull request, not %d", len(r.Pulls))
	case !digits.MatchString(in.BuildID):
		return refuse("build-id", "build_id", "%q is not a decimal number", in.BuildID)
	case in.Trigger == "":
		return refuse("trigger", "trigger", "a run needs a cause: auto, the id of a comment, or retest-of-RUN")
	}
	for i, p := range r.Pulls {
		if p.Number <= 0 || !clonespec.ValidSHA(p.SHA) {
			return refuse("refs", fmt.Sprintf("refs.pulls[%d]", i), "need a positive number and 40 or 64 hexadecimal digits, have %d at %q", p.Number, p.SHA)
		}
	}
	return nil
}

// Prow's places in a pod.
const (
	codeDir      = "/home/prow/go"
	logsDir      = "/logs"
	artifactsDir = "/logs/artifacts"
)

// effectiveRefs are the refs as Prow writes them into JOB_SPEC: with the job's clone options, and the untrusted texts capped.
func effectiveRefs(in Input) Refs {
	r := in.Refs
	r.PathAlias, r.CloneURI = in.Job.PathAlias, in.Job.CloneURI
	r.SkipSubmodules, r.CloneDepth, r.SkipFetchHead = in.Job.SkipSubmodules, in.Job.CloneDepth, in.Job.SkipFetchHead
	r.Pulls = make([]Pull, len(in.Refs.Pulls))
	for i, p := range in.Refs.Pulls {
		p.Title, p.HeadRef, p.Author = capped(p.Title, 1024), capped(p.HeadRef, 1024), capped(p.Author, 256)
		r.Pulls[i] = p
	}
	return r
}

// capped cuts untrusted text to a number of bytes, at the end of a character; what is no text at all becomes U+FFFD. NUL cannot be in an
// environment.
func capped(s string, limit int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// sourcePath is the folder under $GOPATH/src: path_alias, else the repository's page without its scheme, else github.com.
func sourcePath(r Refs) string {
	switch {
	case r.PathAlias != "":
		return r.PathAlias
	case r.RepoLink != "":
		_, rest, found := strings.Cut(r.RepoLink, "://")
		if !found {
			rest = r.RepoLink
		}
		return strings.TrimSuffix(rest, "/")
	}
	return path.Join("github.com", r.Org, r.Repo)
}

// workTree is the absolute path of the clone.
func workTree(r Refs) (string, error) {
	p := sourcePath(r)
	if !aliasExpr.MatchString(p) || path.Clean(p) != p || p == ".." || strings.HasPrefix(p, "../") {
		return "", refuse("path-alias", "path_alias", "%q is not a clean relative path of letters, digits and ._~@:+-", p)
	}
	return path.Join(codeDir, "src", p), nil
}

// sourceHostAndBase are SRC_HOST and SRC_BASE: the first element of the source path and the rest; an alias of one element stands for
// the host only.
func sourceHostAndBase(r Refs) (host, base string) {
	host, base, found := strings.Cut(sourcePath(r), "/")
	if !found {
		return host, path.Join(r.Org, r.Repo)
	}
	return host, base
}

// cloneURI is where the clone step fetches from.
func cloneURI(r Refs, opts Options) (string, error) {
	uri := r.CloneURI
	if uri == "" {
		host := opts.CloneHost
		if host == "" {
			host = "https://github.com"
		}
		uri = strings.TrimSuffix(host, "/") + "/" + r.Org + "/" + r.Repo + ".git"
	}
	if !clonespec.ValidURI(uri) {
		return "", refuse("clone-uri", "clone_uri", "%q cannot be cloned yet: write an https address without a user", uri)
	}
	return uri, nil
}
