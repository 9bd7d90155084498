package prow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ReservedContextPrefix begins the contexts that Bowsprit itself writes. A job must not report under one: a green job
// could pass for a grant of trust.
const ReservedContextPrefix = "bowsprit/"

var (
	jobName        = regexp.MustCompile(`^[A-Za-z0-9-._]+$`)
	jenkinsJobName = regexp.MustCompile(`^[A-Za-z0-9-._]([A-Za-z0-9-._/]*[A-Za-z0-9-_])?$`)
	// reservedLabels are set by Prow itself.
	reservedLabels = []string{"created-by-prow", "prow.k8s.io/type", "prow.k8s.io/id"}
)

// checker collects the problems of one job.
type checker struct {
	repo, job string
	problems  Problems
}

func (c *checker) errorf(code string, at *field.Path, format string, args ...any) {
	c.add(SeverityError, code, at, format, args...)
}

func (c *checker) warnf(code string, at *field.Path, format string, args ...any) {
	c.add(SeverityWarning, code, at, format, args...)
}

func (c *checker) add(s Severity, code string, at *field.Path, format string, args ...any) {
	c.problems = append(c.problems, Problem{Severity: s, Code: code, Repo: c.repo, Job: c.job, Field: at.String(),
		Message: fmt.Sprintf(format, args...)})
}

// Validate checks a defaulted presubmit of a repository ("org/repo") by Prow's rules and lists all that is wrong, with
// fields below the path at. Fields that are not honoured yet are warnings.
func (p *Presubmit) Validate(repo, podNamespace string, at *field.Path) Problems {
	c := &checker{repo: repo, job: p.Name}
	c.base(&p.JobBase, podNamespace, at)
	c.filters(p, at)
	c.trigger(p, at)
	c.reporter(p, at)
	c.pod(p, at)
	c.gaps(p, at)
	return c.problems
}

func (c *checker) base(j *JobBase, podNamespace string, at *field.Path) {
	switch {
	case j.Name == "":
		c.errorf("name-missing", at.Child("name"), "a job needs a name")
	case j.Agent == AgentJenkins && !jenkinsJobName.MatchString(j.Name), j.Agent != AgentJenkins && !jobName.MatchString(j.Name):
		c.errorf("name-invalid", at.Child("name"), "%q: a name is letters, digits, '-', '.' and '_'", j.Name)
	}
	if j.MaxConcurrency < 0 {
		c.errorf("max-concurrency-negative", at.Child("max_concurrency"), "%d: want 0 (no limit) or more", j.MaxConcurrency)
	}
	agents := []string{AgentKubernetes, AgentJenkins, AgentTekton}
	if !slices.Contains(agents, j.Agent) {
		c.warnf("agent-unknown", at.Child("agent"), "%q: want one of %s%s", j.Agent, strings.Join(agents, ", "), guess(j.Agent, agents))
	}
	if j.Agent != AgentTekton && slices.Contains(agents, j.Agent) && j.Namespace != podNamespace {
		c.errorf("namespace-other", at.Child("namespace"), "%q: jobs of agent %s run in pod_namespace, which is %q", j.Namespace, j.Agent, podNamespace)
	}
	if j.Agent != AgentKubernetes && j.ErrorOnEviction {
		c.errorf("error-on-eviction-agent", at.Child("error_on_eviction"), "only jobs of agent kubernetes can be evicted")
	}
	c.metadata(j, at)
}

func (c *checker) metadata(j *JobBase, at *field.Path) {
	for _, k := range sorted(j.Labels) {
		path := at.Child("labels").Key(k)
		if slices.Contains(reservedLabels, k) {
			c.errorf("label-reserved", path, "the label is set by Prow itself; use another name")
		}
		for _, msg := range validation.IsQualifiedName(k) {
			c.errorf("label-invalid", path, "%s", msg)
		}
		for _, msg := range validation.IsValidLabelValue(j.Labels[k]) {
			c.errorf("label-invalid", path, "value %q: %s", j.Labels[k], msg)
		}
	}
	for _, k := range sorted(j.Annotations) {
		for _, msg := range validation.IsQualifiedName(k) {
			c.errorf("annotation-invalid", at.Child("annotations").Key(k), "%s", msg)
		}
	}
}

func (c *checker) filters(p *Presubmit, at *field.Path) {
	for i, e := range p.Branches {
		c.regexp(e, at.Child("branches").Index(i))
	}
	for i, e := range p.SkipBranches {
		c.regexp(e, at.Child("skip_branches").Index(i))
	}
	c.regexp(p.RunIfChanged, at.Child("run_if_changed"))
	c.regexp(p.SkipIfOnlyChanged, at.Child("skip_if_only_changed"))
	if p.RunIfChanged != "" && p.SkipIfOnlyChanged != "" {
		c.errorf("filters-exclusive", at.Child("skip_if_only_changed"), "cannot stand beside run_if_changed; keep one of them")
	}
	if p.AlwaysRun && p.HasFilter() {
		key := "run_if_changed"
		if p.RunIfChanged == "" {
			key = "skip_if_only_changed"
		}
		c.errorf("always-run-with-filter", at.Child("always_run"), "cannot stand beside %s; remove one of them", key)
	}
}

func (c *checker) regexp(expr string, at *field.Path) {
	if _, err := expression(expr); err != nil {
		c.errorf("regexp-invalid", at, "%q does not compile: %s (the syntax is RE2: no lookahead, no backreference)",
			expr, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
}

func (c *checker) trigger(p *Presubmit, at *field.Path) {
	path := at.Child("trigger")
	if p.Trigger == "" || p.RerunCommand == "" {
		c.errorf("trigger-without-command", path, "trigger and rerun_command come together: set both, or neither for `/test NAME`")
		return
	}
	before := len(c.problems)
	c.regexp(p.Trigger, path)
	if len(c.problems) == before && !p.TriggerMatches(p.RerunCommand) {
		c.errorf("trigger-mismatch", at.Child("rerun_command"), "%q does not match the job's trigger %q, so it would not run the job",
			p.RerunCommand, p.Trigger)
	}
	if !slashWord.MatchString(p.RerunCommand) {
		c.warnf("command-without-slash", at.Child("rerun_command"), "%q: only comments with a word that begins with \"/\" are looked at, so this one runs nothing",
			p.RerunCommand)
	}
}

// slashWord is what makes a comment worth a look: a word that begins with a slash.
var slashWord = regexp.MustCompile(`(?m)(?:^|[ \t])/\S`)

func (c *checker) reporter(p *Presubmit, at *field.Path) {
	if strings.HasPrefix(strings.ToLower(p.Context), ReservedContextPrefix) {
		c.errorf("context-reserved", at.Child("context"), "%q: contexts that begin with %q are Bowsprit's own; choose another", p.Context, ReservedContextPrefix)
	}
	if p.SkipReport && p.Labels["prow.k8s.io/gerrit-report-label"] != "" {
		c.errorf("skip-report-gerrit", at.Child("skip_report"), "cannot stand beside the label prow.k8s.io/gerrit-report-label")
	}
}

func (c *checker) gaps(p *Presubmit, at *field.Path) {
	for _, g := range p.Gaps() {
		path := at.Child(g.Field)
		if g.Runs {
			c.warnf("no-effect-yet", path, "the job runs, but the field has no effect: %s", g.Why)
			continue
		}
		c.warnf("not-run-yet", path, "the job is kept but not run: %s", g.Why)
	}
}

// guess is `; did you mean "x"?`, or nothing.
func guess(word string, candidates []string) string {
	if g := Closest(word, candidates); g != "" {
		return fmt.Sprintf("; did you mean %q?", g)
	}
	return ""
}
