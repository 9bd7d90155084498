package clonespec

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Validate says what is wrong with the options, so that nothing in them can be taken for a flag, a path elsewhere or a command. The
// error begins with the field's path, such as "refs[0].uri".
func (o Options) Validate() error {
	if o.MaxParallel < 0 {
		return fmt.Errorf("max_parallel: %d is negative; 0 clones all at a time", o.MaxParallel)
	}
	for _, check := range []func(Options) error{checkRefs, checkPaths, checkCredentials} {
		if err := check(o); err != nil {
			return err
		}
	}
	return nil
}

// checkRefs checks each ref, and that no two share a folder, since they are cloned side by side.
func checkRefs(o Options) error {
	seen := map[string]int{}
	for i, r := range o.Refs {
		if err := r.validate(); err != nil {
			return fmt.Errorf("refs[%d].%w", i, err)
		}
		if first, found := seen[r.Dir]; found {
			return fmt.Errorf("refs[%d].dir: %s is the folder of refs[%d] already; give one of them a path_alias", i, r.Dir, first)
		}
		seen[r.Dir] = i
	}
	return nil
}

func checkPaths(o Options) error {
	type named struct{ name, path string }
	paths := []named{{"logs", o.Logs}, {"artifacts", o.Artifacts}, {"tools", o.Tools}, {"cookie_file", o.CookieFile}, {"token_file", o.TokenFile}}
	for _, p := range paths {
		if p.path != "" && !ValidDir(p.path) {
			return fmt.Errorf("%s: %q is not a clean absolute path below /", p.name, p.path)
		}
	}
	for i, dir := range o.SSHKeyDirs {
		if !ValidDir(dir) || strings.ContainsAny(dir, " '\"\\") {
			return fmt.Errorf("ssh_key_dirs[%d]: %q is not a clean absolute path below /, without blanks and quotes", i, dir)
		}
	}
	for i, r := range o.Results {
		if !ValidDir(r.Path) {
			return fmt.Errorf("results[%d].path: %q is not a clean absolute path below /", i, r.Path)
		}
	}
	return nil
}

func checkCredentials(o Options) error {
	for i, line := range o.KnownHosts {
		if strings.ContainsAny(line, "\x00\n\r") {
			return fmt.Errorf("known_hosts[%d]: %q is more than one line", i, line)
		}
	}
	if o.App == nil {
		return nil
	}
	switch {
	case o.TokenFile != "":
		return fmt.Errorf("app: there is a token_file too; use one of them")
	case !appExpr.MatchString(o.App.ID):
		return fmt.Errorf("app.id: %q is not the number or the client id of a GitHub App", o.App.ID)
	case !ValidDir(o.App.PrivateKeyFile):
		return fmt.Errorf("app.private_key_file: %q is not a clean absolute path below /", o.App.PrivateKeyFile)
	}
	for i, e := range o.App.Endpoints {
		if !endpointExpr.MatchString(e) {
			return fmt.Errorf("app.endpoints[%d]: %q is not the address of an API, such as https://api.github.com", i, e)
		}
	}
	return nil
}

func (r Ref) validate() error {
	switch {
	case !ValidDir(r.Dir):
		return fmt.Errorf("dir: %q is not a clean absolute path below /", r.Dir)
	case !ValidURI(r.URI):
		return fmt.Errorf("uri: %q is not an address to clone from: https, http, ssh (also user@host:path) or file, without a password", r.URI)
	case !ValidBranch(r.BaseRef):
		return fmt.Errorf("base_ref: %q is not a branch name that git accepts", r.BaseRef)
	case r.BaseSHA != "" && !ValidSHA(r.BaseSHA):
		return fmt.Errorf("base_sha: %q is not 40 or 64 hexadecimal digits", r.BaseSHA)
	case !slices.Contains([]MergeMethod{"", MergeMethodMerge, MergeMethodSquash, MergeMethodRebase}, r.MergeMethod):
		return fmt.Errorf("merge_method: %q is none of merge, squash and rebase", r.MergeMethod)
	case r.Depth < 0:
		return fmt.Errorf("depth: %d is negative", r.Depth)
	}
	for i, p := range r.Pulls {
		if err := p.validate(); err != nil {
			return fmt.Errorf("pulls[%d]%w", i, err)
		}
	}
	for i, f := range r.SparseFiles {
		if f == "" || strings.ContainsAny(f, "\x00\n") {
			return fmt.Errorf("sparse_files[%d]: %q is not a pattern of one line", i, f)
		}
	}
	return nil
}

func (p Pull) validate() error {
	switch {
	case p.Number <= 0 || (p.SHA != "" && !ValidSHA(p.SHA)):
		return fmt.Errorf(": pull request %d at %q: need a positive number and 40 or 64 hexadecimal digits", p.Number, p.SHA)
	case p.Ref != "" && !ValidBranch(p.Ref):
		return fmt.Errorf(".ref: %q is not a ref name that git accepts", p.Ref)
	}
	return nil
}

var (
	shaExpr = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	// uriExpr are the addresses with a scheme. Only ssh has a user, and no scheme has a password.
	uriExpr = regexp.MustCompile(`^(https?://|ssh://([A-Za-z0-9_][A-Za-z0-9_.-]*@)?)[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?/[^\x00-\x20\x7f]*$|^file:///[^\x00-\x20\x7f]*$`)
	// scpExpr is ssh's short form user@host:path. The path begins with no dash and no colon, so that it is neither a flag nor a
	// transport of git's ("ext::").
	scpExpr = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\x00-\x20\x7f:-][^\x00-\x20\x7f]*$`)
	// badBranch is what git-check-ref-format forbids inside a name.
	badBranch    = regexp.MustCompile(`[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|\.$|/$`)
	appExpr      = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	endpointExpr = regexp.MustCompile(`^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$`)
)

// ValidSHA says whether s is a whole object name, in lower case.
func ValidSHA(s string) bool { return shaExpr.MatchString(s) }

// ValidURI says whether s is an address that the clone step fetches from: http, https or ssh with a path, user@host:path, or an
// absolute file address. A password in it, and a user other than ssh's, are refused, because the address is printed.
func ValidURI(s string) bool {
	return len(s) <= 2048 && (uriExpr.MatchString(s) || scpExpr.MatchString(s))
}

// OverSSH says whether a valid address is fetched by ssh.
func OverSSH(uri string) bool {
	return strings.HasPrefix(uri, "ssh://") || scpExpr.MatchString(uri)
}

// ValidBranch says whether git takes s for a branch name, by the rules of git-check-ref-format --branch.
func ValidBranch(s string) bool {
	return s != "" && len(s) <= 1024 && s != "@" && s != "HEAD" && !strings.HasPrefix(s, "-") &&
		!strings.HasPrefix(s, "/") && !strings.HasPrefix(s, ".") && !badBranch.MatchString(s)
}

// ValidDir says whether s is a clean absolute path that is not the root.
func ValidDir(s string) bool {
	return strings.HasPrefix(s, "/") && s != "/" && path.Clean(s) == s && !strings.ContainsAny(s, "\x00\n")
}
