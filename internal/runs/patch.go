package runs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// operation is one line of a JSON patch (RFC 6902). A test of null holds if there is nothing at the path.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// guardedPatch is the patch from base to edited in what a store may change: annotations and spec.status. It tests that the
// object is the same one and that what it replaces has not changed.
func guardedPatch(base, edited *pipelinev1.PipelineRun) (client.Patch, error) {
	ops := []operation{{Op: "test", Path: "/metadata/uid", Value: base.UID}}
	for _, key := range keysOf(base.Annotations, edited.Annotations) {
		old, had := base.Annotations[key]
		value, has := edited.Annotations[key]
		ops = append(ops, replace("/metadata/annotations/"+escape(key), optional(old, had), optional(value, has))...)
	}
	was, is := string(base.Spec.Status), string(edited.Spec.Status)
	ops = append(ops, replace("/spec/status", optional(was, was != ""), optional(is, is != ""))...)
	data, err := json.Marshal(ops)
	if err != nil {
		return nil, fmt.Errorf("write a patch: %w", err)
	}
	return client.RawPatch(types.JSONPatchType, data), nil
}

// replace is nothing if the values are the same, else a test of the old one and the change to the new one; nil is absence.
func replace(path string, old, value any) []operation {
	switch {
	case old == value:
		return nil
	case value == nil:
		return []operation{{Op: "test", Path: path, Value: old}, {Op: "remove", Path: path}}
	}
	return []operation{{Op: "test", Path: path, Value: old}, {Op: "add", Path: path, Value: value}}
}

func optional(value string, there bool) any {
	if !there {
		return nil
	}
	return value
}

// keysOf are the keys of both, sorted.
func keysOf(a, b map[string]string) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// escape writes a key as one part of a JSON pointer (RFC 6901).
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
