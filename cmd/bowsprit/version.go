package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// prowCompat is the commit of Prow whose behaviour Bowsprit follows.
const prowCompat = "a619408973827f5a8846fc61b4731156bde5fb0c"

// version is what `version -o json` prints.
type version struct {
	// Version is the module's version; "(devel)" for a build from a checkout.
	Version string `json:"version"`
	// Commit is the commit that was built, with "-dirty" behind it if files were changed; "unknown" if git was not there.
	Commit string `json:"commit"`
	// ProwCompat is prowCompat.
	ProwCompat string `json:"prow_compat"`
}

func newVersion() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the commit of Prow that is followed",
		Long: "Version prints the version of this program, the commit that it was built from, and the commit of Prow whose\n" +
			"behaviour it follows.",
		Example: "  bowsprit version -o json",
		Args:    cobra.NoArgs,
	}
	output := addOutputFlag(cmd, formText, formJSON)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		info, ok := debug.ReadBuildInfo()
		if !ok {
			info = &debug.BuildInfo{}
		}
		v := versionOf(info)
		if output.formFor(cmd.OutOrStdout()) == formJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
		}
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "bowsprit %s, commit %s, follows Prow %s\n", v.Version, v.Commit, v.ProwCompat)
		return err
	}
	return cmd
}

func versionOf(info *debug.BuildInfo) version {
	v := version{Version: info.Main.Version, Commit: "unknown", ProwCompat: prowCompat}
	if v.Version == "" {
		v.Version = "(devel)"
	}
	dirty := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	if dirty {
		v.Commit += "-dirty"
	}
	return v
}
