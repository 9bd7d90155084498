package record

import (
	"errors"
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ErrForeign says that an object carries no record at all: somebody else made it, and it is none of our business.
var ErrForeign = errors.New("carries no record of Bowsprit")

// ErrCopy says that an object carries the record of another run: somebody cloned one of ours, for example by the Dashboard's "Rerun".
// Its record is returned beside the error; what is reported on it would be about the other run.
var ErrCopy = errors.New("carries the record of another run")

// Decode reads the record back: Decode after Encode gives the same record. It refuses an object without one (ErrForeign), one
// whose name is not the name of its cause (ErrCopy), and one whose annotations were tampered with.
func Decode(obj metav1.Object) (Record, error) {
	a := obj.GetAnnotations()
	if a[annotationJob] == "" && a[annotationTrigger] == "" && a[annotationSubject] == "" {
		return Record{}, fmt.Errorf("%s %w", obj.GetName(), ErrForeign)
	}
	d := decoder{annotations: a}
	r := d.record()
	if d.err != nil {
		return Record{}, fmt.Errorf("read the record of %s: %w", obj.GetName(), d.err)
	}
	if want := Name(r.Cause); obj.GetName() != want {
		return r, fmt.Errorf("%s %w, %s", obj.GetName(), ErrCopy, want)
	}
	return r, nil
}

// decoder reads annotations and keeps the first thing that is wrong.
type decoder struct {
	annotations map[string]string
	err         error
}

func (d *decoder) record() Record {
	a := d.annotations
	return Record{
		Cause: Cause{
			Org: a[annotationOrg], Repo: a[annotationRepo], Subject: a[annotationSubject],
			HeadSHA: a[annotationHeadSHA], Job: a[annotationJob], Trigger: a[annotationTrigger],
		},
		SpecHash:       a[annotationSpecHash],
		Type:           a[annotationType],
		Context:        a[annotationContext],
		RerunCommand:   a[annotationRerunCommand],
		SkipReport:     d.flag(annotationSkipReport),
		Optional:       d.flag(annotationOptional),
		MaxConcurrency: int(d.number(annotationMaxConcurrency)),
		BaseRef:        a[AnnotationBaseRef],
		BaseSHA:        a[annotationBaseSHA],
		Pull:           int(d.number(annotationPull)),
		BuildID:        a[annotationBuildID],
		CancelReason:   a[AnnotationCancelReason],
		Reported: Reported{
			CheckRunID: d.number(annotationCheckRunID),
			Digest:     a[annotationDigest],
			Final:      d.flag(annotationFinal),
		},
	}
}

// number reads what number wrote: absent is 0, anything but the shortest decimal form is an error.
func (d *decoder) number(key string) int64 {
	text, present := d.annotations[key]
	if !present {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number(n) != text {
		d.fail(key, text, "a decimal number other than 0")
	}
	return n
}

func (d *decoder) flag(key string) bool {
	text, present := d.annotations[key]
	if present && text != "true" {
		d.fail(key, text, `"true" or no such annotation`)
	}
	return present
}

func (d *decoder) fail(key, text, want string) {
	if d.err == nil {
		d.err = fmt.Errorf("annotation %s is %q, want %s", key, text, want)
	}
}

// CancelReason reads only why Bowsprit cancelled a run; empty if it did not, or for a foreign object.
func CancelReason(obj metav1.Object) string { return obj.GetAnnotations()[AnnotationCancelReason] }
