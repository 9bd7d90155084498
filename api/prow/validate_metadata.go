package prow

import (
	"maps"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// The annotations by which a job of several containers says what they are to each other. Prow loads them and takes no
// notice.
const (
	// AnnotationPrimaryContainer names the container that is the job; the others become sidecars.
	AnnotationPrimaryContainer = "bowsprit.dev/primary-container"
	// AnnotationParallelContainers "true" lets each container run as a task of its own.
	AnnotationParallelContainers = "bowsprit.dev/parallel-containers"
)

// reservedLabels are set by Prow itself.
var reservedLabels = []string{"created-by-prow", "prow.k8s.io/type", "prow.k8s.io/id"}

// verdicts keeps what Kubernetes says of keys and values, since thousands of jobs share a few: its expressions are slow.
// It is bounded: some come from repositories that anybody may write to.
type verdicts struct {
	known *lru.Cache[string, []string]
	judge func(string) []string
}

func newVerdicts(judge func(string) []string) verdicts {
	known, _ := lru.New[string, []string](8192) // fails only for a size below 1
	return verdicts{known, judge}
}

func (v verdicts) of(s string) []string {
	if said, ok := v.known.Get(s); ok {
		return said
	}
	said := v.judge(s)
	v.known.Add(s, said)
	return said
}

var (
	qualifiedNames = newVerdicts(validation.IsQualifiedName)
	labelValues    = newVerdicts(validation.IsValidLabelValue)
)

// metadata checks labels and annotations; an annotation's value is free.
func (c *checker) metadata() {
	for k, v := range c.job.Labels {
		if slices.Contains(reservedLabels, k) {
			c.errorf("label-reserved", c.at.Child("labels").Key(k), "the label is set by Prow itself; use another name")
		}
		for _, msg := range qualifiedNames.of(k) {
			c.errorf("label-invalid", c.at.Child("labels").Key(k), "%s", msg)
		}
		for _, msg := range labelValues.of(v) {
			c.errorf("label-invalid", c.at.Child("labels").Key(k), "value %q: %s", v, msg)
		}
	}
	for k := range c.job.Annotations {
		for _, msg := range qualifiedNames.of(k) {
			c.errorf("annotation-invalid", c.at.Child("annotations").Key(k), "%s", msg)
		}
	}
	c.containerRoles()
}

// containerRoles checks Bowsprit's own annotations.
func (c *checker) containerRoles() {
	primary, named := c.job.Annotations[AnnotationPrimaryContainer]
	parallel, side := c.job.Annotations[AnnotationParallelContainers]
	if !named && !side {
		return
	}
	at := c.at.Child("annotations")
	if named && side {
		c.errorf("container-roles", at.Key(AnnotationParallelContainers), "cannot stand beside %s; keep one of them", AnnotationPrimaryContainer)
	}
	if side && parallel != "true" {
		c.errorf("container-roles", at.Key(AnnotationParallelContainers), "%q: want \"true\", or no such annotation", parallel)
	}
	if named {
		c.primary(primary)
	}
}

// primary checks that one container has the name.
func (c *checker) primary(name string) {
	var names []string
	if c.job.Spec != nil {
		for i := range c.job.Spec.Containers {
			names = append(names, c.job.Spec.Containers[i].Name)
		}
	}
	if !slices.Contains(names, name) {
		c.errorf("container-roles", c.at.Child("annotations").Key(AnnotationPrimaryContainer), "no container has the name %q%s%s", name, among(names), guess(name, names))
	}
}

// restartsAlways says whether an init container is a sidecar, as Kubernetes has them.
func restartsAlways(k *corev1.Container) bool {
	return k.RestartPolicy != nil && *k.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
