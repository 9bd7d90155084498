package pipelines

import (
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// verdict is what a reason of Tekton's means for people.
type verdict struct {
	phase Phase
	class Class
}

var (
	byInfra   = verdict{PhaseError, ClassInfra}
	byConfig  = verdict{PhaseError, ClassConfig}
	byTimeout = verdict{PhaseTimedOut, ClassUser}
	byCancel  = verdict{PhaseCancelled, ClassNone}
	byUser    = verdict{PhaseFailed, ClassUser}
)

// verdicts has the reasons whose meaning is known. Tekton adds and renames reasons between releases, so a reason that is not here is
// never an error of ours: the run failed and its log says why.
var verdicts = map[string]verdict{
	string(pipelinev1.PipelineRunReasonTimedOut):  byTimeout,
	string(pipelinev1.TaskRunReasonTimedOut):      byTimeout,
	string(pipelinev1.PipelineRunReasonCancelled): byCancel,
	string(pipelinev1.TaskRunReasonCancelled):     byCancel,

	string(pipelinev1.TaskRunReasonPodEvicted):          byInfra,
	string(pipelinev1.TaskRunReasonInitContainerOOM):    byInfra,
	string(pipelinev1.TaskRunReasonInitContainerFailed): byInfra,
	string(pipelinev1.TaskRunReasonPodCreationFailed):   byInfra,
	string(pipelinev1.TaskRunReasonImagePullFailed):     byInfra,
	string(pipelinev1.TaskRunReasonStopSidecarFailed):   byInfra,
	string(pipelinev1.PipelineRunReasonCouldntCancel):   byInfra,
	string(pipelinev1.PipelineRunReasonCouldntTimeOut):  byInfra,

	"PodAdmissionFailed": byConfig,
	string(pipelinev1.TaskRunReasonCreateContainerConfigError):          byConfig,
	string(pipelinev1.TaskRunReasonFailedResolution):                    byConfig,
	string(pipelinev1.TaskRunReasonFailedValidation):                    byConfig,
	string(pipelinev1.TaskRunReasonTaskFailedValidation):                byConfig,
	string(pipelinev1.TaskRunReasonResourceVerificationFailed):          byConfig,
	string(pipelinev1.PipelineRunReasonCouldntGetPipeline):              byConfig,
	string(pipelinev1.PipelineRunReasonCouldntGetTask):                  byConfig,
	string(pipelinev1.PipelineRunReasonCouldntGetPipelineResult):        byConfig,
	string(pipelinev1.PipelineRunReasonCreateRunFailed):                 byConfig,
	string(pipelinev1.PipelineRunReasonCELEvaluationFailed):             byConfig,
	string(pipelinev1.PipelineRunReasonFailedValidation):                byConfig,
	string(pipelinev1.PipelineRunReasonInvalidBindings):                 byConfig,
	string(pipelinev1.PipelineRunReasonInvalidGraph):                    byConfig,
	string(pipelinev1.PipelineRunReasonInvalidMatrixParameterTypes):     byConfig,
	string(pipelinev1.PipelineRunReasonInvalidParamValue):               byConfig,
	string(pipelinev1.PipelineRunReasonInvalidPipelineResultReference):  byConfig,
	string(pipelinev1.PipelineRunReasonInvalidTaskResultReference):      byConfig,
	string(pipelinev1.PipelineRunReasonInvalidTaskRunSpec):              byConfig,
	string(pipelinev1.PipelineRunReasonInvalidWorkspaceBinding):         byConfig,
	string(pipelinev1.PipelineRunReasonObjectParameterMissKeys):         byConfig,
	string(pipelinev1.PipelineRunReasonParamArrayIndexingInvalid):       byConfig,
	string(pipelinev1.PipelineRunReasonParameterMissing):                byConfig,
	string(pipelinev1.PipelineRunReasonParameterTypeMismatch):           byConfig,
	string(pipelinev1.PipelineRunReasonRequiredWorkspaceMarkedOptional): byConfig,
}

// verdictOf reads a reason. An image that does not exist is the configuration's fault, one that could not be fetched is not; only the
// kubelet's message tells them apart.
func verdictOf(reason, message string) (Phase, Class) {
	v, known := verdicts[reason]
	switch {
	case !known:
		v = byUser
	case reason == string(pipelinev1.TaskRunReasonImagePullFailed) && imageMissing(message):
		v = byConfig
	}
	return v.phase, v.class
}

// imageMissing recognises the kubelet's and containerd's words for an image that nobody will find by trying again.
func imageMissing(message string) bool {
	for _, sign := range []string{"InvalidImageName", "not found", "manifest unknown", "repository does not exist"} {
		if strings.Contains(message, sign) {
			return true
		}
	}
	return false
}

func outOfMemory(reason string) bool {
	switch pipelinev1.TaskRunReason(reason) {
	case pipelinev1.TaskRunReasonStepOOM, pipelinev1.TaskRunReasonSidecarOOM, pipelinev1.TaskRunReasonInitContainerOOM:
		return true
	}
	return false
}

// cloneVerdict blames a failed clone: on the pull request if it cannot be merged, else on what stands between us and the repository.
func cloneVerdict(phase Phase, step *Step) (Phase, Class) {
	switch {
	case step.Status == StepTimedOut:
		return phase, ClassInfra
	case step.ExitCode == clonespec.ExitUnmergeable:
		return PhaseFailed, ClassUser
	case step.ExitCode == clonespec.ExitUsage:
		return PhaseError, ClassConfig
	}
	return PhaseError, ClassInfra
}
