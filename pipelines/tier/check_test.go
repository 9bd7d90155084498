package tier

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/yaml"
)

// quiet is a run that uses nothing: the account's token is off.
const quiet = "taskRunTemplate: {podTemplate: {automountServiceAccountToken: false}}\n"

// step is a run of one task whose only step has the given fields as well.
func step(fields string) string {
	return quiet + "pipelineSpec: {tasks: [{name: job, taskSpec: {steps: [{name: test, image: busybox" + fields + "}]}}]}"
}

// task is a run of one task with the given fields beside its only step.
func task(fields string) string {
	return quiet + "pipelineSpec: {tasks: [{name: job, taskSpec: {steps: [{name: test, image: busybox}]" + fields + "}}]}"
}

func runOf(t *testing.T, spec string) *pipelinev1.PipelineRun {
	t.Helper()
	run := &pipelinev1.PipelineRun{}
	if err := yaml.UnmarshalStrict([]byte(spec), &run.Spec); err != nil {
		t.Fatalf("%v in\n%s", err, spec)
	}
	return run
}

// escapes are ways to a secret, an account, the node or somebody else's code; each must be denied in the lowest tier.
var escapes = map[string]struct {
	spec string
	want []string // CODE FIELD
}{
	"a secret as a volume":                  {task(", volumes: [{name: v, secret: {secretName: prod}}]"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].secret"}},
	"a secret inside a projected volume":    {task(", volumes: [{name: v, projected: {sources: [{configMap: {name: c}}, {secret: {name: prod}}]}}]"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].projected.sources[1].secret"}},
	"an account's token, projected":         {task(", volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}]"), []string{"service-account spec.pipelineSpec.tasks[0].taskSpec.volumes[0].projected.sources[0].serviceAccountToken"}},
	"a certificate for the pod":             {task(", volumes: [{name: v, projected: {sources: [{podCertificate: {signerName: s/x, keyType: ED25519}}]}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].projected.sources[0].podCertificate"}},
	"a secret's name that Tekton computes":  {task(`, volumes: [{name: v, secret: {secretName: "$(params.JOB_NAME)"}}]`), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].secret"}},
	"a storage driver with a secret":        {task(", volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: prod}}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].csi", "secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].csi.nodePublishSecretRef"}},
	"a storage driver that fetches secrets": {task(", volumes: [{name: v, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: prod}}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].csi"}},
	"a claim made for the pod":              {task(", volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].ephemeral"}},
	"somebody else's claim":                 {task(", volumes: [{name: v, persistentVolumeClaim: {claimName: cache}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].persistentVolumeClaim"}},
	"a network file system":                 {task(", volumes: [{name: v, nfs: {server: s, path: /}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].nfs"}},
	"a file share with a secret":            {task(", volumes: [{name: v, azureFile: {secretName: prod, shareName: s}}]"), []string{"volume spec.pipelineSpec.tasks[0].taskSpec.volumes[0].azureFile", "secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].azureFile.secretName"}},
	"a folder of the node":                  {task(", volumes: [{name: v, hostPath: {path: /var/run}}]"), []string{"host-path spec.pipelineSpec.tasks[0].taskSpec.volumes[0].hostPath"}},
	"a volume of the pod template":          {quiet[:len(quiet)-3] + ", volumes: [{name: v, secret: {secretName: prod}}]}}", []string{"secret spec.taskRunTemplate.podTemplate.volumes[0].secret"}},

	"a secret in a variable":                      {step(", env: [{name: A, value: b}, {name: T, valueFrom: {secretKeyRef: {name: prod, key: k}}}]"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.steps[0].env[1].valueFrom.secretKeyRef"}},
	"all of a secret in variables":                {step(", envFrom: [{secretRef: {name: prod}}]"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.steps[0].envFrom[0].secretRef"}},
	"a secret in a sidecar's variable":            {task(", sidecars: [{name: s, image: i, env: [{name: T, valueFrom: {secretKeyRef: {name: prod, key: k}}}]}]"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.sidecars[0].env[0].valueFrom.secretKeyRef"}},
	"all of a secret in a sidecar":                {task(", sidecars: [{name: s, image: i, envFrom: [{secretRef: {name: prod}}]}]"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.sidecars[0].envFrom[0].secretRef"}},
	"a secret that all steps inherit":             {task(", stepTemplate: {env: [{name: T, valueFrom: {secretKeyRef: {name: prod, key: k}}}]}"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.stepTemplate.env[0].valueFrom.secretKeyRef"}},
	"all of a secret that all steps inherit":      {task(", stepTemplate: {envFrom: [{secretRef: {name: prod}}]}"), []string{"secret spec.pipelineSpec.tasks[0].taskSpec.stepTemplate.envFrom[0].secretRef"}},
	"a secret in the pod template's variable":     {quiet[:len(quiet)-3] + ", env: [{name: T, valueFrom: {secretKeyRef: {name: prod, key: k}}}]}}", []string{"secret spec.taskRunTemplate.podTemplate.env[0].valueFrom.secretKeyRef"}},
	"a secret in a task of finally":               {quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: i}]}}], finally: [{name: b, taskSpec: {steps: [{image: i, envFrom: [{secretRef: {name: prod}}]}]}}]}", []string{"secret spec.pipelineSpec.finally[0].taskSpec.steps[0].envFrom[0].secretRef"}},
	"a secret in a pipeline within the pipeline":  {quiet + "pipelineSpec: {tasks: [{name: a, pipelineSpec: {tasks: [{name: b, taskSpec: {steps: [{image: i, envFrom: [{secretRef: {name: prod}}]}]}}]}}]}", []string{"secret spec.pipelineSpec.tasks[0].pipelineSpec.tasks[0].taskSpec.steps[0].envFrom[0].secretRef"}},
	"a secret as a workspace":                     {quiet + "workspaces: [{name: w, secret: {secretName: prod}}]", []string{"secret spec.workspaces[0].secret"}},
	"a secret in a projected workspace":           {quiet + "workspaces: [{name: w, projected: {sources: [{secret: {name: prod}}]}}]", []string{"secret spec.workspaces[0].projected.sources[0].secret"}},
	"a storage driver as a workspace":             {quiet + "workspaces: [{name: w, csi: {driver: d}}]", []string{"volume spec.workspaces[0].csi"}},
	"somebody else's claim as a workspace":        {quiet + "workspaces: [{name: w, persistentVolumeClaim: {claimName: cache}}]", []string{"volume spec.workspaces[0].persistentVolumeClaim"}},
	"a copy of somebody else's claim":             {quiet + "workspaces: [{name: w, volumeClaimTemplate: {spec: {dataSource: {kind: PersistentVolumeClaim, name: cache}}}}]", []string{"volume spec.workspaces[0].volumeClaimTemplate.spec"}},
	"somebody's volume by its name":               {quiet + "workspaces: [{name: w, volumeClaimTemplate: {spec: {volumeName: pv-1}}}]", []string{"volume spec.workspaces[0].volumeClaimTemplate.spec"}},
	"a registry's credentials":                    {quiet[:len(quiet)-3] + ", imagePullSecrets: [{name: registry}]}}", []string{"secret spec.taskRunTemplate.podTemplate.imagePullSecrets[0]"}},
	"a registry's credentials for one task":       {quiet + "taskRunSpecs: [{pipelineTaskName: job, podTemplate: {imagePullSecrets: [{name: registry}]}}]", []string{"secret spec.taskRunSpecs[0].podTemplate.imagePullSecrets[0]"}},
	"the token of the default account":            {"taskRunTemplate: {}", []string{"service-account spec.taskRunTemplate.podTemplate.automountServiceAccountToken"}},
	"the token of the default account, written":   {"taskRunTemplate: {serviceAccountName: default, podTemplate: {automountServiceAccountToken: true}}", []string{"service-account spec.taskRunTemplate.podTemplate.automountServiceAccountToken"}},
	"another account, even without token":         {"taskRunTemplate: {serviceAccountName: deployer, podTemplate: {automountServiceAccountToken: false}}", []string{"service-account spec.taskRunTemplate.serviceAccountName"}},
	"another account for one task":                {quiet + "taskRunSpecs: [{pipelineTaskName: job, serviceAccountName: deployer}]", []string{"service-account spec.taskRunSpecs[0].serviceAccountName"}},
	"the token switched on for one task":          {quiet + "taskRunSpecs: [{pipelineTaskName: job, podTemplate: {automountServiceAccountToken: true}}]", []string{"service-account spec.taskRunSpecs[0].podTemplate.automountServiceAccountToken"}},
	"a privileged step":                           {step(", securityContext: {privileged: true}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"a privileged sidecar":                        {task(", sidecars: [{name: s, image: i, securityContext: {privileged: true}}]"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"privilege that all steps inherit":            {task(", stepTemplate: {securityContext: {privileged: true}}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"a capability":                                {step(", securityContext: {capabilities: {add: [SYS_ADMIN]}}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"no system call filter":                       {step(", securityContext: {seccompProfile: {type: Unconfined}}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"all of /proc":                                {step(", securityContext: {procMount: Unmasked}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"another SELinux role":                        {step(", securityContext: {seLinuxOptions: {role: sysadm_r}}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"a process of a Windows host":                 {step(", securityContext: {windowsOptions: {hostProcess: true}}"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"a port of the host":                          {task(", sidecars: [{name: s, image: i, ports: [{containerPort: 80, hostPort: 80}]}]"), []string{"privileged spec.pipelineSpec.tasks[0]"}},
	"the host's network":                          {quiet[:len(quiet)-3] + ", hostNetwork: true}}", []string{"privileged spec.taskRunTemplate.podTemplate"}},
	"the host's network for one task":             {quiet + "taskRunSpecs: [{pipelineTaskName: job, podTemplate: {automountServiceAccountToken: false, hostNetwork: true}}]", []string{"privileged spec.taskRunSpecs[0].podTemplate"}},
	"a setting of the kernel":                     {quiet[:len(quiet)-3] + ", securityContext: {sysctls: [{name: kernel.msgmax, value: \"1\"}]}}}", []string{"privileged spec.taskRunTemplate.podTemplate"}},
	"a profile switched off by an old annotation": {quiet + "pipelineSpec: {tasks: [{name: job, taskSpec: {metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/step-test: unconfined}}, steps: [{name: test, image: i}]}}]}", []string{"privileged spec.pipelineSpec.tasks[0]"}},

	"a controller that is not Tekton's": {quiet + "managedBy: example.dev/other-cluster", []string{"remote-ref spec.managedBy"}},
	"a task by its name":                {quiet + "pipelineSpec: {tasks: [{name: a, taskRef: {name: deploy}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].taskRef"}},
	"a task from elsewhere":             {quiet + "pipelineSpec: {tasks: [{name: a, taskRef: {resolver: git, params: [{name: url, value: u}]}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].taskRef"}},
	"a custom task":                     {quiet + "pipelineSpec: {tasks: [{name: a, taskRef: {apiVersion: x.dev/v1, kind: Wait, name: w}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].taskRef"}},
	"a custom task's own text":          {quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {apiVersion: x.dev/v1, kind: Wait, spec: {secret: prod}}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].taskSpec"}},
	"a pipeline by its name":            {quiet + "pipelineRef: {name: release}", []string{"remote-ref spec.pipelineRef"}},
	"a pipeline from elsewhere":         {quiet + "pipelineRef: {resolver: bundles, params: [{name: bundle, value: b}]}", []string{"remote-ref spec.pipelineRef"}},
	"a pipeline within, by its name":    {quiet + "pipelineSpec: {tasks: [{name: a, pipelineRef: {name: release}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].pipelineRef"}},
	"a step from elsewhere":             {quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: s, ref: {resolver: http, params: [{name: url, value: u}]}}]}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].taskSpec.steps[0].ref"}},
	"a step action by its name":         {quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: s, ref: {name: login}}]}}]}", []string{"remote-ref spec.pipelineSpec.tasks[0].taskSpec.steps[0].ref"}},
	"a secret of ours in another step": {task(", volumes: [{name: v, secret: {secretName: clone-key}}]}}, {name: b, taskSpec: {steps: [{name: clone, image: tools, command: [/x, clone]}, {name: test, image: i, volumeMounts: [{name: v, mountPath: /s}]}], volumes: [{name: v, secret: {secretName: clone-key}}]"),
		[]string{"secret spec.pipelineSpec.tasks[1].taskSpec.volumes[0].secret"}},
	"a secret of ours, with a script in our place": {quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: clone, image: tools, command: [/x, clone], script: 'cat /s/*', volumeMounts: [{name: v, mountPath: /s}]}], volumes: [{name: v, secret: {secretName: clone-key}}]}}]}",
		[]string{"secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].secret"}},
	"a secret of ours, inherited by all steps": {quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {stepTemplate: {volumeMounts: [{name: v, mountPath: /s}]}, steps: [{name: clone, image: tools, command: [/x, clone]}], volumes: [{name: v, secret: {secretName: clone-key}}]}}]}",
		[]string{"secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].secret"}},
	"variables behind our clone's own":         {quiet[:len(quiet)-3] + ", env: [{name: BOWSPRIT_CLONE, value: x}]}}\npipelineSpec: {tasks: [" + lentTask("a", "") + "]}", lentDenied},
	"variables behind our clone's, per task":   {quiet + "taskRunSpecs: [{pipelineTaskName: b, podTemplate: {automountServiceAccountToken: false, env: [{name: PATH, value: /c}]}}]\npipelineSpec: {tasks: [" + lentTask("a", "") + "]}", lentDenied},
	"hosts that are elsewhere for our clone":   {quiet[:len(quiet)-3] + ", hostAliases: [{ip: 192.0.2.1, hostnames: [github.com]}]}}\npipelineSpec: {tasks: [" + lentTask("a", "") + "]}", lentDenied},
	"variables that our clone inherits":        {lent(", stepTemplate: {env: [{name: PATH, value: /c}]}"), lentDenied},
	"a file of variables for our clone":        {lent(", stepTemplate: {envFrom: [{configMapRef: {name: c}}]}"), lentDenied},
	"another git mounted over our clone's":     {lent(", stepTemplate: {volumeMounts: [{name: code, mountPath: /usr/bin}]}"), lentDenied},
	"a sidecar in our clone's folder":          {lent(", sidecars: [{name: db, image: i, volumeMounts: [{name: code, mountPath: /c}]}]"), lentDenied},
	"a sidecar in a folder that it computes":   {lent(", sidecars: [{name: db, image: i, volumeMounts: [{name: $(params.x), mountPath: /c}]}]"), lentDenied},
	"a task before our clone":                  {inWorkspace(ownClaim, ", runAfter: [evil]", ", {name: evil"+ending+"]"), lentDenied},
	"a task beside our clone":                  {inWorkspace(ownClaim, "", ", {name: evil"+ending+"]"), lentDenied},
	"a task behind one beside our clone":       {inWorkspace(ownClaim, "", ", {name: x, taskSpec: {steps: [{name: s, image: i}]}}, {name: evil, runAfter: [x]"+ending+"]"), lentDenied},
	"a clone in finally, behind everybody":     {quiet + "workspaces: [{name: w, " + ownClaim + "}]\npipelineSpec: {tasks: [{name: evil" + ending + "], finally: [{name: clone, workspaces: [{name: w}], " + strings.TrimPrefix(lentTask("x", ""), "{name: x, ") + "]}", []string{"secret spec.pipelineSpec.finally[0].taskSpec.volumes[0].secret"}},
	"a clone in a pipeline within":             {quiet + "pipelineSpec: {tasks: [{name: p, pipelineSpec: {tasks: [" + lentTask("a", "") + "]}}]}", []string{"secret spec.pipelineSpec.tasks[0].pipelineSpec.tasks[0].taskSpec.volumes[0].secret"}},
	"a clone where other runs write":           {inWorkspace("persistentVolumeClaim: {claimName: c}", "", "]"), []string{"volume spec.workspaces[0].persistentVolumeClaim", lentDenied[0]}},
	"the token of the administrators' account": {"taskRunTemplate: {serviceAccountName: builder}", []string{"service-account spec.taskRunTemplate.podTemplate.automountServiceAccountToken"}},
	"the same token for one task":              {quiet + "taskRunSpecs: [{pipelineTaskName: job, serviceAccountName: builder, podTemplate: {automountServiceAccountToken: true}}]", []string{"service-account spec.taskRunSpecs[0].podTemplate.automountServiceAccountToken"}},
}

// lentDenied is the denial of the key of lentTask.
var lentDenied = []string{"secret spec.pipelineSpec.tasks[0].taskSpec.volumes[0].secret"}

// lentTask is a task in which our clone holds a key of the administrators' and shares a folder, with more fields.
func lentTask(name, fields string) string {
	return "{name: " + name + ", taskSpec: {steps: [{name: clone, image: tools, command: [/x, clone], volumeMounts: [{name: v, mountPath: /s}, {name: code, mountPath: /c}]}], " +
		"volumes: [{name: v, secret: {secretName: clone-key}}, {name: code, emptyDir: {}}]" + fields + "}}"
}

// lent is a run of such a task.
func lent(fields string) string {
	return quiet + "pipelineSpec: {tasks: [" + lentTask("a", fields) + "]}"
}

// inWorkspace is a run whose clone works in a claim that other tasks bind as well.
func inWorkspace(binding, clone, tasks string) string {
	return quiet + "workspaces: [{name: w, " + binding + "}]\npipelineSpec: {workspaces: [{name: w}], tasks: [{name: clone, workspaces: [{name: w}]" + clone + ", " +
		strings.TrimPrefix(lentTask("x", ""), "{name: x, ") + tasks + "}"
}

const (
	ownClaim = "volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}"
	ending   = ", workspaces: [{name: mine, workspace: w}], taskSpec: {steps: [{name: s, image: i}]}}"
)

// ours is what the central configuration gave to the runs of these tests.
var ours = Own{
	Secrets:        []string{"clone-key"},
	ServiceAccount: "builder",
	Helper: func(name, image string, command []string) bool {
		return name == "clone" && image == "tools" && slices.Equal(command, []string{"/x", "clone"})
	},
}

func TestEveryEscapeFromTheLowestTierIsDenied(t *testing.T) {
	for why, tc := range escapes {
		t.Run(why, func(t *testing.T) {
			var got []string
			for _, d := range (&Policy{}).Check(runOf(t, tc.spec), "default", Lowest, ours) {
				got = append(got, d.Code+" "+d.Field)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheTrustedTierMayDoAllOfIt(t *testing.T) {
	for why, tc := range escapes {
		if denials := (&Policy{}).Check(runOf(t, tc.spec), "build01", Trusted, Own{}); len(denials) > 0 {
			t.Errorf("%s: %v", why, denials)
		}
		if denials := (*Policy)(nil).Check(runOf(t, tc.spec), "build01", "nobody", Own{}); len(denials) > 0 {
			t.Errorf("without a policy: %s: %v", why, denials)
		}
	}
}

func TestWhatTheLowestTierMayDo(t *testing.T) {
	for why, spec := range map[string]string{
		"a step with what everybody has":                step(", env: [{name: A, value: b}, {name: B, valueFrom: {configMapKeyRef: {name: c, key: k}}}], envFrom: [{configMapRef: {name: c}}], securityContext: {runAsUser: 0, capabilities: {drop: [ALL], add: [CHOWN]}}"),
		"harmless volumes":                              task(", volumes: [{name: a, emptyDir: {}}, {name: b, configMap: {name: c}}, {name: d, downwardAPI: {}}, {name: e, projected: {sources: [{configMap: {name: c}}, {downwardAPI: {}}]}}]"),
		"a sidecar":                                     task(", sidecars: [{name: db, image: postgres, ports: [{containerPort: 5432}], readinessProbe: {tcpSocket: {port: 5432}}}]"),
		"a workspace of its own":                        quiet + "workspaces: [{name: a, emptyDir: {}}, {name: b, volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}, {name: c, configMap: {name: c}}]",
		"the administrators' account":                   "taskRunTemplate: {serviceAccountName: builder, podTemplate: {automountServiceAccountToken: false}}",
		"our clone beside a sidecar of its own folders": lent(", sidecars: [{name: db, image: i, volumeMounts: [{name: data, mountPath: /d}]}]"),
		"our clone before everybody else":               inWorkspace(ownClaim, "", ", {name: a, runAfter: [clone]"+ending+", {name: b, runAfter: [a]"+ending+"], finally: [{name: c"+ending+"]"),
		"two clones of ours side by side":               inWorkspace(ownClaim, "", ", {name: second, workspaces: [{name: w}], "+strings.TrimPrefix(lentTask("x", ""), "{name: x, ")+"]"),
		"a folder that each task has for itself":        inWorkspace("emptyDir: {}", "", ", {name: a"+ending+"]"),
		"our clone with the administrators' key": quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: clone, image: tools, command: [/x, clone], volumeMounts: [{name: v, mountPath: /s}]}, {name: test, image: i}], " +
			"volumes: [{name: v, secret: {secretName: clone-key}}]}}]}",
		"the same key in a projected volume": quiet + "pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: clone, image: tools, command: [/x, clone], volumeMounts: [{name: v, mountPath: /s}]}], " +
			"volumes: [{name: v, projected: {sources: [{secret: {name: clone-key}}]}}]}}]}",
	} {
		if denials := (&Policy{}).Check(runOf(t, spec), "default", Lowest, ours); len(denials) > 0 {
			t.Errorf("%s: %v", why, denials)
		}
	}
}

func TestAnAdministratorAllowsThingsOneByOne(t *testing.T) {
	p := &Policy{Tiers: map[Name]Tier{"forks": {
		ServiceAccounts: []string{"ci-*"}, Secrets: []string{"public-*"}, HostPaths: []string{"/var/cache"}, Clusters: []string{"default"},
		Volumes: []string{"persistentVolumeClaim"}, RemoteRefs: []string{"resolver/bundles", "task/lint-*"},
	}}, Fork: "forks"}
	for why, tc := range map[string]struct {
		spec, cluster string
		want          []string
	}{
		"names that match":                      {spec: "taskRunTemplate: {serviceAccountName: ci-e2e}\nworkspaces: [{name: a, secret: {secretName: public-key}}, {name: b, persistentVolumeClaim: {claimName: c}}]"},
		"names that do not":                     {spec: "taskRunTemplate: {serviceAccountName: prod}\nworkspaces: [{name: a, secret: {secretName: my-public-key}}]", want: []string{"service-account", "secret"}},
		"a pattern and a computed name":         {spec: quiet + `workspaces: [{name: a, secret: {secretName: "public-$(params.x)"}}]`, want: []string{"secret"}},
		"folders below an allowed one":          {spec: task(", volumes: [{name: v, hostPath: {path: /var/cache/go}}]")},
		"a folder that only looks like one":     {spec: task(", volumes: [{name: v, hostPath: {path: /var/cache-2}}]"), want: []string{"host-path"}},
		"a folder that climbs out":              {spec: task(", volumes: [{name: v, hostPath: {path: /var/cache/../run}}]"), want: []string{"host-path"}},
		"an allowed resolver and task":          {spec: quiet + "pipelineSpec: {tasks: [{name: a, taskRef: {resolver: bundles}}, {name: b, taskRef: {name: lint-go}}]}"},
		"another cluster":                       {spec: quiet, cluster: "prod", want: []string{"cluster"}},
		"a controller that nobody allowed":      {spec: quiet + "managedBy: example.dev/x", want: []string{"remote-ref"}},
		"Tekton's own controller":               {spec: quiet + "managedBy: tekton.dev/pipeline"},
		"a privilege, which has its own switch": {spec: step(", securityContext: {privileged: true}"), want: []string{"privileged"}},
	} {
		t.Run(why, func(t *testing.T) {
			if tc.cluster == "" {
				tc.cluster = "default"
			}
			var got []string
			for _, d := range p.Check(runOf(t, tc.spec), tc.cluster, p.For(true, true), Own{}) {
				got = append(got, d.Code)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhereARunMayLive(t *testing.T) {
	for why, tc := range map[string]struct {
		namespace string
		allowed   []string
		want      int
	}{
		"where all pods are":      {namespace: "test-pods"},
		"elsewhere":               {namespace: "kube-system", want: 1},
		"elsewhere, if allowed":   {namespace: "team-a", allowed: []string{"team-*"}},
		"elsewhere, if not quite": {namespace: "my-team-a", allowed: []string{"team-*"}, want: 1},
	} {
		run := runOf(t, quiet)
		run.Namespace = tc.namespace
		p := &Policy{Tiers: map[Name]Tier{Lowest: {Clusters: []string{"*"}, Namespaces: tc.allowed}}}
		if got := p.Check(run, "default", Lowest, Own{Namespace: "test-pods"}); len(got) != tc.want {
			t.Errorf("%s: %v", why, got)
		}
	}
}

func TestForFindsTheTierOfAJob(t *testing.T) {
	for why, tc := range map[string]struct {
		policy       Policy
		inRepo, fork bool
		want         Name
	}{
		"a central job":                          {want: Trusted},
		"a central job on a fork's pull request": {fork: true, want: Trusted},
		"the repository's own job":               {inRepo: true, want: Trusted},
		"the repository's own job on a fork":     {inRepo: true, fork: true, want: Lowest},
		"tiers that an administrator chose":      {policy: Policy{Central: "a", InRepo: "b", Fork: "c"}, inRepo: true, fork: true, want: "c"},
		"and for pull requests that are ours":    {policy: Policy{Central: "a", InRepo: "b", Fork: "c"}, inRepo: true, want: "b"},
	} {
		if got := tc.policy.For(tc.inRepo, tc.fork); got != tc.want {
			t.Errorf("%s: %s, want %s", why, got, tc.want)
		}
	}
}

func TestADenialNamesTheWayOut(t *testing.T) {
	denials := (&Policy{}).Check(runOf(t, "taskRunTemplate: {serviceAccountName: deployer}"), "default", Lowest, Own{})
	const want = `spec.taskRunTemplate.serviceAccountName: tier "lowest" may not use service account "deployer"; leave it out, or ask an administrator to allow it in tiers.lowest.service_accounts`
	if len(denials) != 1 || denials[0].Error() != want {
		t.Errorf("%v", denials)
	}
	unknown := (&Policy{Fork: "guests"}).Check(runOf(t, quiet), "default", "guests", Own{})
	const wantUnknown = `tier: this job's tier: no tier is called "guests"; ask an administrator to define tiers.guests`
	if len(unknown) != 1 || unknown[0].Error() != wantUnknown {
		t.Errorf("%v", unknown)
	}
}
