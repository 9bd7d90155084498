package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

func newKey(t *testing.T) (ssh.Signer, []byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// serveSSH serves the repository to the owner of one key and returns its address, and a line for known_hosts.
func serveSSH(t *testing.T, o *origin, client ssh.PublicKey) (uri, knownHost string) {
	t.Helper()
	host, _ := newKey(t)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(client.Marshal()) {
			return nil, os.ErrPermission
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // the test is over
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveConn(conn, config, o.bare)
		}
	}()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	line := "[127.0.0.1]:" + port + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(host.PublicKey())))
	return "ssh://git@127.0.0.1:" + port + "/o/r.git", line
}

// serveConn answers one request for git-upload-pack. Errors end the connection, which git tells.
func serveConn(conn net.Conn, config *ssh.ServerConfig, repo string) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for opened := range channels {
		channel, requests, err := opened.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "exec" || r.Type == "env", nil)
				if r.Type == "exec" {
					go uploadPack(channel, repo)
				}
			}
		}()
	}
}

func uploadPack(channel ssh.Channel, repo string) {
	defer func() { _ = channel.Close() }()
	cmd := exec.Command("git", "-c", "safe.directory=*", "upload-pack", repo)
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	in, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return
	}
	go func() { _, _ = io.Copy(in, channel); _ = in.Close() }()
	status := []byte{0, 0, 0, 0}
	if cmd.Wait() != nil {
		status[3] = 1
	}
	_, _ = channel.SendRequest("exit-status", false, status)
}

func TestCloningOverSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("there is no OpenSSH client here")
	}
	o := newOrigin(t)
	mine, private := newKey(t)
	_, foreign := newKey(t)
	uri, known := serveSSH(t, o, mine.PublicKey())
	wrongHost := strings.Replace(known, known[len(known)-20:], strings.Repeat("A", 20), 1)
	for why, tc := range map[string]struct {
		keys   [][]byte
		known  []string
		status int
	}{
		"with the key, at a known host":       {[][]byte{private}, []string{known}, 0},
		"with the key, at first sight":        {[][]byte{private}, nil, 0},
		"with one of two keys":                {[][]byte{foreign, private}, []string{known}, 0},
		"with another's key":                  {[][]byte{foreign}, []string{known}, clonespec.ExitUsage},
		"at a host that is not the known one": {[][]byte{private}, []string{wrongHost}, clonespec.ExitUsage},
	} {
		t.Run(why, func(t *testing.T) {
			opts := o.options(o.git("rev-parse", "HEAD"))
			opts.Refs[0].URI, opts.KnownHosts = uri, tc.known
			for _, key := range tc.keys {
				dir := t.TempDir()
				// Secrets are mounted for everybody to read, which ssh itself refuses.
				if err := os.WriteFile(filepath.Join(dir, "key"), key, 0o644); err != nil {
					t.Fatal(err)
				}
				opts.SSHKeyDirs = append(opts.SSHKeyDirs, dir)
			}
			log, err := tryClone(t, opts)
			if got := status(err); got != tc.status {
				t.Errorf("status %d (%v), want %d\n%s", got, err, tc.status, log)
			}
		})
	}
}
