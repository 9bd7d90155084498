package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// catalogFlags are the flags that name a Prow configuration. They have Prow's own names, so that one argument list
// serves both programs.
type catalogFlags struct {
	paths  catalog.Paths
	inRepo inRepoFlag
}

// addCatalogFlags adds the flags to a verb.
func addCatalogFlags(cmd *cobra.Command) *catalogFlags {
	f := &catalogFlags{}
	flags := cmd.Flags()
	flags.StringVar(&f.paths.Config, "config-path", "", "Prow's config.yaml (required)")
	flags.StringVar(&f.paths.Jobs, "job-config-path", "", "a job file, or a folder with *.yaml files")
	flags.StringVar(&f.paths.Plugins, "plugin-config", "", "Prow's plugins.yaml")
	flags.StringArrayVar(&f.paths.SupplementalConfigs, "supplemental-prow-config-dir", nil,
		"a folder with *_prowconfig.yaml files, which are merged into config.yaml (repeatable)")
	flags.StringArrayVar(&f.paths.SupplementalPlugins, "supplemental-plugin-config-dir", nil,
		"a folder with *_pluginconfig.yaml files, which are merged into plugins.yaml (repeatable)")
	flags.Var(&f.inRepo, "inrepo", "a checkout of a repository with its own .prow/ or .prow.yaml, ORG/REPO=DIR (repeatable)")
	_ = cmd.MarkFlagRequired("config-path") // fails only for a flag that was not added
	return f
}

// load reads the configuration. Problems are named by the paths as the user wrote them; the catalog is nil if any of
// them is an error.
func (f *catalogFlags) load() (*catalog.Catalog, prow.Problems) {
	defer spareMemory()()
	at, paths, err := rooted(f.paths)
	if err != nil {
		return nil, prow.Problems{{Severity: prow.SeverityError, Code: "path", Message: err.Error()}}
	}
	cat, problems := catalog.Load(at.fsys, paths)
	at.rename(problems)
	for _, checkout := range f.inRepo {
		if cat == nil {
			break
		}
		var more prow.Problems
		cat, more = checkout.addTo(cat)
		problems = append(problems, more...)
	}
	return cat, problems
}

// loadGood is load for verbs that only work on a configuration without errors; the error is one for the exit status. All
// warnings are for `config check` to tell, except those about a repository that was asked about by name.
func (f *catalogFlags) loadGood(errOut io.Writer) (*catalog.Catalog, error) {
	cat, problems := f.load()
	if err := problems.Err(); err != nil {
		return nil, rejected(fmt.Errorf("the configuration is not loaded:\n%w", err))
	}
	for _, p := range problems {
		if !slices.ContainsFunc(f.inRepo, func(c checkout) bool { return c.has(p.File) }) {
			continue
		}
		if _, err := fmt.Fprintln(errOut, "warning:", p); err != nil {
			return nil, rejected(err)
		}
	}
	return cat, nil
}

// root is a file system with the prefix that turns its paths back into the user's.
type root struct {
	fsys   fs.FS
	prefix string
}

// rename gives the problems' files the user's names.
func (r root) rename(problems prow.Problems) {
	for i := range problems {
		if problems[i].File != "" {
			problems[i].File = r.prefix + problems[i].File
		}
	}
}

// rooted finds a file system that holds all paths: the working directory when all are below it, "/" otherwise.
func rooted(p catalog.Paths) (root, catalog.Paths, error) {
	at := root{fsys: os.DirFS(".")}
	if !local(p) {
		at = root{fsys: os.DirFS("/"), prefix: "/"}
	}
	var err error
	slash := func(s string) string {
		if s == "" {
			return ""
		}
		if at.prefix != "" {
			var absErr error
			if s, absErr = filepath.Abs(s); absErr != nil {
				err = fmt.Errorf("resolve %s: %w", s, absErr)
			}
		}
		return path.Clean(strings.TrimPrefix(filepath.ToSlash(filepath.Clean(s)), at.prefix))
	}
	all := func(dirs []string) (out []string) {
		for _, dir := range dirs {
			out = append(out, slash(dir))
		}
		return out
	}
	out := catalog.Paths{Config: slash(p.Config), Plugins: slash(p.Plugins), Jobs: slash(p.Jobs),
		SupplementalConfigs: all(p.SupplementalConfigs), SupplementalPlugins: all(p.SupplementalPlugins)}
	return at, out, err
}

// local says whether all paths are below the working directory.
func local(p catalog.Paths) bool {
	for _, s := range slices.Concat([]string{p.Config, p.Plugins, p.Jobs}, p.SupplementalConfigs, p.SupplementalPlugins) {
		if s != "" && !filepath.IsLocal(s) {
			return false
		}
	}
	return true
}
