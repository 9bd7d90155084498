package forge

import "slices"

func (f *Forge) accountView(a *account) AccountView {
	if a == nil {
		return AccountView{}
	}
	return AccountView{ID: a.id, NodeID: f.nodeID(accountKind(a), a.id), Login: a.login, Name: a.name, Type: a.kind}
}

// accountKind is the prefix of an account's node id.
func accountKind(a *account) string {
	return map[string]string{"User": "U", "Organization": "O", "Bot": "BOT"}[a.kind]
}

func (f *Forge) accountViews(list []*account) []AccountView {
	out := make([]AccountView, 0, len(list))
	for _, a := range list {
		out = append(out, f.accountView(a))
	}
	return out
}

func (f *Forge) repoView(r *repo) RepoView {
	v := RepoView{
		ID: r.id, NodeID: f.nodeID("R", r.id), Owner: f.accountView(r.owner), Name: r.name, FullName: r.fullName(),
		Description: r.description, Private: r.private, Archived: r.archived, Fork: r.parent != nil,
		DefaultBranch: r.defaultBranch, AllowMerge: r.allowMerge, AllowSquash: r.allowSquash, AllowRebase: r.allowRebase,
		CreatedAt: r.created, UpdatedAt: r.updated, PushedAt: r.pushed,
	}
	if r.parent != nil {
		v.Parent = r.parent.fullName()
	}
	return v
}

func (f *Forge) labelView(l *label) LabelView {
	return LabelView{ID: l.id, NodeID: f.nodeID("LA", l.id), Name: l.name, Color: l.color, Description: l.description}
}

func (f *Forge) labelViews(list []*label) []LabelView {
	out := make([]LabelView, 0, len(list))
	for _, l := range list {
		out = append(out, f.labelView(l))
	}
	return out
}

func (s side) view() SideView {
	v := SideView{Owner: s.owner.login, Ref: s.ref, SHA: s.sha}
	if s.repo != nil {
		v.Repo = s.repo.fullName()
	}
	return v
}

func (f *Forge) pullView(p *pull) PullView {
	mergeable, state := f.mergeState(p)
	stat := f.statOf(p)
	v := PullView{
		ID: p.id, NodeID: f.nodeID("PR", p.id), Repo: p.repo.fullName(), Number: p.number, Title: p.title, Body: p.body,
		Author: f.accountView(p.author), AuthorAssociation: association(p.repo, p.author), State: p.state(), Merged: p.merged,
		Draft: p.draft, Head: p.head.view(), Base: p.base.view(), Mergeable: mergeable, MergeableState: state,
		MergeCommitSHA: p.mergeCommit(), Labels: f.labelViews(p.labels), Assignees: f.accountViews(p.assignees),
		RequestedReviews: f.accountViews(p.reviewers), ReviewDecision: f.reviewDecision(p), CreatedAt: p.created,
		UpdatedAt: p.updated, ClosedAt: p.closedAt, MergedAt: p.mergedAt, Files: stat.files, Commits: stat.commits,
		Comments: f.commentViews(p), Timeline: slices.Clone(p.timeline),
	}
	v.Additions, v.Deletions = stat.sums()
	if p.mergedBy != nil {
		by := f.accountView(p.mergedBy)
		v.MergedBy = &by
	}
	for _, r := range p.reviews {
		v.Reviews = append(v.Reviews, f.reviewView(r))
	}
	for _, c := range p.lines {
		v.ReviewComments = append(v.ReviewComments, f.lineView(c))
	}
	return v
}

func (f *Forge) commentViews(p *pull) []CommentView {
	out := make([]CommentView, 0, len(p.comments))
	for _, c := range p.comments {
		out = append(out, f.commentView(p, c))
	}
	return out
}

func (f *Forge) commentView(p *pull, c *comment) CommentView {
	return CommentView{
		ID: c.id, NodeID: f.nodeID("IC", c.id), Repo: p.repo.fullName(), Number: p.number,
		Author: f.accountView(c.author), Body: c.body, CreatedAt: c.created, UpdatedAt: c.updated,
	}
}

func (f *Forge) reviewView(r *review) ReviewView {
	return ReviewView{
		ID: r.id, NodeID: f.nodeID("PRR", r.id), Author: f.accountView(r.author), State: r.state, Body: r.body,
		SHA: r.sha, SubmittedAt: r.submitted,
	}
}

func (f *Forge) lineView(c *lineComment) ReviewCommentView {
	return ReviewCommentView{
		ID: c.id, NodeID: f.nodeID("PRRC", c.id), ReviewID: c.review.id, Author: f.accountView(c.author), Path: c.path,
		Line: c.line, Side: c.side, SHA: c.sha, Body: c.body, DiffHunk: c.hunk, InReplyTo: c.inReplyTo,
		CreatedAt: c.created, UpdatedAt: c.updated,
	}
}

func (f *Forge) checkRunView(c *checkRun) CheckRunView {
	return CheckRunView{
		ID: c.id, NodeID: f.nodeID("CR", c.id), Repo: c.repo.fullName(), Name: c.name, HeadSHA: c.sha, Status: c.status,
		Conclusion: c.conclusion, ExternalID: c.externalID, DetailsURL: f.detailsURL(c), HTMLURL: f.checkURL(c),
		AppID: c.suite.app.id, AppSlug: c.suite.app.slug, AppName: c.suite.app.name, SuiteID: c.suite.id,
		Title: text(c.title), Summary: text(c.summary), Text: text(c.text), Annotations: slices.Clone(c.annotations),
		Actions: slices.Clone(c.actions), CreatedAt: c.created, StartedAt: c.started, CompletedAt: c.completed,
		Latest: c.repo.isLatest(c), Writes: c.writes,
	}
}

// text is what a pointer points to, or empty.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (f *Forge) suiteView(s *suite) CheckSuiteView {
	state, conclusion := s.repo.suiteState(s)
	return CheckSuiteView{
		ID: s.id, NodeID: f.nodeID("CS", s.id), Repo: s.repo.fullName(), AppID: s.app.id, AppSlug: s.app.slug, HeadSHA: s.sha,
		HeadBranch: s.branch, Status: state, Conclusion: conclusion, CreatedAt: s.created, UpdatedAt: s.updated,
	}
}

func (f *Forge) statusView(s *status) StatusView {
	return StatusView{
		ID: s.id, NodeID: f.nodeID("SC", s.id), SHA: s.sha, State: s.state, Context: s.context, Description: text(s.description),
		TargetURL: text(s.target), Creator: f.accountView(s.creator), CreatedAt: s.created, UpdatedAt: s.created,
	}
}
