package forge

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/forge/pages"
)

// pagesHandler serves the pages for people.
func (f *Forge) pagesHandler() http.Handler { return pages.Handler(pageSource{f}) }

// pageSource tells the pages what the forge holds. Its methods are those of pages.Source.
type pageSource struct{ f *Forge }

func (s pageSource) Repositories() (out []pages.Repository) {
	s.f.View(func(v *View) {
		for _, r := range v.Repos() {
			page := pages.Repository{Name: r.FullName, Description: r.Description, Private: r.Private}
			for _, b := range v.Branches(r.FullName) {
				page.Branches = append(page.Branches, pages.Branch{Name: b.Name, SHA: b.SHA})
			}
			for _, p := range slices.Backward(v.Pulls(r.FullName)) {
				page.Pulls = append(page.Pulls, pageSummary(v, p))
			}
			out = append(out, page)
		}
	})
	return out
}

func (s pageSource) Pull(repo string, number int) (out pages.Pull, ok bool) {
	s.f.View(func(v *View) {
		var p PullView
		if p, ok = v.Pull(repo, number); ok {
			out = pagePull(v, p)
		}
	})
	return out, ok
}

func (s pageSource) Commit(repo, name string) (out pages.Commit, ok bool) {
	s.f.View(func(v *View) {
		var c CommitView
		if c, ok = v.Commit(repo, name); ok {
			out = pageChecked(v, repo, c)
			out.Files = v.f.pageFiles(repo, c)
		}
	})
	return out, ok
}

// pageFiles is the change of a commit against its first parent; nothing for a first commit.
func (f *Forge) pageFiles(repo string, c CommitView) []pages.File {
	if len(c.Parents) == 0 {
		return nil
	}
	files, err := f.repo(repo).git.diff(c.Parents[0], c.SHA, true)
	if err != nil {
		return nil
	}
	return pageFileList(files)
}

func (s pageSource) CommitOfRun(id int64) (repo, sha string, ok bool) {
	s.f.View(func(v *View) {
		var run CheckRunView
		run, ok = v.CheckRun(id)
		repo, sha = run.Repo, run.HeadSHA
	})
	return repo, sha, ok
}

func (s pageSource) Deliveries() (out []pages.Delivery) {
	for _, d := range slices.Backward(s.f.Deliveries()) {
		event := d.Event
		if d.Action != "" {
			event += "." + d.Action
		}
		out = append(out, pages.Delivery{
			At: d.At, Event: event, Repo: d.Repo, GUID: d.GUID, Redelivery: d.Redelivery, Status: d.Status,
			OK: d.StatusCode >= 200 && d.StatusCode < 300, Duration: d.Duration.Round(time.Millisecond), Body: indented(d.Body), Answer: string(d.Answer),
		})
	}
	return out
}

// indented makes JSON readable; other text stays as it is.
func indented(text []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return string(text)
	}
	return out.String()
}

func pageSummary(v *View, p PullView) pages.PullSummary {
	state := p.State
	switch {
	case p.Merged:
		state = "merged"
	case p.Draft && p.State == "open":
		state = "draft"
	}
	out := pages.PullSummary{
		Number: p.Number, Title: p.Title, Author: p.Author.Login, State: state, Created: p.CreatedAt,
		Mark: pages.Summarise(pageChecked(v, p.Repo, CommitView{SHA: p.Head.SHA})),
	}
	for _, l := range p.Labels {
		out.Labels = append(out.Labels, pageLabel(l))
	}
	return out
}

func pageLabel(l LabelView) pages.Label {
	return pages.Label{Name: l.Name, Color: l.Color, Description: l.Description}
}

func pagePull(v *View, p PullView) pages.Pull {
	out := pages.Pull{
		PullSummary: pageSummary(v, p), Repo: p.Repo, Body: p.Body, HeadLabel: p.Head.Label(), BaseLabel: p.Base.Label(),
		MergeState: p.MergeableState, MergeSHA: p.MergeCommitSHA, Review: p.ReviewDecision, Files: pageFileList(p.Files),
	}
	if p.MergedBy != nil {
		out.MergedBy = p.MergedBy.Login
	}
	for _, c := range p.Commits {
		out.Commits = append(out.Commits, pageCommit(p.Repo, c))
	}
	head, _ := v.Commit(p.Repo, p.Head.SHA)
	out.Head = pageChecked(v, p.Repo, head)
	comments := map[int64]CommentView{}
	for _, c := range p.Comments {
		comments[c.ID] = c
	}
	for _, item := range p.Timeline {
		if shown, ok := pageItem(item, comments); ok {
			out.Timeline = append(out.Timeline, shown)
		}
	}
	return out
}

func pageCommit(repo string, c CommitView) pages.Commit {
	return pages.Commit{Repo: repo, SHA: c.SHA, Message: c.Message, Author: c.Author.Name, Date: c.Committer.Date, Parents: c.Parents}
}

// pageChecked is a commit with its checks and statuses.
func pageChecked(v *View, repo string, c CommitView) pages.Commit {
	out := pageCommit(repo, c)
	for _, run := range v.CheckRuns(repo, c.SHA) {
		out.CheckRuns = append(out.CheckRuns, pageRun(run))
	}
	latest := map[int64]bool{}
	for _, s := range v.LatestStatuses(repo, c.SHA) {
		latest[s.ID] = true
	}
	for _, s := range v.Statuses(repo, c.SHA) {
		out.Statuses = append(out.Statuses, pages.Status{
			Context: s.Context, State: s.State, Description: s.Description, TargetURL: s.TargetURL, Creator: s.Creator.Login,
			Created: s.CreatedAt, Latest: latest[s.ID],
		})
	}
	return out
}

func pageRun(run CheckRunView) pages.CheckRun {
	out := pages.CheckRun{
		ID: run.ID, Name: run.Name, App: run.AppName, State: run.Status, Title: run.Title, Summary: run.Summary, Text: run.Text,
		DetailsURL: run.DetailsURL, ExternalID: run.ExternalID, Created: run.CreatedAt, Started: run.StartedAt, Completed: run.CompletedAt,
		Latest: run.Latest,
	}
	if run.Conclusion != "" {
		out.State = run.Conclusion
	}
	for _, a := range run.Annotations {
		out.Annotations = append(out.Annotations, pages.Annotation{
			Path: a.Path, Level: a.Level, Title: a.Title, Message: a.Message, Raw: a.RawDetails, Start: a.StartLine, End: a.EndLine,
		})
	}
	for _, action := range run.Actions {
		out.Actions = append(out.Actions, action.Label)
	}
	return out
}

func pageFileList(files []FileView) (out []pages.File) {
	for _, file := range files {
		out = append(out, pages.File{
			Path: file.Path, Previous: file.Previous, Status: file.Status, Additions: file.Additions, Deletions: file.Deletions, Patch: file.Patch,
		})
	}
	return out
}
