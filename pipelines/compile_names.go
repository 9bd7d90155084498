package pipelines

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// checkNames keeps the names of Bowsprit's own containers free, and tells sidecars apart.
func checkNames(job *prow.Job, beside []container) error {
	taken := map[string]bool{}
	if decorated(job) {
		taken = map[string]bool{cloneStepName: true, placeStepName: true, uploadName: true}
	}
	for _, c := range beside {
		if c.Name == "" || taken[c.Name] {
			return refuse("container-name", c.at+".name", "%q is empty or the name of another container of the run; choose another", c.Name)
		}
		taken[c.Name] = true
	}
	return nil
}

// checkVolumes refuses names that Kubernetes would refuse when the pod is made, long after the run.
func checkVolumes(volumes []corev1.Volume, at string) error {
	for i, v := range volumes {
		problems := validation.IsDNS1123Label(v.Name)
		if len(problems) == 0 {
			continue
		}
		if at == "spec.volumes" {
			at = fmt.Sprintf("spec.volumes[%d].name", i)
		}
		return refuse("volume-name", at, "no volume can be named %q: %s", v.Name, strings.Join(problems, "; "))
	}
	return nil
}
