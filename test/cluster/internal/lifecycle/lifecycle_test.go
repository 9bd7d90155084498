package lifecycle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

func TestTags(t *testing.T) {
	for in, want := range map[string][2]string{
		"a/b":        {"a/b:dev", "a/b"},
		"a/b:1":      {"a/b:1", "a/b"},
		"h:5/a":      {"h:5/a:dev", "h:5/a"},
		"h:5/a:2":    {"h:5/a:2", "h:5/a"},
		"bowsprit:x": {"bowsprit:x", "bowsprit"},
	} {
		if d := cmp.Diff(want, [2]string{withTag(in), withoutTag(in)}); d != "" {
			t.Errorf("%s: -want +got:\n%s", in, d)
		}
	}
}

func TestBinaries(t *testing.T) {
	got, err := binaries([]string{"bin/x:/usr/bin/x"})
	if d := cmp.Diff([]image.Entry{{Path: "/usr/bin/x", From: "bin/x"}}, got); d != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, d)
	}
	for _, bad := range []string{"x", "x:y", ":/x", ""} {
		if _, err := binaries([]string{bad}); err == nil || !strings.Contains(err.Error(), "HOSTPATH:/path/in/image") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestPushRefusesAnUnknownBase(t *testing.T) {
	_, err := Cluster{}.Push(t.Context(), PushRequest{Name: "x", Base: "debian"})
	if err == nil || !strings.Contains(err.Error(), "use one of demo-job, rootfs, scratch") {
		t.Errorf("error %v", err)
	}
}

func TestPruneKeepsTheNewestBuildsAndTheirLayers(t *testing.T) {
	c := Cluster{Settings: settings.Settings{Cache: t.TempDir()}}
	write := func(name, text string, age time.Duration) {
		t.Helper()
		file := filepath.Join(c.Cache, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		for _, f := range []string{file, filepath.Dir(file)} {
			if err := os.Chtimes(f, when, when); err != nil {
				t.Fatal(err)
			}
		}
	}
	hex := func(digit string) string { return strings.Repeat(digit, 64) }
	for i, digit := range []string{"1", "2", "3"} {
		write("parts/"+digit+"/layers.json", `{"digest":"sha256:`+hex(digit)+`"}`, time.Duration(i)*time.Hour)
		write("blobs/sha256/"+hex(digit), "x", 0)
	}
	write("rootfs/k.json", `{"digest":"sha256:`+hex("4")+`"}`, 100*time.Hour)
	write("blobs/sha256/"+hex("4"), "x", 0)
	write("blobs/layer-old", "x", 48*time.Hour)
	write("blobs/layer-new", "x", 0)
	if err := c.prune(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pattern := range []string{"parts/*", "rootfs/*", "blobs/sha256/*", "blobs/layer-*"} {
		files, err := filepath.Glob(filepath.Join(c.Cache, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			got = append(got, filepath.Base(f))
		}
	}
	if d := cmp.Diff([]string{"1", "2", "k.json", hex("1"), hex("2"), hex("4"), "layer-new"}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestUntil(t *testing.T) {
	calls := 0
	err := until(t.Context(), time.Minute, time.Millisecond, func(context.Context) error {
		if calls++; calls < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil || calls != 3 {
		t.Errorf("%d calls, error %v", calls, err)
	}
	err = until(t.Context(), 0, time.Millisecond, func(context.Context) error { return errors.New("never") })
	if err == nil || !strings.Contains(err.Error(), "never") {
		t.Errorf("error %v hides the last answer", err)
	}
}
