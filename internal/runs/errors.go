package runs

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// TakenError says that a PipelineRun of the wanted name exists that is not the wanted one.
type TakenError struct {
	Name string
	// Why says what it is instead.
	Why string
	// SameCause is true if it was made for the same cause, from a job that was configured differently then.
	SameCause bool
}

func (e *TakenError) Error() string { return fmt.Sprintf("the name %s is taken: %s", e.Name, e.Why) }

// RefusedError says that the API server, or Tekton's admission webhook, will not accept a run however often it is tried.
type RefusedError struct {
	Name string
	// Message is the exact answer.
	Message string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the cluster refuses PipelineRun %s: %s", e.Name, e.Message)
}

// ErrReportedElsewhere says that somebody else noted a report on the run in the meantime.
var ErrReportedElsewhere = errors.New("another report was noted on the run in the meantime")

// ErrNoLog says that there is no log to read: the pod is gone, or its container never started.
var ErrNoLog = errors.New("the log is gone")

// refused tells a verdict from a fault. A webhook that cannot be reached answers InternalError or a timeout, a quota
// Forbidden, missing CRDs NotFound of the resource: these pass. Invalid, BadRequest (what Tekton's webhook answers), a
// body that is too large and a namespace that does not exist do not.
func refused(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || apierrors.IsRequestEntityTooLargeError(err) || noNamespace(err)
}

func noNamespace(err error) bool {
	var status apierrors.APIStatus
	return apierrors.IsNotFound(err) && errors.As(err, &status) &&
		status.Status().Details != nil && status.Status().Details.Kind == "namespaces"
}
