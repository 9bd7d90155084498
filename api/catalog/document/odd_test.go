package document

import (
	"strings"
	"testing"
)

// oddScalars are ways to write a value that YAML's readers have disagreed on.
var oddScalars = strings.Split(`1|-1|+1|0|-0|00|010|0o7|0x1F|0b11|-0b11|0b-1|1_000|_1|1_|1__0|9223372036854775807|9223372036854775808|18446744073709551615|`+
	`-9223372036854775809|123456789012345|1234567890123456|1.|.5|-.5|+.5|1.5|1.50|0.1|-1.0|1e3|1E+3|1e400|-1.5e-3|1e|e1|.e1|.|..|-|--|+|.inf|-.inf|+.INF|.nan|.NaN|inf|nan|Infinity|+inf|`+
	`0x1p-2|1p3|y|Y|n|yes|No|on|OFF|true|True|TRUE|tRUE|false|t|~|null|Null|NULL|nULL|<<|=|2026-01-02|2026-1-2|2026-01-02T03:04:05Z|2026-01-02 03:04:05|12:30|12:30:45|190:20:30|1,000|`+
	`100m|1Gi|1.5Gi|1h|2h30m|1d|''|""|'1'|"y"|"\u263a"|"\x41\n"|'it''s'|a b|a:b|a#b|é|`+"\u2028"+`|<tag>&"|! 1|! y|! a|!!str 1|!!int "1"|!!int a|!!bool y|!!null ''|!!float 1|!!binary aGk=|`+
	`!!timestamp 2026-01-02|!custom 1|&x 1|&x a|{}|[]|{a: 1}|[1]|[a, [b]]|{a: {b: c}}|{1: a}|{y: a}|{~: a}|{[a]: b}|{a: 1, a: 2}|{? a : b}|{<<: {a: b}}|{<<: a}|{<<: [{a: b}, {a: c}]}|*none|%a|@a|`+"`a`", "|")

// oddPlaces are places for a value, as X.
var oddPlaces = []string{
	"periodics: [{name: X}]", "periodics: [{name: a, max_concurrency: X}]", "periodics: [{name: a, decorate: X}]", "periodics: [{name: a, hidden: X}]",
	"periodics: [{name: a, labels: {k: X}}]", "periodics: [{name: a, labels: X}]", "periodics: [{name: a, labels: {name: X}}]", "periodics: [{name: a, cron: X}]",
	"periodics: [{name: a, tags: X}]", "periodics: [{name: a, tags: [a, X]}]", "periodics: [{name: a, retry: X}]", "periodics: [{name: a, unknown: X}]",
	"periodics: [{name: a, decoration_config: {timeout: X}}]", "periodics: [{name: a, decoration_config: {run_as_user: X}}]",
	"periodics: [{name: a, decoration_config: {default_memory_request: X}}]", "periodics: [{name: a, spec: {containers: [{args: [X], image: X}]}}]",
	"periodics: [{name: a, spec: {containers: [{resources: {limits: {cpu: X}}}]}}]", "periodics: [{name: a, spec: {containers: [{livenessProbe: {httpGet: {port: X}}}]}}]",
	"periodics: [{name: a, spec: {terminationGracePeriodSeconds: X, containers: X}}]", "periodics: [{name: a, pipeline_run_spec: {params: [{name: p, value: X}]}}]",
	"periodics: [{name: a, rerun_auth_config: {github_team_ids: [X]}}]", "periodics: X", "periodics: [X]", "X: []", "X", "prow_ignored: X", "prow_ignored: {a: [X]}",
	"presets: [{labels: {a: X}, env: [{name: A, value: X}]}]", "presubmits: {o/r: [{name: a, trigger: X, context: X, branches: [X]}]}", "presubmits: {X: []}",
	"plugins: {o: X}", "plugins: {o: {plugins: [X]}}", "presubmits: [{name: a, branches: [X], rerun_command: X}]", "a: &a X\nperiodics: [*a]", "a: &a {name: X}\nperiodics: [{<<: *a, cron: X}]",
	"periodics:\n- name: X\n  cron: X\n", "periodics:\n  - name: a\n    spec:\n      containers:\n      - args:\n        - X\n        - |\n          X\n", "- X", "tide: {queries: X}", "X: X",
}

// TestOddValuesAreReadAlike puts every odd value into every place.
func TestOddValuesAreReadAlike(t *testing.T) {
	direct := 0
	for _, place := range oddPlaces {
		for _, odd := range oddScalars {
			text := strings.ReplaceAll(place, "X", odd)
			for kind, of := range readers {
				straight, diff := sameBothWays([]byte(text), of)
				if diff != "" {
					t.Errorf("%q as %s: %s", text, kind, diff)
				}
				if straight {
					direct++
				}
			}
		}
	}
	if direct < len(oddPlaces)*len(oddScalars) {
		t.Errorf("only %d documents were read directly, so little was compared", direct)
	}
}
