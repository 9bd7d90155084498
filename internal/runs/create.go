package runs

import (
	"context"
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Create makes the run, or adopts the one of that name that was made for the same cause from the same job; the second
// result is true if it was made now. Creating twice has the effect of creating once, also when the first try's answer
// was lost.
//
// A *TakenError says that the name belongs to something else. A *RefusedError says that the API server will never
// accept this run. Every other error may pass: try again later.
func (s *Store) Create(ctx context.Context, run *pipelinev1.PipelineRun) (*pipelinev1.PipelineRun, bool, error) {
	made := run.DeepCopy()
	err := s.Client.Create(ctx, made)
	switch {
	case err == nil:
		return made, true, nil
	case apierrors.IsAlreadyExists(err):
		live, err := s.adopt(ctx, run)
		return live, false, err
	case refused(err):
		return nil, false, &RefusedError{Name: run.Name, Message: err.Error()}
	}
	return nil, false, fmt.Errorf("create PipelineRun %s/%s: %w", run.Namespace, run.Name, err)
}

// adopt returns the living run of want's name if it is the same: a name alone proves nothing.
func (s *Store) adopt(ctx context.Context, want *pipelinev1.PipelineRun) (*pipelinev1.PipelineRun, error) {
	live, err := s.Get(ctx, client.ObjectKeyFromObject(want))
	if err != nil {
		return nil, err
	}
	if live == nil {
		return nil, fmt.Errorf("PipelineRun %s/%s was deleted while it was adopted", want.Namespace, want.Name)
	}
	wanted, err := record.Decode(want)
	if err != nil {
		return nil, fmt.Errorf("read back the record of PipelineRun %s/%s: %w", want.Namespace, want.Name, err)
	}
	found, err := record.Decode(live)
	switch {
	case err != nil:
		return nil, &TakenError{Name: want.Name, Why: err.Error()}
	case found.Cause != wanted.Cause:
		return nil, &TakenError{Name: want.Name, Why: "it was made for another cause"}
	case found.SpecHash != wanted.SpecHash:
		return live, &TakenError{Name: want.Name, Why: "it ran with an earlier configuration of the job", SameCause: true}
	}
	return live, nil
}
