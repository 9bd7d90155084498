package host

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func values(t *testing.T, root string, names ...string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, n := range names {
		v, err := readSysctl(root, n)
		if err != nil {
			t.Fatal(err)
		}
		got[n] = v
	}
	return got
}

func TestSysctlsComeBack(t *testing.T) {
	wanted := map[string]string{"a": "1", "b": "1", "absent": "1"}
	for name, tc := range map[string]struct {
		why   string
		while map[string]string // written by others while the cluster runs
		again bool              // up runs a second time, as after a kill
		want  map[string]string
	}{
		"values come back":                               {want: map[string]string{"a": "0", "b": "1"}},
		"a second up keeps the old record":               {why: "it would record our own values as the host's", again: true, want: map[string]string{"a": "0", "b": "1"}},
		"a value that somebody else has set since stays": {while: map[string]string{"a": "7"}, want: map[string]string{"a": "7", "b": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			root, record := tree(t, map[string]string{"a": "0\n", "b": "1\n"}), filepath.Join(t.TempDir(), "record", "s.json")
			if err := SetSysctls(root, record, wanted); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(map[string]string{"a": "1", "b": "1"}, values(t, root, "a", "b")); d != "" {
				t.Fatalf("after up, -want +got:\n%s", d)
			}
			if tc.again {
				if err := SetSysctls(root, record, wanted); err != nil {
					t.Fatal(err)
				}
			}
			for n, v := range tc.while {
				if err := os.WriteFile(filepath.Join(root, n), []byte(v), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // the second time there is nothing to do
				if err := RestoreSysctls(root, record, wanted); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(tc.want, values(t, root, "a", "b")); d != "" {
				t.Errorf("after down (%s), -want +got:\n%s", tc.why, d)
			}
		})
	}
}
