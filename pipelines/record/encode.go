package record

import (
	"maps"
	"path"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Encode writes the record onto an object, beside the labels and annotations that it has. A label of Prow's that the job set itself
// stays, as it does in Prow. It does not name the object: that is Name's.
func Encode(r Record, obj metav1.Object) {
	obj.SetLabels(overlay(overlay(filled(prowLabels(r)), obj.GetLabels()), filled(ownLabels(r))))
	obj.SetAnnotations(overlay(overlay(obj.GetAnnotations(), filled(prowAnnotations(r))), filled(ownAnnotations(r))))
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

// prowLabels are what Prow puts on a pod (its pkg/pod-utils/decorate): the job and the context are cut, the refs fall back to their last path element.
func prowLabels(r Record) map[string]string {
	return map[string]string{
		prowCreated:    "true",
		prowJob:        cutLabel(r.Cause.Job),
		prowContext:    cutLabel(r.Context),
		prowType:       cutLabel(r.Type),
		prowID:         ProwJobID(Name(r.Cause)),
		prowBuildID:    cutLabel(r.BuildID),
		prowIsOptional: strconv.FormatBool(r.Optional),
		prowOrg:        baseLabel(r.Cause.Org),
		prowRepo:       baseLabel(r.Cause.Repo),
		prowBaseRef:    baseLabel(r.BaseRef),
		prowPull:       number(r.Pull),
	}
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

// baseLabel is Prow's rule for refs: a value that no label can have is replaced by its last path element, or left out.
func baseLabel(s string) string {
	for _, v := range []string{s, path.Base(s)} {
		if len(validation.IsValidLabelValue(v)) == 0 {
			return v
		}
	}
	return ""
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
