package pipelines

import (
	"path"
	"regexp"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// Prow's places in a pod.
const (
	codeDir      = "/home/prow/go"
	logsDir      = "/logs"
	artifactsDir = "/logs/artifacts"
	toolsDir     = "/tools"
)

var aliasExpr = regexp.MustCompile(`^[A-Za-z0-9._~@:+-]+(/[A-Za-z0-9._~@:+-]+)*$`)

// sourcePath is the folder under $GOPATH/src: path_alias, else the repository's page without its scheme, else github.com.
func sourcePath(r prow.Refs) string {
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
func workTree(r prow.Refs, at string) (string, error) {
	p := strings.TrimSuffix(sourcePath(r), "/")
	if !aliasExpr.MatchString(p) || path.Clean(p) != p || p == ".." || strings.HasPrefix(p, "../") {
		return "", refuse("path-alias", at+"path_alias", "%q is not a clean relative path of letters, digits and ._~@:+-", p)
	}
	return path.Join(codeDir, "src", p), nil
}

// sourceHostAndBase are SRC_HOST and SRC_BASE: the first element of the source path and the rest; an alias of one element stands for
// the host only.
func sourceHostAndBase(r prow.Refs) (host, base string) {
	host, base, found := strings.Cut(sourcePath(r), "/")
	if !found {
		return host, path.Join(r.Org, r.Repo)
	}
	return host, base
}

// cloneURI is where the clone step fetches from: clone_uri, else the Gerrit or the host that the settings name, else the
// repository's page, else GitHub.
func cloneURI(r prow.Refs, opts Options, at string) (string, error) {
	uri := r.CloneURI
	switch {
	case uri != "":
	case isGerrit(r.Org):
		uri = r.Org + "/" + r.Repo
	case opts.CloneHost != "":
		uri = strings.TrimSuffix(opts.CloneHost, "/") + "/" + r.Org + "/" + r.Repo + ".git"
	case r.RepoLink != "":
		uri = r.RepoLink + ".git"
	default:
		uri = "https://github.com/" + r.Org + "/" + r.Repo + ".git"
	}
	if !clonespec.ValidURI(uri) {
		return "", refuse("clone-uri", at+"clone_uri", "%q cannot be cloned: write https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH, without a password", uri)
	}
	return uri, nil
}

// refsField is the path of refs in the job or in the input; it ends in a dot, or is empty for the job's own clone options.
func refsField(in Input, i int) string {
	if in.Job.Type != prow.TypePeriodic {
		if i == 0 {
			return ""
		}
		i--
	}
	return "extra_refs[" + itoa(i) + "]."
}
