package runs

import (
	"context"
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Store reads and writes PipelineRuns. Its fields are set once, before the first call.
type Store struct {
	// Client writes, and reads from a cache that may be stale.
	Client client.Client
	// Live reads from the API server itself.
	Live client.Reader
	// Pods reads logs.
	Pods corev1client.PodsGetter
	// Namespaces are all namespaces in which runs live. ListLive looks nowhere else.
	Namespaces []string
}

// List returns the runs that match, from the cache, from all namespaces, in no order. It may be stale.
func (s *Store) List(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error) {
	var list pipelinev1.PipelineRunList
	if err := s.Client.List(ctx, &list, client.MatchingLabelsSelector{Selector: match}); err != nil {
		return nil, fmt.Errorf("list PipelineRuns: %w", err)
	}
	return list.Items, nil
}

// ListLive returns the runs that match as the API server has them now, from Namespaces, in no order.
func (s *Store) ListLive(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error) {
	var all []pipelinev1.PipelineRun
	for _, ns := range s.Namespaces {
		var list pipelinev1.PipelineRunList
		if err := s.Live.List(ctx, &list, client.InNamespace(ns), client.MatchingLabelsSelector{Selector: match}); err != nil {
			return nil, fmt.Errorf("list PipelineRuns in %s: %w", ns, err)
		}
		all = append(all, list.Items...)
	}
	return all, nil
}

// Get reads one run from the API server itself; nil without an error if there is none.
func (s *Store) Get(ctx context.Context, key types.NamespacedName) (*pipelinev1.PipelineRun, error) {
	run := &pipelinev1.PipelineRun{}
	err := s.Live.Get(ctx, key, run)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get PipelineRun %s: %w", key, err)
	}
	return run, nil
}

// TaskRuns reads the TaskRuns that a run names as its children from the API server itself, in the run's order. Those
// that are gone are left out. Names are never guessed: Tekton shortens them.
func (s *Store) TaskRuns(ctx context.Context, run *pipelinev1.PipelineRun) ([]pipelinev1.TaskRun, error) {
	var tasks []pipelinev1.TaskRun
	for _, child := range run.Status.ChildReferences {
		if child.Kind != "TaskRun" {
			continue
		}
		var task pipelinev1.TaskRun
		err := s.Live.Get(ctx, types.NamespacedName{Namespace: run.Namespace, Name: child.Name}, &task)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("get TaskRun %s/%s: %w", run.Namespace, child.Name, err)
		}
		tasks = append(tasks, task)
	}
	return tasks, nil
}
