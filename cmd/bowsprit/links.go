package main

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// linked adds the links that Prow gives the refs of a job of some type; those that are there already stay. Batches have
// none in Prow, and a push brings its own base_link.
func linked(r prow.Refs, kind prow.JobType, host string) prow.Refs {
	if kind != prow.TypePresubmit && kind != prow.TypePostsubmit {
		return r
	}
	host = strings.TrimSuffix(host, "/")
	page := host + "/" + r.Org + "/" + r.Repo
	setDefault(&r.RepoLink, page)
	if kind == prow.TypePostsubmit {
		return r
	}
	setDefault(&r.BaseLink, page+"/commit/"+r.BaseSHA)
	pulls := make([]prow.Pull, len(r.Pulls))
	for i, p := range r.Pulls {
		setDefault(&p.Link, fmt.Sprintf("%s/pull/%d", page, p.Number))
		setDefault(&p.CommitLink, p.Link+"/commits/"+p.SHA)
		setDefault(&p.AuthorLink, host+"/"+p.Author)
		pulls[i] = p
	}
	r.Pulls = pulls
	return r
}

func setDefault(s *string, value string) {
	if *s == "" {
		*s = value
	}
}
