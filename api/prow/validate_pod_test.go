package prow

import "testing"

func TestValidatePod(t *testing.T) {
	pod := func(rest string) string { return "name: a\nspec:\n  " + rest }
	run(t, TypePresubmit, map[string]judged{
		"no container":             {yaml: pod("volumes: []"), want: []string{"containers-missing job.spec.containers"}},
		"an init container":        {yaml: pod("containers: [{image: x}]\n  initContainers: [{name: i, image: z}]"), want: []string{"init-container job.spec.initContainers[0]"}},
		"a sidecar":                {yaml: pod("containers: [{image: x}]\n  initContainers: [{name: i, image: z, restartPolicy: Always, env: [{name: JOB_NAME}]}]")},
		"several, not decorated":   {yaml: pod("containers: [{name: a, image: x}, {name: b, image: x}]"), want: []string{"containers-undecorated job.spec.containers"}},
		"several, decorated":       {yaml: pod("containers: [{name: a, image: x, args: [x]}, {name: b, image: x, command: [x]}]\ndecorate: true")},
		"names of containers":      {yaml: pod("containers: [{image: x, args: [x]}, {name: b, image: x, command: [x]}, {name: b, command: [x]}, {name: sidecar, command: [x]}]\ndecorate: true"), want: []string{"container-name job.spec.containers[0].name", "container-name job.spec.containers[2].name", "container-name job.spec.containers[3].name"}},
		"a reserved variable":      {yaml: pod("containers: [{image: x, env: [{name: PULL_TITLE}]}]"), want: []string{"env-reserved job.spec.containers[0].env[0].name"}},
		"a variable twice":         {yaml: pod("containers: [{image: x, env: [{name: A}, {name: B}, {name: A}]}]"), want: []string{"env-duplicate job.spec.containers[0].env[2].name"}},
		"a variable in each":       {yaml: pod("containers: [{name: a, env: [{name: A}], args: [x]}, {name: b, env: [{name: A}], args: [x]}]\ndecorate: true")},
		"a volume twice":           {yaml: pod("containers: [{image: x}]\n  volumes: [{name: v}, {name: v}]"), want: []string{"volume-duplicate job.spec.volumes[1].name"}},
		"a volume of decoration's": {why: "also if the job is not decorated", yaml: pod("containers: [{image: x}]\n  volumes: [{name: logs}]"), want: []string{"volume-reserved job.spec.volumes[0].name"}},
		"a volume of a secret":     {yaml: pod("containers: [{image: x, args: [x]}]\n  volumes: [{name: key}]\ndecorate: true\ndecoration_config: {ssh_key_secrets: [key]}"), want: []string{"volume-reserved job.spec.volumes[0].name"}},
		"a volume of a token":      {yaml: pod("containers: [{image: x, args: [x]}]\n  volumes: [{name: tok}]\ndecorate: true\ndecoration_config: {oauth_token_secret: {name: tok}}"), want: []string{"volume-reserved job.spec.volumes[0].name"}},
		"a mount of nothing":       {yaml: pod("containers: [{image: x, volumeMounts: [{name: v, mountPath: /v}]}]"), want: []string{"mount-unknown job.spec.containers[0].volumeMounts[0].name"}},
		"a mount of the logs":      {yaml: pod("containers: [{image: x, volumeMounts: [{name: logs, mountPath: /v}]}]"), want: []string{"mount-reserved job.spec.containers[0].volumeMounts[0].name"}},
		"a mount of credentials":   {why: "Prow lets jobs have them", yaml: pod("containers: [{image: x, volumeMounts: [{name: gcs-credentials, mountPath: /v}]}]")},
		"a mount at a taken path":  {yaml: pod("containers: [{image: x, volumeMounts: [{name: v, mountPath: /logs}]}]\n  volumes: [{name: v}]"), want: []string{"mount-reserved job.spec.containers[0].volumeMounts[0].mountPath"}},
		"a mount over a taken path": {yaml: pod("containers: [{image: x, args: [x], volumeMounts: [{name: v, mountPath: /home/prow}]}]\n  volumes: [{name: v}]\ndecorate: true"),
			want: []string{"~mount-nested job.spec.containers[0].volumeMounts[0].mountPath"}},
		"a mount inside a taken path": {yaml: pod("containers: [{image: x, args: [x], volumeMounts: [{name: v, mountPath: /home/prow/go/pkg}]}]\n  volumes: [{name: v}]\ndecorate: true")},
	})
	run(t, TypePostsubmit, map[string]judged{
		"a pull request's variable": {why: "a postsubmit has none", yaml: pod("containers: [{image: x, env: [{name: PULL_NUMBER}]}]")},
		"a base's variable":         {yaml: pod("containers: [{image: x, env: [{name: PULL_REFS}]}]"), want: []string{"env-reserved job.spec.containers[0].env[0].name"}},
	})
	run(t, TypePeriodic, map[string]judged{
		"a base's variable, periodic": {yaml: pod("containers: [{image: x, env: [{name: PULL_REFS}]}]\ninterval: 1h")},
		"a job's variable":            {yaml: pod("containers: [{image: x, env: [{name: CI}]}]\ninterval: 1h"), want: []string{"env-reserved job.spec.containers[0].env[0].name"}},
	})
}
