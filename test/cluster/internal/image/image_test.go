package image

import (
	"archive/tar"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func layer(t *testing.T, s Store, entries ...Entry) Layer {
	t.Helper()
	l, err := s.AddEntries(entries)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAddEntriesMakesFoldersOnceAndIsReproducible(t *testing.T) {
	s, file := Store{t.TempDir()}, filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte("binary"), 0o755); err != nil {
		t.Fatal(err)
	}
	entries := []Entry{{Path: "/a/b/bin", From: file}, {Path: "/a/link", Link: "b/bin"}, {Path: "/a/text", Text: "x", Mode: 0o644}, {Path: "/tmp", Mode: 0o1777}}
	first, second := layer(t, s, entries...), layer(t, s, entries...)
	if first != second {
		t.Errorf("equal content, other layer: %v %v", first, second)
	}
	f, err := os.Open(s.Blob(first.Digest))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, h.Name+" "+h.FileInfo().Mode().String()+" "+h.Linkname)
	}
	want := []string{"a/ drwxr-xr-x ", "a/b/ drwxr-xr-x ", "a/b/bin -rwxr-xr-x ", "a/link Lrwxr-xr-x b/bin", "a/text -rw-r--r-- ", "tmp/ dtrwxrwxrwx "}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestAddEntriesRefuses(t *testing.T) {
	s := Store{t.TempDir()}
	for why, tc := range map[string]struct {
		entry Entry
		err   string
	}{
		"a relative path":  {Entry{Path: "bin/x", Text: "x"}, "must be absolute"},
		"a missing file":   {Entry{Path: "/x", From: "/does/not/exist"}, "no such file"},
		"a folder as file": {Entry{Path: "/x", From: s.Dir}, "only regular files"},
	} {
		if _, err := s.AddEntries([]Entry{tc.entry}); err == nil || !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: error %v", why, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(s.Dir, "layer-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// A registry that was killed and started again on the same folder must know its images, by tag and by digest.
func TestPushedImageOutlivesTheRegistry(t *testing.T) {
	for why, seed := range map[string]bool{"with layers linked beforehand": true, "with layers sent": false} {
		t.Run(why, func(t *testing.T) {
			s, dir := Store{filepath.Join(t.TempDir(), "store")}, t.TempDir()
			spec := Spec{Layers: []Layer{layer(t, s, Entry{Path: "/x", Text: "x"})}, Entrypoint: []string{"/x"}, User: "7", Env: []string{"A=b"}}
			img, err := s.Build(spec)
			if err != nil {
				t.Fatal(err)
			}
			if seed {
				for range 2 {
					if err := s.Seed(dir, spec.Layers); err != nil {
						t.Fatal(err)
					}
				}
			}
			first := serve(t, dir)
			byDigest, err := Push(t.Context(), address(first)+"/some/image:dev", img)
			if err != nil {
				t.Fatal(err)
			}
			first.Close()
			second := serve(t, dir)
			_, digestPath, _ := strings.Cut(byDigest, "/")
			for _, ref := range []string{"/some/image:dev", "/" + digestPath} {
				r, err := name.ParseReference(address(second) + ref)
				if err != nil {
					t.Fatal(err)
				}
				got, err := remote.Image(r)
				if err != nil {
					t.Fatalf("%s: %v", ref, err)
				}
				cf, err := got.ConfigFile()
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff([]string{"7", "/x", Path, "A=b"}, append([]string{cf.Config.User, cf.Config.Entrypoint[0]}, cf.Config.Env...)); d != "" {
					t.Errorf("-want +got:\n%s", d)
				}
				layers, err := got.Layers()
				if err != nil || len(layers) != 1 {
					t.Fatalf("%d layers (%v)", len(layers), err)
				}
				content, err := layers[0].Compressed()
				if err != nil {
					t.Fatal(err)
				}
				if text, err := io.ReadAll(content); err != nil || !strings.Contains(string(text), "x") {
					t.Errorf("layer cannot be read: %v", err)
				}
			}
		})
	}
}

func serve(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	h, err := Handler(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func address(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }

func TestBuildNamesALayerThatIsGone(t *testing.T) {
	s := Store{t.TempDir()}
	_, err := s.Build(Spec{Layers: []Layer{{Digest: "sha256:" + strings.Repeat("0", 64), Size: 3}}})
	if err == nil || !strings.Contains(err.Error(), "is not in "+s.Dir) {
		t.Errorf("error %v", err)
	}
}
