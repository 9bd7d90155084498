package pipelines

import (
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// podJob is a job of agent kubernetes while it is compiled.
type podJob struct {
	in    Input
	refs  []prow.Refs
	env   environment
	pod   *corev1.PodSpec
	roles roles
	// clone is what the clone step checks out, and workDir the tree that the job starts in; nil and empty for a job without clone.
	clone   *clonespec.Options
	workDir string
}

// compilePod makes the run of a job of agent kubernetes: one task, in which a step clones what is tested and the next one is the
// job; or one such task for each of several containers that said that they can be apart.
func compilePod(in Input, refs []prow.Refs, env environment) (pipelinev1.PipelineRunSpec, []Warning, error) {
	var none pipelinev1.PipelineRunSpec
	if in.Job.Spec == nil {
		return none, nil, refuse("no-container", "spec", "there is nothing to run: a job of agent kubernetes needs a pod")
	}
	p := &podJob{in: in, refs: refs, env: env, pod: in.Job.Spec.DeepCopy()}
	if err := p.prepare(); err != nil {
		return none, nil, err
	}
	warnings, err := judgePod(in.Job, p.pod, p.roles)
	if err != nil {
		return none, nil, err
	}
	warnings = append(warnings, p.habits()...)
	decoratePod(in.Job, p.pod)
	spec, err := p.runSpec()
	return spec, warnings, err
}

// prepare gives the containers their roles and finds out what is cloned.
func (p *podJob) prepare() (err error) {
	if p.roles, err = rolesOf(p.in.Job, p.pod); err != nil {
		return err
	}
	if err := checkNames(p.in.Job, p.roles.beside); err != nil {
		return err
	}
	if err := checkVolumes(p.pod.Volumes, "spec.volumes"); err != nil {
		return err
	}
	if err := checkVolumes(decorationVolumes(p.in.Job, clones(p.in.Job, p.refs)), "decoration_config"); err != nil {
		return err
	}
	if err := checkBeside(p.in.Job, p.roles.beside, clones(p.in.Job, p.refs)); err != nil {
		return err
	}
	if limit := jobTimeout(p.in.Job); limit < 0 {
		return refuse("timeout", "decoration_config.timeout", "%s is negative", limit)
	}
	if grace := gracePeriod(p.in.Job); grace < 0 {
		return refuse("timeout", "decoration_config.grace_period", "%s is negative", grace)
	}
	if !clones(p.in.Job, p.refs) {
		return nil
	}
	options, err := cloneOptions(p.in, p.refs)
	if err != nil {
		return err
	}
	options.Logs, options.Artifacts, options.Tools = logsDir, artifactsDir, toolsDir
	options.Results = chainsResults(p.in, p.refs, options)
	p.clone, p.workDir = &options, workDirOf(p.refs, options)
	return nil
}

// workDirOf is the tree of the ref that says workdir, else of the first.
func workDirOf(refs []prow.Refs, o clonespec.Options) string {
	for i, r := range refs {
		if r.WorkDir {
			return o.Refs[i].Dir
		}
	}
	return o.Refs[0].Dir
}

func (p *podJob) runSpec() (pipelinev1.PipelineRunSpec, error) {
	pipeline := &pipelinev1.PipelineSpec{}
	for i, c := range p.roles.tests {
		name := taskName
		if len(p.roles.tests) > 1 {
			name = c.Name
		}
		task, err := p.task(c)
		if err != nil {
			return pipelinev1.PipelineRunSpec{}, err
		}
		pipeline.Tasks = append(pipeline.Tasks, pipelinev1.PipelineTask{Name: name, TaskSpec: &pipelinev1.EmbeddedTask{TaskSpec: task}})
		if i == 0 {
			pipeline.Results = pipelineResults(name, task.Results)
		}
	}
	return pipelinev1.PipelineRunSpec{
		PipelineSpec: pipeline,
		Timeouts:     timeouts(p.in.Job, p.pod),
		TaskRunTemplate: pipelinev1.PipelineTaskRunTemplate{
			ServiceAccountName: p.pod.ServiceAccountName,
			PodTemplate:        podTemplate(p.pod),
		},
	}, nil
}

// task runs one container of the job, with everything that it needs around it.
func (p *podJob) task(c container) (pipelinev1.TaskSpec, error) {
	if err := checkContainer(c, p.env, decorated(p.in.Job)); err != nil {
		return pipelinev1.TaskSpec{}, err
	}
	step := testStep(c.Container, p.env)
	limitStep(&step, p.in, p.pod)
	task := pipelinev1.TaskSpec{Volumes: p.pod.Volumes}
	for _, b := range p.roles.beside {
		if err := checkContainer(b, p.env, decorated(p.in.Job)); err != nil {
			return task, err
		}
		task.Sidecars = append(task.Sidecars, p.beside(b))
	}
	if decorated(p.in.Job) {
		if err := p.decorate(&task, &step, c); err != nil {
			return task, err
		}
	}
	task.Steps = append(task.Steps, step)
	if len(p.roles.tests) > 1 {
		return *task.DeepCopy(), nil // so that no two tasks share a part
	}
	return task, nil
}

// beside makes a sidecar of a container. One that stood beside the job's own in Prow sees the same files.
func (p *podJob) beside(c container) pipelinev1.Sidecar {
	native := c.RestartPolicy != nil
	side := sidecar(c.Container, p.env, !native)
	if decorated(p.in.Job) && !native {
		withoutEntrypoint(&side)
		side.VolumeMounts = append(side.VolumeMounts, sharedMounts(p.workDir)...)
		if p.workDir != "" {
			side.WorkingDir = p.workDir
		}
	}
	return side
}

// decorate adds what Prow's decoration adds: the clone and its tree as the working directory, our entrypoint, the log volume and the
// upload.
func (p *podJob) decorate(task *pipelinev1.TaskSpec, step *pipelinev1.Step, c container) error {
	first, err := p.firstStep(c)
	if err != nil {
		return err
	}
	task.Steps = append(task.Steps, first)
	task.Volumes = append(decorationVolumes(p.in.Job, p.clone != nil), p.pod.Volumes...)
	step.VolumeMounts = append(step.VolumeMounts, sharedMounts(p.workDir)...)
	if p.clone != nil {
		step.WorkingDir = p.workDir
		trustClone(step)
		task.Results = taskResults(p.clone.Results)
	}
	name := ""
	if len(p.roles.tests) > 1 {
		name = c.Name
	}
	if uploads(p.in.Job) {
		side, err := uploadSidecar(p.in, p.refs, p.pod, c.Container, name)
		if err != nil {
			return err
		}
		task.Sidecars = append(task.Sidecars, side)
	}
	return wrap(step, runOptions(p.in, name))
}

func (p *podJob) firstStep(c container) (pipelinev1.Step, error) {
	if p.clone == nil {
		return placeStep(p.in, c.SecurityContext)
	}
	step, err := cloneStep(p.in, *p.clone, c.SecurityContext)
	step.VolumeMounts = append(step.VolumeMounts, sharedMounts(p.workDir)...)
	return step, err
}

// decorationVolumes are the volumes that decoration adds to a task.
func decorationVolumes(job *prow.Job, cloning bool) []corev1.Volume {
	volumes := []corev1.Volume{emptyDir(logsVolume), emptyDir(toolsVolume)}
	if cloning {
		volumes = append(append(volumes, emptyDir(codeVolume)), cloneVolumes(decorationOf(job))...)
	}
	if uploads(job) {
		for _, c := range bucketCredentials(decorationOf(job)) {
			volumes = append(volumes, c.source())
		}
	}
	return volumes
}
