package prow

import "testing"

func TestValidateFilters(t *testing.T) {
	run(t, TypePresubmit, map[string]judged{
		"a branch":                       {yaml: "name: a\nbranches: [main, '(']" + podYAML, want: []string{"regexp-invalid job.branches[1]"}},
		"a skipped branch":               {yaml: "name: a\nskip_branches: ['*x']" + podYAML, want: []string{"regexp-invalid job.skip_branches[0]"}},
		"two halves of an expression":    {why: "Prow joins the list", yaml: "name: a\nbranches: ['(a', 'b)']" + podYAML},
		"a lookahead":                    {yaml: "name: a\nrun_if_changed: '^(?!docs/)'" + podYAML, want: []string{"regexp-invalid job.run_if_changed"}},
		"both filters":                   {yaml: "name: a\nrun_if_changed: a\nskip_if_only_changed: b" + podYAML, want: []string{"filters-exclusive job.skip_if_only_changed"}},
		"always, with a filter":          {yaml: "name: a\nalways_run: true\nskip_if_only_changed: b" + podYAML, want: []string{"always-run-with-filter job.always_run"}},
		"a trigger without a command":    {yaml: "name: a\ntrigger: /go" + podYAML, want: []string{"trigger-without-command job.trigger"}},
		"a command without a trigger":    {yaml: "name: a\nrerun_command: /go" + podYAML, want: []string{"trigger-without-command job.trigger"}},
		"a command that does not match":  {yaml: "name: a\ntrigger: ^/go$\nrerun_command: /test a" + podYAML, want: []string{"trigger-mismatch job.rerun_command"}},
		"a command nobody looks at":      {yaml: "name: a\ntrigger: go\nrerun_command: go" + podYAML, want: []string{"~command-without-slash job.rerun_command"}},
		"a trigger that is not one":      {yaml: "name: a\ntrigger: '('\nrerun_command: /go" + podYAML, want: []string{"regexp-invalid job.trigger"}},
		"a context of ours":              {yaml: "name: a\ncontext: Bowsprit/trust" + podYAML, want: []string{"context-reserved job.context"}},
		"Gerrit's label without report":  {yaml: "name: a\nskip_report: true\nlabels: {prow.k8s.io/gerrit-report-label: Verified}" + podYAML, want: []string{"skip-report-gerrit job.skip_report"}},
		"Gerrit's label with report":     {yaml: "name: a\nlabels: {prow.k8s.io/gerrit-report-label: Verified}" + podYAML},
		"Gerrit's label without a value": {yaml: "name: a\nskip_report: true\nlabels: {prow.k8s.io/gerrit-report-label: ''}" + podYAML},
	})
	run(t, TypePostsubmit, map[string]judged{
		"a postsubmit, always with a filter": {yaml: "name: a\nalways_run: true\nrun_if_changed: b" + podYAML, want: []string{"always-run-with-filter job.always_run"}},
		"never, with a filter":               {why: "the filter decides", yaml: "name: a\nalways_run: false\nrun_if_changed: b" + podYAML},
		"a postsubmit's branch":              {yaml: "name: a\nbranches: ['(']" + podYAML, want: []string{"regexp-invalid job.branches[0]"}},
		"a postsubmit's context":             {yaml: "name: a\ncontext: bowsprit/x" + podYAML, want: []string{"context-reserved job.context"}},
	})
}
