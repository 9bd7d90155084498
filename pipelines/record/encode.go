package record

import (
	"maps"
	"path"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Encode writes the record onto an object, beside the labels and annotations that it has. A label or annotation of Prow's that
// the job set itself stays, as it does in Prow. It does not name the object: that is Name's.
func Encode(r Record, obj metav1.Object) {
	labels := overlay(prowLabels(r), obj.GetLabels())
	obj.SetLabels(overlay(overlay(labels, prowFixed(r)), filled(ownLabels(r))))
	obj.SetAnnotations(overlay(overlay(prowAnnotations(r), obj.GetAnnotations()), filled(ownAnnotations(r))))
}

// overlay is a new map with the entries of both; those of top win.
func overlay(bottom, top map[string]string) map[string]string {
	out := make(map[string]string, len(bottom)+len(top))
	maps.Copy(out, bottom)
	maps.Copy(out, top)
	return out
}

// filled drops the entries without a value: that is how the record writes a zero.
func filled(m map[string]string) map[string]string {
	maps.DeleteFunc(m, func(_, v string) bool { return v == "" })
	return m
}

func ownLabels(r Record) map[string]string {
	return map[string]string{
		LabelJob:  jobLabel(r.Cause.Job),
		LabelOrg:  cutLabel(r.Cause.Org),
		LabelRepo: cutLabel(r.Cause.Repo),
		LabelType: cutLabel(r.Type),
		LabelPull: number(r.Pull),
		LabelHead: cutLabel(r.Cause.HeadSHA),
	}
}

func ownAnnotations(r Record) map[string]string {
	return overlay(map[string]string{
		annotationOrg:            r.Cause.Org,
		annotationRepo:           r.Cause.Repo,
		annotationSubject:        r.Cause.Subject,
		annotationHeadSHA:        r.Cause.HeadSHA,
		annotationJob:            r.Cause.Job,
		annotationTrigger:        r.Cause.Trigger,
		annotationSpecHash:       r.SpecHash,
		annotationType:           r.Type,
		annotationContext:        r.Context,
		annotationRerunCommand:   r.RerunCommand,
		annotationSkipReport:     flag(r.SkipReport),
		annotationOptional:       flag(r.Optional),
		annotationMaxConcurrency: number(r.MaxConcurrency),
		AnnotationBaseRef:        r.BaseRef,
		annotationBaseSHA:        r.BaseSHA,
		annotationPull:           number(r.Pull),
		annotationBuildID:        r.BuildID,
		AnnotationCancelReason:   r.CancelReason,
	}, reportedAnnotations(r.Reported))
}

// prowLabels are what Prow puts on a pod unless the job sets it itself (its pkg/pod-utils/decorate). A periodic has an empty
// context there.
func prowLabels(r Record) map[string]string {
	labels := RefLabels(r.Cause.Org, r.Cause.Repo, r.BaseRef, r.Pull)
	for key, text := range map[string]string{prowJob: r.Cause.Job, prowContext: r.Context} {
		if v, valid := prowLabel(prowCut(text)); valid {
			labels[key] = v
		}
	}
	return labels
}

// prowFixed are Prow's labels that a job cannot change.
func prowFixed(r Record) map[string]string {
	labels := map[string]string{
		prowCreated: "true",
		prowType:    cutLabel(r.Type),
		prowBuildID: cutLabel(r.BuildID),
		prowID:      ProwJobID(Name(r.Cause)),
	}
	if r.Type == "presubmit" {
		labels[prowIsOptional] = strconv.FormatBool(r.Optional)
	}
	return filled(labels)
}

// RefLabels are Prow's labels of what is tested. Zero values, and names of which no label can be made, are left out.
func RefLabels(org, repo, branch string, pull int) map[string]string {
	labels := map[string]string{prowPull: number(pull)}
	for key, text := range map[string]string{prowOrg: org, prowRepo: repo, prowBaseRef: branch} {
		labels[key], _ = prowLabel(text)
	}
	return filled(labels)
}

// PlaceLabels are our labels of a repository. A periodic, whose cause has none, gets those of what it clones.
func PlaceLabels(org, repo string) map[string]string {
	return filled(map[string]string{LabelOrg: cutLabel(org), LabelRepo: cutLabel(repo)})
}

// SetProwJobID replaces Prow's PROW_JOB_ID among an object's labels.
func SetProwJobID(obj metav1.Object, id string) {
	obj.SetLabels(overlay(obj.GetLabels(), map[string]string{prowID: cutLabel(id)}))
}

func prowAnnotations(r Record) map[string]string {
	return map[string]string{prowJob: r.Cause.Job, prowContext: r.Context}
}

// jobLabel is never empty, because the selector of all runs asks for it.
func jobLabel(job string) string {
	if v := cutLabel(job); v != "" {
		return v
	}
	return "job"
}

// cutLabel makes a label value of any text: other characters become '-', the length is cut to 63, and the ends are made clean.
func cutLabel(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)) {
			return r
		}
		return '-'
	}, s)
	s = strings.TrimLeft(s, "-_.")
	return strings.TrimRight(s[:min(len(s), validation.LabelValueMaxLength)], "-_.")
}

// prowCut is how Prow shortens the names of jobs and contexts for a label.
func prowCut(s string) string {
	if len(s) <= validation.LabelValueMaxLength {
		return s
	}
	return strings.TrimRight(s[:validation.LabelValueMaxLength], "._-")
}

// prowLabel is Prow's rule for a label of any text: one that no label can have is replaced by its last path element. False means
// that there is no such label.
func prowLabel(s string) (string, bool) {
	for _, v := range []string{s, path.Base(s)} {
		if len(validation.IsValidLabelValue(v)) == 0 {
			return v, true
		}
	}
	return "", false
}

func number[T int | int64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

func flag(b bool) string {
	if b {
		return "true"
	}
	return ""
}
