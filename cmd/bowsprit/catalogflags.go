package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// catalogFlags are the flags that name a Prow configuration. They have Prow's own names, so that one argument list
// serves both programs.
type catalogFlags struct {
	config, jobs, plugins string
}

// addCatalogFlags adds the flags to a verb.
func addCatalogFlags(cmd *cobra.Command) *catalogFlags {
	f := &catalogFlags{}
	cmd.Flags().StringVar(&f.config, "config-path", "", "Prow's config.yaml (required)")
	cmd.Flags().StringVar(&f.jobs, "job-config-path", "", "a job file, or a folder with *.yaml files")
	cmd.Flags().StringVar(&f.plugins, "plugin-config", "", "Prow's plugins.yaml")
	_ = cmd.MarkFlagRequired("config-path") // fails only for a flag that was not added
	return f
}

// load reads the configuration. Problems are named by the paths as the user wrote them; the catalog is nil if any of
// them is an error.
func (f *catalogFlags) load() (*catalog.Catalog, prow.Problems) {
	root, paths, err := rooted(catalog.Paths{Config: f.config, Plugins: f.plugins, Jobs: f.jobs})
	if err != nil {
		return nil, prow.Problems{{Severity: prow.SeverityError, Code: "path", Message: err.Error()}}
	}
	cat, problems := catalog.Load(root.fsys, paths)
	for i := range problems {
		if problems[i].File != "" {
			problems[i].File = root.prefix + problems[i].File
		}
	}
	return cat, problems
}

// root is a file system with the prefix that turns its paths back into the user's.
type root struct {
	fsys   fs.FS
	prefix string
}

// rooted finds a file system that holds all paths: the working directory when all are below it, "/" otherwise.
func rooted(p catalog.Paths) (root, catalog.Paths, error) {
	local := true
	for _, s := range []string{p.Config, p.Plugins, p.Jobs} {
		local = local && (s == "" || filepath.IsLocal(s))
	}
	at, prefix := ".", ""
	if !local {
		at, prefix = "/", "/"
	}
	var err error
	slash := func(s string) string {
		if s == "" {
			return ""
		}
		if !local {
			var absErr error
			if s, absErr = filepath.Abs(s); absErr != nil {
				err = fmt.Errorf("resolve %s: %w", s, absErr)
			}
		}
		return strings.TrimPrefix(filepath.ToSlash(filepath.Clean(s)), prefix)
	}
	out := catalog.Paths{Config: slash(p.Config), Plugins: slash(p.Plugins), Jobs: slash(p.Jobs)}
	return root{fsys: os.DirFS(at), prefix: prefix}, out, err
}
