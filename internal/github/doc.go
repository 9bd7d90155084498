// Package github is Bowsprit's only hand on GitHub: it asks GitHub the questions of triggers.World, writes check runs,
// commit statuses, comments and labels, and translates webhook payloads into v1alpha1.Event.
//
// Its one job is to speak with GitHub well: as an App or by a token, within GitHub's rate limits, with conditional
// requests, and so that every write may be repeated after a crash without a second effect. It must not know what a job, a
// run or a message is: callers say what to write, it says whether GitHub took it.
//
// An App needs the repository permissions checks, pull requests, issues and commit statuses (read and write), contents
// and metadata (read), and the organisation permission members (read).
package github
