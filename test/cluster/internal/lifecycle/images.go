package lifecycle

import (
	"context"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/parts"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/rootfs"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/tekton"
)

// Names of the images that are not Tekton's own, below the prefix.
const (
	pauseImage   = "bowsprit/pause:1"
	busyboxImage = "bowsprit/busybox:1"
	// DemoJob is the image of the demo's job: Debian with git and make, and the host's Go toolchain.
	DemoJob = "bowsprit/demo-job:dev"
)

// Bases are what `push` can build on.
var Bases = map[string]func(rootfs.Layers) image.Spec{
	"scratch":  func(rootfs.Layers) image.Spec { return image.Spec{} },
	"rootfs":   func(l rootfs.Layers) image.Spec { return image.Spec{Layers: []image.Layer{l.Debian, l.Git}} },
	"demo-job": demoJob,
}

// demoJob has a build cache that knows the standard library, where a job of any user may write.
func demoJob(l rootfs.Layers) image.Spec {
	return image.Spec{
		Layers: []image.Layer{l.Debian, l.Git, l.Go, l.GoCache},
		Env: []string{"PATH=" + rootfs.GoDir + "/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			"GOCACHE=" + rootfs.GoCacheDir, "GOTOOLCHAIN=local", "CGO_ENABLED=0"},
	}
}

// nobody is the user of the pause container; Tekton's images use their own.
const nobody, tektonUser = "65535", "65532"

// specs are all images that `up` puts into the registry, by name below the prefix.
func specs(p parts.Parts, l rootfs.Layers) map[string]image.Spec {
	all := map[string]image.Spec{
		pauseImage:   {Layers: []image.Layer{p.Layer("pause")}, Entrypoint: []string{"/pause"}, User: nobody},
		busyboxImage: {Layers: []image.Layer{l.Busybox}},
		DemoJob:      demoJob(l),
	}
	for _, program := range parts.TektonPrograms {
		spec := image.Spec{Entrypoint: []string{"/ko-app/" + program}, User: tektonUser}
		if program == "resolvers" { // its git resolver runs git
			spec.Layers = []image.Layer{l.Debian, l.Git}
		}
		spec.Layers = append(spec.Layers, p.Layer(program))
		all[tektonName(program, p.Versions())] = spec
	}
	return all
}

func tektonName(program string, v parts.Versions) string { return "tekton/" + program + ":" + v.Tekton }

// built is an image with the reference by which the cluster knows it.
type built struct {
	spec image.Spec
	img  v1.Image
}

// buildImages makes all images; it reads no layer, so it takes no time.
func (c Cluster) buildImages(specs map[string]image.Spec) (map[string]built, error) {
	all := map[string]built{}
	for name, spec := range specs {
		img, err := c.store().Build(spec)
		if err != nil {
			return nil, fmt.Errorf("build image %s: %w", name, err)
		}
		all[name] = built{spec, img}
	}
	return all, nil
}

// pushOwn puts images into our own registry.
func (c Cluster) pushOwn(ctx context.Context, registryDir string, all map[string]built) error {
	for name, b := range all {
		if err := c.store().Seed(registryDir, b.spec.Layers); err != nil {
			return err
		}
		if _, err := image.Push(ctx, c.Registry()+"/"+name, b.img); err != nil {
			return err
		}
	}
	return nil
}

// tektonImages are the references by digest that go into Tekton's release.
func (c Cluster) tektonImages(v parts.Versions, all map[string]built) (tekton.Images, error) {
	images := tekton.Images{}
	names := map[string]string{tekton.Shell: busyboxImage}
	for _, program := range parts.TektonPrograms {
		names[program] = tektonName(program, v)
	}
	for key, name := range names {
		digest, err := all[name].img.Digest()
		if err != nil {
			return nil, err
		}
		images[key] = c.Registry() + "/" + withoutTag(name) + "@" + digest.String()
	}
	return images, nil
}
