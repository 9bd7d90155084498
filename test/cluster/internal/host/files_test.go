package host

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeadSockets(t *testing.T) {
	const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/containerd/s/alive
0000000000000000: 00000003 00000000 00000000 0001 03 12346
`
	got := dead([]string{"/run/containerd/s/alive", "/run/containerd/s/gone"}, table)
	if d := cmp.Diff([]string{"/run/containerd/s/gone"}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// A folder that was there before, or in which somebody else has put a file, stays.
func TestRemoveFixedKeepsWhatIsNotOurs(t *testing.T) {
	root, record := t.TempDir(), filepath.Join(t.TempDir(), "folders.json")
	before, empty, used := filepath.Join(root, "before"), filepath.Join(root, "empty"), filepath.Join(root, "used")
	if err := os.Mkdir(before, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := RecordFixed(record, []string{before, empty, used}); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{filepath.Join(empty, "sub"), used} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(used, "theirs"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := RemoveFixed(record, filepath.Join(root, "state")); err != nil {
		t.Fatal(err)
	}
	for dir, stays := range map[string]bool{before: true, empty: false, used: true} {
		if _, err := os.Stat(dir); (err == nil) != stays {
			t.Errorf("%s: %v, should stay: %v", dir, err, stays)
		}
	}
}
