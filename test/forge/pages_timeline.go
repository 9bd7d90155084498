package forge

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/forge/pages"
)

// pageItem is one thing in a timeline in words. ok is false for a comment that was deleted since. comments are the
// present ones by id: the timeline may hold an older text.
func pageItem(item TimelineItem, comments map[int64]CommentView) (out pages.Item, ok bool) {
	out = pages.Item{At: item.At, Actor: item.Actor.Login, Kind: item.Kind, Text: pageSentence(item)}
	switch {
	case item.Comment != nil:
		comment, present := comments[item.Comment.ID]
		out.Body, out.Edited = comment.Body, comment.UpdatedAt.After(comment.CreatedAt)
		out.Anchor = fmt.Sprintf("issuecomment-%d", item.Comment.ID)
		return out, present
	case item.Review != nil:
		out.Body, out.Anchor = item.Review.Body, fmt.Sprintf("pullrequestreview-%d", item.Review.ID)
	case item.Line != nil:
		out.Body, out.Place = item.Line.Body, fmt.Sprintf("%s:%d", item.Line.Path, item.Line.Line)
	case item.Commit != nil:
		out.SHA = item.Commit.SHA
	case item.Label != nil:
		label := pageLabel(*item.Label)
		out.Label = &label
	case item.Kind == "merged":
		out.SHA = item.After
	}
	return out, true
}

// pageSentence says what somebody did; the somebody stands before it.
func pageSentence(item TimelineItem) string {
	subject := ""
	if item.Subject != nil {
		subject = item.Subject.Login
	}
	switch item.Kind {
	case "commented", "line-commented":
		return "commented"
	case "committed":
		headline, _, _ := strings.Cut(item.Commit.Message, "\n")
		return "added a commit “" + headline + "”"
	case "reviewed":
		return map[string]string{"APPROVED": "approved these changes", "CHANGES_REQUESTED": "requested changes"}[item.Review.State] +
			map[bool]string{true: "reviewed"}[item.Review.State != "APPROVED" && item.Review.State != "CHANGES_REQUESTED"]
	case "labeled":
		return "added the label"
	case "unlabeled":
		return "removed the label"
	case "merged":
		return "merged this as"
	case "renamed":
		return fmt.Sprintf("changed the title from “%s” to “%s”", item.Before, item.After)
	case "head_ref_force_pushed":
		return fmt.Sprintf("force-pushed from %.7s to %.7s", item.Before, item.After)
	case "base_ref_changed":
		return fmt.Sprintf("changed the base branch from %s to %s", item.Before, item.After)
	case "convert_to_draft":
		return "marked this as a draft"
	case "ready_for_review":
		return "marked this as ready for review"
	case "assigned", "unassigned":
		return item.Kind + " " + subject
	case "review_requested":
		return "asked " + subject + " for a review"
	case "review_request_removed":
		return "no longer asks " + subject + " for a review"
	}
	return strings.ReplaceAll(item.Kind, "_", " ") // closed, reopened, head ref deleted, …
}
