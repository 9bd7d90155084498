package lifecycle

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/rootfs"
)

// PushRequest is an image to build from files of this host.
type PushRequest struct {
	// Name is below the image prefix; without a tag it gets ":dev".
	Name string
	// Base is a key of Bases.
	Base string
	// Binaries are "HOSTPATH:/path/in/image".
	Binaries   []string
	Entrypoint []string
	User       string
	Env        []string
}

// Push builds the image, pushes it to the cluster that tests talk to, and returns its reference by digest.
func (c Cluster) Push(ctx context.Context, r PushRequest) (string, error) {
	entries, err := binaries(r.Binaries)
	if err != nil {
		return "", err
	}
	base, ok := Bases[r.Base]
	if !ok {
		return "", fmt.Errorf("push image %s: base %q is not known: use one of %s", r.Name, r.Base, strings.Join(baseNames(), ", "))
	}
	layers, err := c.layersFor(ctx, r.Base)
	if err != nil {
		return "", err
	}
	spec := base(layers)
	spec.User, spec.Env = r.User, append(spec.Env, r.Env...)
	if len(r.Entrypoint) > 0 {
		spec.Entrypoint = r.Entrypoint
	}
	return c.push(ctx, withTag(r.Name), spec, entries)
}

// push builds in a folder of its own, which sees the cache's layers by hard links, so that the image's own layer does
// not stay in the cache for ever.
func (c Cluster) push(ctx context.Context, name string, spec image.Spec, entries []image.Entry) (string, error) {
	dir, err := os.MkdirTemp(c.Cache, "push-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	if err := c.store().Seed(dir, spec.Layers); err != nil {
		return "", err
	}
	store := image.Blobs(dir)
	if len(entries) > 0 {
		own, err := store.AddEntries(entries)
		if err != nil {
			return "", err
		}
		spec.Layers = append(spec.Layers, own)
	}
	img, err := store.Build(spec)
	if err != nil {
		return "", err
	}
	if c.External == nil {
		if err := store.Seed(c.path("registry"), spec.Layers); err != nil {
			return "", err
		}
	}
	return image.Push(ctx, c.Provider().ImagePrefix+"/"+name, img)
}

// layersFor finds or makes the file trees, if the base needs them.
func (c Cluster) layersFor(ctx context.Context, base string) (rootfs.Layers, error) {
	if base == "scratch" {
		return rootfs.Layers{}, nil
	}
	if l, ok, err := c.trees().Find(ctx); err != nil || ok {
		return l, err
	}
	_, l, err := c.Build(ctx)
	return l, err
}

func binaries(args []string) ([]image.Entry, error) {
	var entries []image.Entry
	for _, a := range args {
		from, to, ok := strings.Cut(a, ":")
		if !ok || from == "" || !strings.HasPrefix(to, "/") {
			return nil, fmt.Errorf("binary %q must have the form HOSTPATH:/path/in/image", a)
		}
		entries = append(entries, image.Entry{Path: to, From: from})
	}
	return entries, nil
}

func baseNames() []string {
	var names []string
	for n := range Bases {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// withTag adds ":dev" to a name without a tag.
func withTag(name string) string {
	if withoutTag(name) == name {
		return name + ":dev"
	}
	return name
}

// withoutTag cuts the tag; a colon before the last slash is a registry's port.
func withoutTag(name string) string {
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		return name[:i]
	}
	return name
}
