package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/triggers/match"
)

func newJobsMatch() *cobra.Command {
	var questions string
	adHoc := &adHocQuestion{}
	cmd := &cobra.Command{
		Use:   "match",
		Short: "Say which jobs Prow itself would start for an event",
		Long: "Match answers as Prow does, also where `serve` is stricter (`bowsprit explain` shows what that does, and why): the jobs\n" +
			"that start, the kind of comment, the labels, whether running jobs are aborted, and the contexts that the plugin skip\n" +
			"sets to success. Trust follows from the flags or the question alone; nobody else is a member of anything.\n\n" +
			"With --questions it reads questions, one JSON object a line: {\"id\", \"repo\", \"org_members\": {ORG: [LOGIN]},\n" +
			"\"collaborators\", \"event\": {\"kind\": \"pull_request\", \"comment\" or \"push\", \"action\", \"author\", \"commenter\", \"sender\",\n" +
			"\"base\", \"ref\", \"body\", \"changed\", \"draft\", \"mergeable\", \"labels\", \"statuses\", \"issue_state\"}}, and answers a line for each.",
		Example: "  bowsprit jobs match --config-path config.yaml --job-config-path jobs --plugin-config plugins.yaml --repo o/r --base main \\\n" +
			"    --event pull_request --action opened --author alice --member alice --changed a.go --changed b.md\n" +
			"  bowsprit jobs match --config-path config.yaml --job-config-path jobs --questions questions.jsonl",
		Args: cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	cmd.Flags().StringVar(&questions, "questions", "", "a file with one question a line; - for standard input")
	adHoc.addFlags(cmd)
	output := addOutputFlag(cmd, formTable, formJSON, formYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var q match.Question
		if questions == "" {
			var err error
			if q, err = adHoc.question(cmd.Flags().Changed); err != nil {
				return err
			}
		}
		cat, err := flags.loadGood(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		a := newAnswers(out, output.formFor(out), "ID", "STARTS", "COMMENT", "LABELS", "ABORTS")
		if questions == "" {
			return a.endAfter(putAnswer(a, match.Decide(cat, q)))
		}
		return a.endAfter(readLines(questions, cmd.InOrStdin(), func(q match.Question) error {
			if err := q.Validate(); err != nil {
				return err
			}
			return putAnswer(a, match.Decide(cat, q))
		}))
	}
	return cmd
}

// putAnswer writes one answer.
func putAnswer(a *answers, answer match.Answer) error {
	return a.put(answer, func() [][]string {
		var jobs, labels []string
		for _, j := range answer.Jobs {
			jobs = append(jobs, j.Name)
		}
		for _, l := range answer.LabelsAdded {
			labels = append(labels, "+"+l)
		}
		for _, l := range answer.LabelsRemoved {
			labels = append(labels, "-"+l)
		}
		return [][]string{{cell(unquoted(answer.ID), 40), cell(strings.Join(jobs, " "), 120), string(answer.Comment),
			cell(strings.Join(labels, " "), 60), fmt.Sprint(answer.AbortsRunning)}}
	})
}

// unquoted is a JSON value for people: a string without its quotes, anything else as it is.
func unquoted(id json.RawMessage) string {
	var s string
	if json.Unmarshal(id, &s) == nil {
		return s
	}
	return string(id)
}
