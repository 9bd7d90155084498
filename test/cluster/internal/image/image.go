package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Spec is an image: layers from the bottom up, and how a container of it starts.
type Spec struct {
	Layers     []Layer
	Entrypoint []string
	User       string
	// Env holds "NAME=value" beside the usual PATH.
	Env []string
}

// Path is the PATH of every image that Build makes without a PATH of its own.
const Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Build makes an OCI image for the host's architecture. Equal specs give equal digests.
func (s Store) Build(spec Spec) (v1.Image, error) {
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	for _, l := range spec.Layers {
		if !s.Has(l) {
			return nil, fmt.Errorf("image layer %s is not in %s", l.Digest, s.Dir)
		}
		var err error
		if img, err = mutate.AppendLayers(img, blobLayer{l, s.Blob(l.Digest)}); err != nil {
			return nil, err
		}
	}
	cf, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	cf = cf.DeepCopy()
	cf.OS, cf.Architecture = "linux", runtime.GOARCH
	cf.Config = v1.Config{Entrypoint: spec.Entrypoint, User: spec.User, Env: append([]string{Path}, spec.Env...)}
	return mutate.ConfigFile(img, cf)
}

// blobLayer is an uncompressed layer whose digest is known, so that nothing is read until somebody wants the bytes.
type blobLayer struct {
	layer Layer
	path  string
}

func (b blobLayer) Digest() (v1.Hash, error)             { return v1.NewHash(b.layer.Digest) }
func (b blobLayer) DiffID() (v1.Hash, error)             { return v1.NewHash(b.layer.Digest) }
func (b blobLayer) Compressed() (io.ReadCloser, error)   { return os.Open(b.path) }
func (b blobLayer) Uncompressed() (io.ReadCloser, error) { return os.Open(b.path) }
func (b blobLayer) Size() (int64, error)                 { return b.layer.Size, nil }
func (b blobLayer) MediaType() (types.MediaType, error)  { return types.OCIUncompressedLayer, nil }

// Push sends an image to ref ("host/name:tag") and returns its reference by digest. Blobs that the registry has are
// not sent again. Credentials are those of the user's Docker configuration, if there is one.
func Push(ctx context.Context, ref string, img v1.Image) (string, error) {
	r, err := name.ParseReference(ref)
	if err != nil {
		return "", fmt.Errorf("push image %q: %w", ref, err)
	}
	if err := remote.Write(r, img, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
		return "", fmt.Errorf("push image %s: %w", ref, err)
	}
	digest, err := img.Digest()
	if err != nil {
		return "", err
	}
	return r.Context().Digest(digest.String()).String(), nil
}

// Seed links layers into the folder of a registry, from which Handler serves, so that Push finds them there and only
// sends the manifest. Where links are not possible it does nothing, and Push sends the bytes.
func (s Store) Seed(registry string, layers []Layer) error {
	to := Blobs(registry)
	if err := os.MkdirAll(to.Dir+"/sha256", 0o755); err != nil {
		return err
	}
	for _, l := range layers {
		err := os.Link(s.Blob(l.Digest), to.Blob(l.Digest))
		var link *os.LinkError
		if err == nil || errors.Is(err, fs.ErrExist) || (errors.As(err, &link) && !errors.Is(err, fs.ErrNotExist)) {
			continue
		}
		return err
	}
	return nil
}
