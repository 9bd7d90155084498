// Package parts builds the programs of the test cluster from this module's sources and keeps them in the cache, in a
// folder named after everything that decides what they are. It does not run them.
package parts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
)

// recipe changes when this package builds other things from the same sources.
const recipe = "4"

// TektonPrograms are Tekton's main packages that become images.
var TektonPrograms = []string{"controller", "webhook", "resolvers", "entrypoint", "nop", "workingdirinit", "sidecarlogresults"}

// Parts is a finished build.
type Parts struct {
	dir      string
	versions Versions
	layers   map[string]image.Layer
}

// Versions are the pinned versions of what the cluster is made of.
type Versions struct{ Kubernetes, Tekton, Tkn string }

// Hyperkube is the path of the binary with etcd and all Kubernetes programs in it.
func (p Parts) Hyperkube() string { return filepath.Join(p.dir, "bin", "hyperkube") }

// Tkn is the path of Tekton's command line.
func (p Parts) Tkn() string { return filepath.Join(p.dir, "bin", "tkn") }

// Assets is a folder with etcd, kube-apiserver and kubectl, for envtest's KUBEBUILDER_ASSETS.
func (p Parts) Assets() string { return filepath.Join(p.dir, "assets") }

// Kubectl is the path of kubectl.
func (p Parts) Kubectl() string { return filepath.Join(p.Assets(), "kubectl") }

// Release is the file with Tekton's prepared manifests.
func (p Parts) Release() string { return filepath.Join(p.dir, releaseFile) }

// Versions tells what was built.
func (p Parts) Versions() Versions { return p.versions }

// Layer is the image layer that holds /ko-app/NAME of a Tekton program, or /pause.
func (p Parts) Layer(program string) image.Layer { return p.layers[program] }

// Key names a build: a hash over the sources, the toolchain, the platform and the recipe.
func Key(sources fs.FS, goVersion, platform string) (string, error) {
	h := sha256.New() // a hash never refuses a write
	_, _ = fmt.Fprintf(h, "%s\n%s\n%s\n", recipe, goVersion, platform)
	var files []string
	err := fs.WalkDir(sources, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	sort.Strings(files)
	for _, f := range files {
		content, err := fs.ReadFile(sources, f)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(h, "%s %d\n%s", f, len(content), content)
	}
	return hex.EncodeToString(h.Sum(nil))[:20], nil
}

// versionsOf reads the pinned versions from go.mod, so that they stand in one place only.
func versionsOf(sources fs.FS) (Versions, error) {
	text, err := fs.ReadFile(sources, "go.mod")
	if err != nil {
		return Versions{}, err
	}
	var v Versions
	for module, into := range map[string]*string{
		"k8s.io/kubernetes":            &v.Kubernetes,
		"github.com/tektoncd/pipeline": &v.Tekton,
		"github.com/tektoncd/cli":      &v.Tkn,
	} {
		m := regexp.MustCompile(`(?m)^(?:require)?\s*` + regexp.QuoteMeta(module) + ` (v\S+)`).FindSubmatch(text)
		if m == nil {
			return Versions{}, fmt.Errorf("go.mod of the test cluster does not require %s", module)
		}
		*into = string(m[1])
	}
	return v, nil
}

// open reads a finished build; false when there is none or a layer of it is gone.
func open(dir string, versions Versions, store image.Store) (Parts, bool) {
	p := Parts{dir: dir, versions: versions, layers: map[string]image.Layer{}}
	text, err := os.ReadFile(filepath.Join(dir, layersFile))
	if err != nil || json.Unmarshal(text, &p.layers) != nil {
		return Parts{}, false
	}
	for _, name := range append([]string{"pause"}, TektonPrograms...) {
		if l, ok := p.layers[name]; !ok || !store.Has(l) {
			return Parts{}, false
		}
	}
	return p, true
}

// Files of a build.
const (
	layersFile  = "layers.json"
	releaseFile = "tekton.json"
)
