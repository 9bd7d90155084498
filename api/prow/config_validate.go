package prow

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/template"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Validate checks a defaulted config.yaml without its jobs by Prow's rules and lists all that is wrong, by its fields.
func (c *Config) Validate() Problems {
	k := &checker{job: &JobBase{}}
	k.plank(&c.Plank, field.NewPath("plank"))
	k.jenkins(c.JenkinsOperators, field.NewPath("jenkins_operators"))
	k.deck(&c.Deck, field.NewPath("deck"))
	k.reporters(c)
	k.tide(&c.Tide, field.NewPath("tide"))
	k.protection(&c.BranchProtection, field.NewPath("branch-protection"))
	k.general(c)
	return k.problems
}

func (k *checker) general(c *Config) {
	levels := []string{"panic", "fatal", "error", "warn", "warning", "info", "debug", "trace"}
	if !slices.Contains(levels, strings.ToLower(c.LogLevel)) {
		k.errorf("log-level", field.NewPath("log_level"), "%q: want one of %s%s", c.LogLevel, strings.Join(levels, ", "), guess(c.LogLevel, levels))
	}
	if len(c.PubSubSubscriptions) > 0 && len(c.PubSubTriggers) > 0 {
		k.errorf("exclusive", field.NewPath("pubsub_triggers"), "cannot stand beside pubsub_subscriptions; keep one of them")
	}
	k.address(c.GitHub.LinkURL, field.NewPath("github", "link_url"))
	k.address(c.Gerrit.DeckURL, field.NewPath("gerrit", "deck_url"))
	k.regexp(c.Gerrit.AllowedPresubmitTriggerRe, field.NewPath("gerrit", "allowed_presubmit_trigger_re"))
	if c.OwnersDirDenylist != nil {
		at := field.NewPath("owners_dir_denylist")
		k.idleExpressions(c.OwnersDirDenylist.Default, false, at.Child("default"))
		for _, repo := range sorted(c.OwnersDirDenylist.Repos) {
			k.idleExpressions(c.OwnersDirDenylist.Repos[repo], false, at.Child("repos").Key(repo))
		}
	}
}

func (k *checker) regexp(expr string, at *field.Path) {
	if _, err := expression(expr); err != nil {
		k.badExpression(expr, at, err)
	}
}

func (k *checker) regexps(list []string, at *field.Path) {
	for i, e := range list {
		k.regexp(e, at.Index(i))
	}
}

// idleExpressions warns of expressions that do not compile where Prow finds out only when it needs them.
func (k *checker) idleExpressions(list []string, strict bool, at *field.Path) {
	for i, e := range list {
		if _, err := expression(e); err != nil {
			k.add(Problem{Severity: SeverityWarning, Code: "regexp-invalid", Strict: strict}, at.Index(i), "%q does not compile, so it matches nothing: %v", e, err)
		}
	}
}

func (k *checker) plank(p *Plank, at *field.Path) {
	k.controller(&p.Controller, at)
	for _, key := range sorted(p.JobURLPrefixConfig) {
		k.address(p.JobURLPrefixConfig[key], at.Child("job_url_prefix_config").Key(key))
	}
	if len(p.DefaultDecorationConfigs) > 0 && len(p.DefaultDecorationConfigEntries) > 0 {
		k.errorf("decoration-defaults", at.Child("default_decoration_config_entries"), "cannot stand beside default_decoration_configs; keep one of them")
	}
}

// controller checks what controllers have in common.
func (k *checker) controller(c *Controller, at *field.Path) {
	if c.MaxConcurrency < 0 {
		k.errorf("negative", at.Child("max_concurrency"), "%d: want 0 (no limit) or more", c.MaxConcurrency)
	}
	if c.MaxGoroutines < 0 {
		k.errorf("negative", at.Child("max_goroutines"), "%d: want more than 0", c.MaxGoroutines)
	}
	k.template(c.JobURLTemplate, at.Child("job_url_template"))
	k.template(c.ReportTemplate, at.Child("report_template"))
	if len(c.ReportTemplates) > 0 && c.ReportTemplate != "" {
		k.errorf("exclusive", at.Child("report_template"), "cannot stand beside report_templates, of which it is the old form")
	}
	for _, key := range sorted(c.ReportTemplates) {
		k.template(c.ReportTemplates[key], at.Child("report_templates").Key(key))
	}
}

func (k *checker) template(text string, at *field.Path) {
	functions := template.FuncMap{"replace": strings.ReplaceAll} // Prow gives it to the templates of Jenkins
	if _, err := template.New("").Funcs(functions).Parse(text); err != nil {
		k.errorf("template-invalid", at, "the template cannot be read: %s", strings.TrimPrefix(err.Error(), "template: :"))
	}
}

func (k *checker) jenkins(list []JenkinsOperator, at *field.Path) {
	for i := range list {
		path := at.Index(i)
		k.controller(&list[i].Controller, path)
		switch {
		case len(list) == 1 && list[i].LabelSelector != "":
			k.errorf("label-selector", path.Child("label_selector"), "a single operator serves all jobs; remove it")
		case list[i].LabelSelector != "":
			k.selector(list[i].LabelSelector, path.Child("label_selector"))
		case len(list) > 1:
			k.errorf("label-selector", path.Child("label_selector"), "several operators need one each, to part the jobs between them")
		}
	}
}

func (k *checker) deck(d *Deck, at *field.Path) {
	if len(d.RerunAuthConfigs) > 0 && len(d.DefaultRerunAuthConfigs) > 0 {
		k.errorf("exclusive", at.Child("default_rerun_auth_configs"), "cannot stand beside rerun_auth_configs; keep one of them")
	}
	for _, key := range sorted(d.RerunAuthConfigs) {
		auth := d.RerunAuthConfigs[key]
		k.anyoneOrList(&auth, at.Child("rerun_auth_configs").Key(key))
	}
	for i, e := range d.DefaultRerunAuthConfigs {
		k.anyoneOrList(e.Config, at.Child("default_rerun_auth_configs").Index(i))
	}
	if len(d.AdditionalAllowedBuckets) > 0 && (d.SkipStoragePathValidation == nil || *d.SkipStoragePathValidation) {
		k.errorf("buckets-idle", at.Child("additional_allowed_buckets"), "has no effect unless skip_storage_path_validation is false; write that, or remove the list")
	}
	k.spyglass(&d.Spyglass, at.Child("spyglass"))
	for i, l := range d.ExternalAgentLogs {
		k.selector(l.SelectorString, at.Child("external_agent_logs").Index(i).Child("selector"))
		k.template(l.URLTemplate, at.Child("external_agent_logs").Index(i).Child("url_template"))
	}
}

func (k *checker) spyglass(s *Spyglass, at *field.Path) {
	for i, l := range s.Lenses {
		path := at.Child("lenses").Index(i)
		k.regexps(l.RequiredFiles, path.Child("required_files"))
		k.regexps(l.OptionalFiles, path.Child("optional_files"))
	}
	for _, expr := range sorted(s.Viewers) {
		k.regexp(expr, at.Child("viewers").Key(expr))
	}
	if s.SizeLimit < 0 {
		k.errorf("negative", at.Child("size_limit"), "%d: want more than 0", s.SizeLimit)
	}
	_, prefixes := s.GCSBrowserPrefixes["*"]
	_, byBucket := s.GCSBrowserByBucket["*"]
	if s.GCSBrowserPrefix != "" && (prefixes || byBucket) {
		k.errorf("exclusive", at.Child("gcs_browser_prefix"), "cannot stand beside an entry for *, of which it is the old form")
	}
}

func (k *checker) selector(text string, at *field.Path) {
	if _, err := labels.Parse(text); err != nil {
		k.errorf("label-selector", at, "%q is no label selector: %v", text, err)
	}
}

// address reports what cannot be read as a URL.
func (k *checker) address(text string, at *field.Path) {
	if _, err := url.Parse(text); err != nil {
		k.errorf("url-invalid", at, "%q is no URL: %v", text, err)
	}
}

func (k *checker) anyoneOrList(a *RerunAuthConfig, at *field.Path) {
	if a != nil && a.AllowAnyone && len(a.GitHubTeamIDs)+len(a.GitHubTeamSlugs)+len(a.GitHubUsers)+len(a.GitHubOrgs) > 0 {
		k.errorf("rerun-auth", at.Child("allow_anyone"), "cannot stand beside lists of people; keep one of them")
	}
}

func (k *checker) reporters(c *Config) {
	for i, t := range c.GitHubReporter.JobTypesToReport {
		if t != TypePresubmit && t != TypePostsubmit {
			k.errorf("job-type", field.NewPath("github_reporter", "job_types_to_report").Index(i), "%q: only %s and %s report to GitHub", t, TypePresubmit, TypePostsubmit)
		}
	}
	for _, key := range sorted(c.SlackReporterConfigs) {
		at, s := field.NewPath("slack_reporter_configs").Key(key), c.SlackReporterConfigs[key]
		if s.Channel == "" {
			k.errorf("channel-missing", at.Child("channel"), "a report needs a channel")
		}
		k.template(s.ReportTemplate, at.Child("report_template"))
	}
}

func (k *checker) protection(b *BranchProtection, at *field.Path) {
	if len(b.Include) > 0 && len(b.Exclude) > 0 { // below, Prow takes both
		k.errorf("exclusive", at.Child("exclude"), "cannot stand beside include; keep one of them")
	}
	k.whichBranches(&b.ProtectionPolicy, at)
	for _, org := range sorted(b.Orgs) {
		o, path := b.Orgs[org], at.Child("orgs").Key(org)
		k.whichBranches(&o.ProtectionPolicy, path)
		for _, repo := range sorted(o.Repos) {
			r := o.Repos[repo]
			k.whichBranches(&r.ProtectionPolicy, path.Child("repos").Key(repo))
		}
	}
}

func (k *checker) whichBranches(p *ProtectionPolicy, at *field.Path) {
	k.idleExpressions(p.Include, false, at.Child("include"))
	k.idleExpressions(p.Exclude, false, at.Child("exclude"))
}

// oneOf reports a text that is none of the allowed ones.
func (k *checker) oneOf(code, got string, allowed []string, at *field.Path) {
	if !slices.Contains(allowed, got) {
		k.errorf(code, at, "%s", fmt.Sprintf("%q: want one of %s%s", got, strings.Join(allowed, ", "), guess(got, allowed)))
	}
}
