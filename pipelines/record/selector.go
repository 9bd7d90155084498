package record

import (
	"strconv"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
)

// Selector matches every run of Bowsprit's.
func Selector() labels.Selector {
	present, _ := labels.NewRequirement(LabelJob, selection.Exists, nil) // the key is valid
	return labels.NewSelector().Add(*present)
}

// PullSelector matches the runs of one pull request. Since label values are cleaned, a caller must still compare the decoded
// record's Cause.
func PullSelector(org, repo string, number int) labels.Selector {
	return labels.SelectorFromValidatedSet(labels.Set{
		LabelOrg: cutLabel(org), LabelRepo: cutLabel(repo), LabelPull: strconv.Itoa(number),
	})
}
