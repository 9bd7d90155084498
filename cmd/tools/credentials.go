package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// credentials are what the options say about getting into repositories, read once for all refs.
type credentials struct {
	// ssh is the command by which git calls ssh; empty for git's own.
	ssh        string
	cookieFile string
	token      string
	app        *app
}

// access is what one ref's git gets of them.
type access struct {
	// settings are lines for git's settings file, ssh the command for ssh.
	settings, ssh string
	// secrets must never be seen in a log.
	secrets []string
}

// loadCredentials reads tokens and copies keys. Home is a private folder.
func loadCredentials(opts clonespec.Options, home string) (*credentials, error) {
	c := &credentials{cookieFile: opts.CookieFile}
	var err error
	if c.ssh, err = sshCommand(opts, home); err != nil {
		return nil, err
	}
	if opts.TokenFile != "" {
		b, err := os.ReadFile(opts.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("read the token: %w", err)
		}
		c.token = strings.TrimSpace(string(b))
	}
	if opts.App != nil {
		c.app, err = loadApp(*opts.App)
	}
	return c, err
}

// access is how one ref is read. A token goes to the ref's own host only, and an App's token only to hosts that belong to the App: a
// clone_uri that leads elsewhere gets none.
func (c *credentials) access(ctx context.Context, ref clonespec.Ref, log io.Writer) (access, error) {
	a := access{ssh: c.ssh}
	if c.cookieFile != "" {
		a.settings += "[http]\n\tcookieFile = " + quoted(c.cookieFile) + "\n"
	}
	host, web := webHost(ref.URI)
	if !web {
		return a, nil
	}
	token := c.token
	if c.app != nil && c.app.owns(ref.URI) {
		var err error
		if token, err = c.app.token(ctx, ref.Org, ref.Repo, log); err != nil {
			return a, err
		}
	}
	if token == "" {
		return a, nil
	}
	basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
	a.settings += "[http " + quoted(host) + "]\n\textraHeader = " + quoted("Authorization: Basic "+basic) + "\n"
	a.secrets = []string{token, basic}
	return a, nil
}

// webHost is the part of an http or https address up to its path.
func webHost(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "", false
	}
	return u.Scheme + "://" + u.Host + "/", true
}

// quoted is a text as git's settings file has it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// sshCommand is the command for git with the keys and known hosts of the options. The keys are copied, since ssh refuses files that others
// may read, as mounted secrets are. Empty without keys and known hosts.
func sshCommand(opts clonespec.Options, home string) (string, error) {
	if len(opts.SSHKeyDirs) == 0 && len(opts.KnownHosts) == 0 {
		return "", nil
	}
	known := filepath.Join(home, "known_hosts")
	if err := os.WriteFile(known, []byte(strings.Join(opts.KnownHosts, "\n")+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write the known hosts: %w", err)
	}
	checking := "accept-new"
	if len(opts.KnownHosts) > 0 {
		checking = "yes"
	}
	words := []string{"ssh", "-F", "/dev/null", "-oBatchMode=yes", "-oIdentitiesOnly=yes", "-oGlobalKnownHostsFile=/dev/null",
		"-oUserKnownHostsFile=" + known, "-oStrictHostKeyChecking=" + checking}
	keys, err := copyKeys(opts.SSHKeyDirs, home)
	if err != nil {
		return "", err
	}
	for _, k := range keys {
		words = append(words, "-oIdentityFile="+k)
	}
	return strings.Join(words, " "), nil
}

func copyKeys(dirs []string, home string) ([]string, error) {
	var keys []string
	for _, dir := range dirs {
		names, err := secretFiles(dir)
		if err != nil {
			return nil, fmt.Errorf("read the ssh keys: %w", err)
		}
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return nil, fmt.Errorf("read the ssh key: %w", err)
			}
			// A key that somebody pasted without the last line's end is refused by ssh.
			key := filepath.Join(home, fmt.Sprintf("key-%d", len(keys)))
			if err := os.WriteFile(key, append([]byte(strings.TrimRight(string(b), "\n")), '\n'), 0o400); err != nil {
				return nil, fmt.Errorf("copy the ssh key: %w", err)
			}
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// secretFiles are the names of a mounted secret's keys, without the kubelet's own "..data" and without public halves.
func secretFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err == nil && info.Mode().IsRegular() && !strings.HasPrefix(e.Name(), "..") && !strings.HasSuffix(e.Name(), ".pub") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}
