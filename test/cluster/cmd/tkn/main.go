// Command tkn is the part of Tekton's command line that looks at runs: what is here is the shipped code of tektoncd/cli.
// The hub, bundle and triggers commands are left out because they import tektoncd/hub, whose module the Go proxy does
// not serve; the pipeline and task commands because they sign tasks, for which they import three hundred packages that
// nothing else needs (a twelfth of the cold build).
package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/tektoncd/cli/pkg/cli"
	"github.com/tektoncd/cli/pkg/cmd/customrun"
	"github.com/tektoncd/cli/pkg/cmd/pipelinerun"
	"github.com/tektoncd/cli/pkg/cmd/taskrun"
	"github.com/tektoncd/cli/pkg/cmd/version"
)

func main() {
	p := &cli.TektonParams{}
	root := &cobra.Command{Use: "tkn", Short: "CLI for tekton pipelines", SilenceUsage: true}
	root.AddCommand(pipelinerun.Command(p), taskrun.Command(p), customrun.Command(p), version.Command(p))
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}
