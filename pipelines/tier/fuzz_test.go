package tier

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/yaml"
)

// free are maps whose keys are their author's: nothing in them is a field.
var free = []string{"annotations", "labels", "nodeSelector", "matchLabels", "limits", "requests", "volumeAttributes", "params", "properties", "default"}

// dockerDefaults are the capabilities that every container has without asking.
var dockerDefaults = []any{"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}

// forbidden are fields that no run of the lowest tier has, with the values that are harmless. It knows nothing of Check.
var forbidden = map[string]func(value any) (harmless bool){
	"secret": never, "secretName": never, "secretRef": never, "secretKeyRef": never, "imagePullSecrets": empty, "nodePublishSecretRef": never,
	"serviceAccountToken": never, "podCertificate": never, "hostPath": never, "csi": never, "nfs": never, "persistentVolumeClaim": never,
	"ephemeral": never, "serviceAccountName": func(v any) bool { return v == "" || v == "default" },
	"hostNetwork": isFalse, "privileged": isFalse, "hostProcess": isFalse, "hostPort": func(v any) bool { return v == float64(0) },
	"taskRef": never, "pipelineRef": never, "resolver": func(v any) bool { return v == "" },
	"procMount": func(v any) bool { return v == "" || v == "Default" },
	"add": func(v any) bool {
		list, ok := v.([]any)
		return v == nil || ok && !slices.ContainsFunc(list, func(c any) bool { return !slices.Contains(dockerDefaults, c) })
	},
	"managedBy": func(v any) bool { return v == nil || v == "tekton.dev/pipeline" }, "automountServiceAccountToken": isFalse, "dataSource": never, "dataSourceRef": never, "volumeName": func(v any) bool { return v == "" },
}

func never(v any) bool { return v == nil }

func isFalse(v any) bool { return v == false || v == nil }

func empty(v any) bool {
	list, ok := v.([]any)
	return v == nil || ok && len(list) == 0
}

// offences walks a run as JSON and lists the fields that are forbidden.
func offences(node any, at string) (found []string) {
	switch n := node.(type) {
	case []any:
		for i, child := range n {
			found = append(found, offences(child, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		for key, child := range n {
			if slices.Contains(free, key) {
				continue
			}
			if harmless, known := forbidden[key]; known && !harmless(child) {
				found = append(found, at+"."+key)
			}
			found = append(found, offences(child, at+"."+key)...)
		}
	}
	return found
}

// FuzzCheck holds what the lowest tier lets through against a walk of its own, which knows fields by name and no structure.
func FuzzCheck(f *testing.F) {
	for _, tc := range escapes {
		text, err := yaml.YAMLToJSON([]byte(tc.spec))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		run := &pipelinev1.PipelineRun{}
		if json.Unmarshal(text, &run.Spec) != nil || len((&Policy{}).Check(run, "default", Lowest, Own{})) > 0 {
			return
		}
		b, err := json.Marshal(run.Spec)
		if err != nil {
			return
		}
		var tree any
		if err := json.Unmarshal(b, &tree); err != nil {
			t.Fatal(err)
		}
		if found := offences(tree, "spec"); len(found) > 0 {
			t.Errorf("%v passed in %s", found, b)
		}
	})
}

func TestTheWalkOfItsOwnSeesTheEscapes(t *testing.T) {
	for why, tc := range escapes {
		var tree any
		if err := yaml.Unmarshal([]byte(tc.spec), &tree); err != nil {
			t.Fatal(err)
		}
		seen := len(offences(tree, "spec")) > 0
		// What these hide is in values, in files elsewhere or in what is not written.
		blind := slices.Contains([]string{
			"no system call filter", "another SELinux role", "a setting of the kernel", "a profile switched off by an old annotation",
			"a custom task's own text", "a step action by its name", "the token of the default account",
		}, why)
		if !seen && !blind {
			t.Errorf("%s: the walk sees nothing", why)
		}
	}
}
