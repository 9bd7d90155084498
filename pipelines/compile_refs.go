package pipelines

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// ownerExpr and repoExpr are GitHub's rules for the names of accounts and repositories, a little wider. Prow writes the address of a
// Gerrit for the organisation, and its repositories have paths.
var (
	ownerExpr  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repoExpr   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	gerritExpr = regexp.MustCompile(`^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$`)
	digits     = regexp.MustCompile(`^[0-9]{1,20}$`)
)

// validRepo says whether a name can be a repository's in the organisation.
func validRepo(org, repo string) bool {
	parts := []string{repo}
	if isGerrit(org) {
		parts = strings.Split(repo, "/")
	}
	return !slices.ContainsFunc(parts, func(p string) bool { return !repoExpr.MatchString(p) || p == "." || p == ".." })
}

func isGerrit(org string) bool { return strings.Contains(org, "://") }

// checkInput refuses what no run can be made of. Only Job's own fields are left to the others.
func checkInput(in Input) error {
	switch {
	case !digits.MatchString(in.BuildID):
		return refuse("build-id", "build_id", "%q is not a decimal number", in.BuildID)
	case in.Trigger == "":
		return refuse("trigger", "trigger", "a run needs a cause: auto, the id of a comment, or retest-of-RUN")
	}
	if err := checkPullCount(in.Job.Type, len(in.Refs.Pulls)); err != nil {
		return err
	}
	if in.Job.Type != prow.TypePeriodic {
		return checkRefs(in.Refs, "refs", true)
	}
	if in.Refs.Org != "" || in.Refs.Repo != "" || in.Refs.BaseRef != "" {
		return refuse("refs", "refs", "a periodic belongs to no repository; it clones its extra_refs")
	}
	return nil
}

// checkPullCount knows how many pull requests each type of job tests.
func checkPullCount(kind prow.JobType, pulls int) error {
	switch kind {
	case prow.TypePresubmit:
		if pulls != 1 {
			return refuse("refs", "refs.pulls", "a presubmit tests one pull request, not %d", pulls)
		}
	case prow.TypeBatch:
		if pulls == 0 {
			return refuse("refs", "refs.pulls", "a batch tests pull requests, and there is none")
		}
	case prow.TypePostsubmit, prow.TypePeriodic:
		if pulls != 0 {
			return refuse("refs", "refs.pulls", "a %s tests no pull request, not %d", kind, pulls)
		}
	default:
		return refuse("job-type", "type", "%q is not presubmit, batch, postsubmit or periodic", kind)
	}
	return nil
}

// checkRefs refuses names and commits that are none. Only what is tested must have a commit; the tip of a branch is enough for
// the others.
func checkRefs(r prow.Refs, at string, needSHA bool) error {
	switch {
	case !ownerExpr.MatchString(r.Org) && !gerritExpr.MatchString(r.Org):
		return refuse("refs", at+".org", "%q is not the name of an organisation", r.Org)
	case !validRepo(r.Org, r.Repo):
		return refuse("refs", at+".repo", "%q is not the name of a repository", r.Repo)
	case !clonespec.ValidBranch(r.BaseRef):
		return refuse("refs", at+".base_ref", "%q is not a branch name that git accepts", r.BaseRef)
	case !clonespec.ValidSHA(r.BaseSHA) && (needSHA || r.BaseSHA != ""):
		return refuse("refs", at+".base_sha", "%q is not 40 or 64 hexadecimal digits in lower case", r.BaseSHA)
	}
	for i, p := range r.Pulls {
		if p.Number <= 0 || !clonespec.ValidSHA(p.SHA) {
			return refuse("refs", fmt.Sprintf("%s.pulls[%d]", at, i), "need a positive number and 40 or 64 hexadecimal digits, have %d at %q", p.Number, p.SHA)
		}
	}
	return nil
}

// effectiveRefs are all refs of a run as Prow writes them into JOB_SPEC, what is tested first (a periodic has only the job's
// extra_refs): with the job's clone options (Prow's pkg/pjutil), and the untrusted texts capped.
func effectiveRefs(in Input) []prow.Refs {
	var refs []prow.Refs
	if in.Job.Type != prow.TypePeriodic {
		refs = append(refs, tested(in))
	}
	refs = append(refs, slices.Clone(in.Job.ExtraRefs)...)
	if d := in.Job.DecorationConfig; d != nil {
		for i := range refs {
			if refs[i].BloblessFetch == nil {
				refs[i].BloblessFetch = d.BloblessFetch
			}
		}
	}
	return refs
}

// tested are the refs of a job that tests something, with the clone options of the job where it has any.
func tested(in Input) prow.Refs {
	r, job := in.Refs, in.Job
	if job.PathAlias != "" {
		r.PathAlias = job.PathAlias
	}
	if job.CloneURI != "" {
		r.CloneURI = job.CloneURI
	}
	if job.CloneDepth > 0 {
		r.CloneDepth = job.CloneDepth
	}
	r.SkipSubmodules = r.SkipSubmodules || job.SkipSubmodules
	r.SkipFetchHead = r.SkipFetchHead || job.SkipFetchHead
	if d := job.DecorationConfig; d != nil && len(d.SparseCheckoutFiles) > 0 {
		r.SparseCheckoutFiles = d.SparseCheckoutFiles
	}
	r.Pulls = make([]prow.Pull, len(in.Refs.Pulls))
	for i, p := range in.Refs.Pulls {
		p.Title, p.HeadRef, p.Author = capped(p.Title, 1024), capped(p.HeadRef, 1024), capped(p.Author, 256)
		r.Pulls[i] = p
	}
	return r
}

// primary is what a run is about: what is tested, or of a periodic the first of extra_refs that is not auxiliary; nil if there is
// none.
func primary(in Input, refs []prow.Refs) *prow.Refs {
	for i := range refs {
		if in.Job.Type != prow.TypePeriodic || !refs[i].Auxiliary {
			return &refs[i]
		}
	}
	return nil
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
