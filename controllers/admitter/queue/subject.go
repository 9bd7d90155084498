package queue

import "fmt"

// subject is what runs of one job on one pull request have in common. The zero value is no subject.
type subject struct{ org, repo, subject, job string }

func subjectOf(r Run) subject {
	if !r.Presubmit {
		return subject{}
	}
	return subject{r.Cause.Org, r.Cause.Repo, r.Cause.Subject, r.Cause.Job}
}

// newestPerSubject finds the run that replaces all others of its subject: the newest one that lives. One that was told to
// stop, or has ended, replaces nothing: after a force-push back to an earlier commit, that commit's run is the older one
// and the only one that counts. runs are sorted by age.
func newestPerSubject(runs []Run) map[subject]Run {
	newest := map[subject]Run{}
	for _, r := range runs {
		if s := subjectOf(r); s != (subject{}) && r.State.lives() {
			newest[s] = r
		}
	}
	return newest
}

// superseded says what replaced r: the new commit, or the new run if the commit is the same.
func superseded(r, heir Run) string {
	if r.Cause.HeadSHA != heir.Cause.HeadSHA {
		return "superseded by " + short(heir.Cause.HeadSHA)
	}
	return fmt.Sprintf("superseded by run %s", heir.Name)
}

// short is a commit as people write it.
func short(sha string) string { return sha[:min(7, len(sha))] }
