// Command forge runs an honest GitHub on an address, filled from a seed file, and prints what its people need to use it.
// Its one job is wiring; it must not know how a forge works.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "forge:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var listen, dir, seed string
	cmd := &cobra.Command{
		Use:           "forge",
		Short:         "Run an honest GitHub for tests and demonstrations",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), cmd.OutOrStdout(), listen, dir, seed)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8030", "address to listen on, host:port")
	cmd.Flags().StringVar(&dir, "dir", "", "directory for the bare repositories; empty makes a temporary one")
	cmd.Flags().StringVar(&seed, "seed", "", "YAML file that says what exists at the start (see the type Seed)")
	return cmd
}

func run(ctx context.Context, out io.Writer, listen, dir, seedFile string) (err error) {
	f, err := forge.New(forge.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	url, err := f.Start(listen)
	if err != nil {
		return err
	}
	if seedFile != "" {
		if err := sow(out, f, seedFile); err != nil {
			return fmt.Errorf("fill the forge from %s: %w", seedFile, err)
		}
	}
	if _, err := fmt.Fprintf(out, "pages %s\napi   %s/api/v3\n", url, url); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// Seed is what exists at the start.
type Seed struct {
	Users []string   `json:"users"`
	Orgs  []SeedOrg  `json:"orgs"`
	Repos []SeedRepo `json:"repos"`
	Apps  []SeedApp  `json:"apps"`
}

// SeedOrg is an organisation; owners and members must be users.
type SeedOrg struct {
	Login   string   `json:"login"`
	Owners  []string `json:"owners"`
	Members []string `json:"members"`
}

// SeedRepo is a repository; Dir is a folder with its first commit's files, relative to the seed file.
type SeedRepo struct {
	Owner         string            `json:"owner"`
	Name          string            `json:"name"`
	Private       bool              `json:"private"`
	Dir           string            `json:"dir"`
	Pusher        string            `json:"pusher"` // login that pushes the files; it needs write access
	Collaborators map[string]string `json:"collaborators"`
}

// SeedApp is a GitHub App, installed on all repositories of an account.
type SeedApp struct {
	Slug        string            `json:"slug"`
	Owner       string            `json:"owner"`
	Permissions map[string]string `json:"permissions"`
	Events      []string          `json:"events"`
	HookURL     string            `json:"hookURL"`
	HookSecret  string            `json:"hookSecret"`
	KeyFile     string            `json:"keyFile"` // where the private key is written
	InstallOn   string            `json:"installOn"`
}

// sow fills a forge and prints tokens and App ids.
func sow(out io.Writer, f *forge.Forge, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var seed Seed
	if err := yaml.UnmarshalStrict(data, &seed); err != nil {
		return err
	}
	if err := sowPeople(out, f, seed); err != nil {
		return err
	}
	for _, r := range seed.Repos {
		if err := sowRepo(f, r, filepath.Dir(file)); err != nil {
			return err
		}
	}
	for _, a := range seed.Apps {
		if err := sowApp(out, f, a); err != nil {
			return err
		}
	}
	return nil
}

func sowPeople(out io.Writer, f *forge.Forge, seed Seed) error {
	for _, login := range seed.Users {
		if _, err := f.CreateUser(login); err != nil {
			return err
		}
		token, err := f.Token(login)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "user  %s token %s\n", login, token); err != nil {
			return err
		}
	}
	for _, o := range seed.Orgs {
		if _, err := f.CreateOrg(o.Login, o.Owners...); err != nil {
			return err
		}
		for _, m := range o.Members {
			if err := f.SetMember(o.Login, m, "member"); err != nil {
				return err
			}
		}
	}
	return nil
}

func sowRepo(f *forge.Forge, r SeedRepo, base string) error {
	v, err := f.CreateRepo(forge.RepoSpec{Owner: r.Owner, Name: r.Name, Private: r.Private})
	if err != nil {
		return err
	}
	for login, role := range r.Collaborators {
		if err := f.SetCollaborator(v.FullName, login, role); err != nil {
			return err
		}
	}
	if r.Dir == "" {
		return nil
	}
	spec := forge.PushSpec{Who: r.Pusher, Repo: v.FullName, Branch: v.DefaultBranch, Message: "Initial commit"}
	_, err = f.PushDir(spec, filepath.Join(base, r.Dir))
	return err
}

func sowApp(out io.Writer, f *forge.Forge, a SeedApp) error {
	app, err := f.CreateApp(forge.AppSpec{
		Slug: a.Slug, Owner: a.Owner, Permissions: a.Permissions, Events: a.Events, HookURL: a.HookURL, HookSecret: a.HookSecret,
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(a.KeyFile, app.PrivateKey, 0o600); err != nil {
		return fmt.Errorf("write the key of App %s: %w", a.Slug, err)
	}
	id, err := f.Install(app.ID, a.InstallOn)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "app   %s id %d installation %d key %s\n", a.Slug, app.ID, id, a.KeyFile)
	return err
}
