package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

// censor replaces secrets by as many asterisks, so that sizes and offsets stay, also those in an archive.
type censor struct {
	// secrets are without repetition, the longest first.
	secrets [][]byte
	longest int
}

// censorBuffer is how much is looked at together.
const censorBuffer = 256 << 10

// secretDirs are the folders of secrets: the job's own, and those of the bucket's credentials, which no job may publish.
func secretDirs(opts uploadspec.Options) []string {
	dirs := slices.Clone(opts.SecretDirs)
	for _, file := range []string{opts.GCSCredentialsFile, opts.S3CredentialsFile} {
		if file != "" {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	return dirs
}

// loadCensor reads every file of the folders of secrets. A folder that is not there has no secrets.
func loadCensor(opts uploadspec.Options) (*censor, error) {
	var secrets []string
	for _, dir := range secretDirs(opts) {
		err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
			if errors.Is(err, os.ErrNotExist) {
				return nil
			}
			if err != nil || entry.IsDir() {
				return err
			}
			if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
				return err
			}
			b, err := os.ReadFile(file)
			secrets = append(secrets, string(b))
			secrets = append(secrets, dockerSecrets(b)...)
			secrets = append(secrets, keys(b)...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return newCensor(secrets, opts.MinimumSecretLength), nil
}

// dockerSecrets are the passwords in a Docker configuration, which jobs use apart from the file.
func dockerSecrets(file []byte) []string {
	type auth struct{ Auth, Password, IdentityToken string }
	var config struct{ Auths map[string]auth }
	if json.Unmarshal(file, &config) != nil || config.Auths == nil {
		// The older form has no level "auths"; anything else has no such fields.
		if json.Unmarshal(file, &config.Auths) != nil {
			return nil
		}
	}
	var out []string
	for _, a := range config.Auths {
		out = append(out, a.Auth, a.Password, a.IdentityToken)
		if pair, err := base64.StdEncoding.DecodeString(a.Auth); err == nil {
			_, password, _ := strings.Cut(string(pair), ":")
			out = append(out, password)
		}
	}
	return out
}

// keys are the secret parts of a bucket's credentials, as they are and as JSON writes them.
func keys(file []byte) []string {
	var credentials struct {
		PrivateKey string `json:"private_key"`
		SecretKey  string `json:"secret_key"`
	}
	if json.Unmarshal(file, &credentials) != nil {
		return nil
	}
	var out []string
	for _, key := range []string{credentials.PrivateKey, credentials.SecretKey} {
		key = strings.TrimSpace(key)
		quoted, _ := json.Marshal(key) // a text always encodes
		out = append(out, key, string(quoted[1:len(quoted)-1]))
	}
	return out
}

func newCensor(secrets []string, minimum int) *censor {
	c := &censor{}
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		if s == "" || len(s) < minimum {
			continue
		}
		for _, form := range append(encodedForms(s), s) {
			c.secrets = append(c.secrets, []byte(form))
		}
	}
	slices.SortFunc(c.secrets, func(a, b []byte) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return bytes.Compare(a, b)
	})
	c.secrets = slices.CompactFunc(c.secrets, bytes.Equal)
	if len(c.secrets) > 0 {
		c.longest = len(c.secrets[0])
	}
	return c
}

// encodedForms are the secret in base64: as a whole, as Prow has it, and inside a longer text, where it may begin at each of three bits and
// where the characters that it shares with its neighbours are unknown. Of a short one too little is left.
func encodedForms(s string) []string {
	forms := []string{base64.StdEncoding.EncodeToString([]byte(s))}
	if len(s) < 9 {
		return forms
	}
	for shift := range 3 {
		whole := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), s...))
		first, last := (shift*8+5)/6, (shift+len(s))*8/6
		forms = append(forms, whole[first:last])
	}
	return forms
}

// mask replaces secrets in place, and says whether there were any.
func (c *censor) mask(b []byte) (found bool) {
	for _, s := range c.secrets {
		for from := 0; ; {
			i := bytes.Index(b[from:], s)
			if i < 0 {
				break
			}
			from += i
			for j := range s {
				b[from+j] = '*'
			}
			from += len(s)
			found = true
		}
	}
	return found
}

// reader is a text without secrets.
func (c *censor) reader(r io.Reader) io.Reader {
	if len(c.secrets) == 0 {
		return r
	}
	return &maskedReader{censor: c, from: r, buffer: make([]byte, max(censorBuffer, 2*c.longest))}
}

// maskedReader masks what it reads. The end of its buffer is held back until what follows is known, since a secret may go on there.
type maskedReader struct {
	censor *censor
	from   io.Reader
	buffer []byte
	// ready of the first held bytes can be handed out, from position next.
	next, ready, held int
	// found says that a secret was masked.
	found bool
	err   error
}

// Read hands out what is masked.
func (m *maskedReader) Read(p []byte) (int, error) {
	for m.next == m.ready {
		if m.err != nil {
			return 0, m.err
		}
		m.fill()
	}
	n := copy(p, m.buffer[m.next:m.ready])
	m.next += n
	return n, nil
}

func (m *maskedReader) fill() {
	m.held = copy(m.buffer, m.buffer[m.ready:m.held])
	var n int
	n, m.err = io.ReadFull(m.from, m.buffer[m.held:])
	m.held += n
	if errors.Is(m.err, io.ErrUnexpectedEOF) {
		m.err = io.EOF
	}
	m.found = m.censor.mask(m.buffer[:m.held]) || m.found
	m.next, m.ready = 0, m.held
	if m.err == nil {
		m.ready = m.held - m.censor.longest + 1
	}
}

// file is a file without secrets; one that is compressed by gzip, such as a .tar.gz, is masked inside and compressed again if it has any.
func (c *censor) file(f *os.File) (io.ReadCloser, error) {
	if len(c.secrets) == 0 {
		return f, nil
	}
	in := bufio.NewReader(f)
	if magic, err := in.Peek(2); err != nil || !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return readCloser{c.reader(in), f}, nil //nolint:nilerr // a file of less than two bytes is no archive; its error comes again when it is read
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		// It only begins like one; the header that was read is still needed.
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return readCloser{c.reader(f), f}, nil
	}
	found, scanErr := c.finds(z)
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !found {
		// What has no secrets stays as it is: compressed again, it would have another checksum. What is no archive up to its end is
		// masked as it stands, since we cannot see into the rest.
		if scanErr == nil {
			return f, nil
		}
		return readCloser{c.reader(f), f}, nil
	}
	in.Reset(f)
	if err := z.Reset(in); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return c.recompressed(z, f), nil
}

// finds says whether there is a secret in a text; the error comes from reading it.
func (c *censor) finds(r io.Reader) (bool, error) {
	masked := &maskedReader{censor: c, from: r, buffer: make([]byte, max(censorBuffer, 2*c.longest))}
	_, err := io.Copy(io.Discard, masked)
	return masked.found, err
}

func (c *censor) recompressed(z *gzip.Reader, f *os.File) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		out := gzip.NewWriter(w)
		out.Header = z.Header
		_, err := io.Copy(out, c.reader(z))
		w.CloseWithError(errors.Join(err, out.Close()))
	}()
	return readCloser{r, closers{r, f}}
}

type readCloser struct {
	io.Reader
	io.Closer
}

type closers []io.Closer

// Close closes all.
func (cs closers) Close() error {
	var errs []error
	for _, c := range cs {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
