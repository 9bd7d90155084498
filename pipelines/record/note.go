package record

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

func reportedAnnotations(r Reported) map[string]string {
	return map[string]string{
		annotationCheckRunID: number(r.CheckRunID),
		annotationDigest:     r.Digest,
		annotationFinal:      flag(r.Final),
	}
}

// SetReported notes on the object what was last told to GitHub, in place of what was noted before.
func SetReported(obj metav1.Object, r Reported) { setAnnotations(obj, reportedAnnotations(r)) }

// SetCancelReason notes on the object why Bowsprit cancels it; an empty reason removes the note.
func SetCancelReason(obj metav1.Object, why string) {
	setAnnotations(obj, map[string]string{AnnotationCancelReason: why})
}

// setAnnotations lays values over an object's annotations; an empty value removes its annotation.
func setAnnotations(obj metav1.Object, values map[string]string) {
	merged := overlay(nil, obj.GetAnnotations())
	for k, v := range values {
		if v == "" {
			delete(merged, k)
			continue
		}
		merged[k] = v
	}
	obj.SetAnnotations(merged)
}
