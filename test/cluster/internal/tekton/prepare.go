// Package tekton turns Tekton's release manifests into what this cluster applies, applies it, and tells whether Tekton
// works. It builds no image and starts no process but kubectl.
package tekton

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// object is one manifest.
type object = map[string]any

// left out are files with parts that this cluster has no use for: the autoscaler needs a metrics server, and the
// events controller only sends CloudEvents.
var leftOut = []string{"webhook-hpa.yaml", "events.yaml"}

// folders in the order in which they are applied.
var folders = []string{"100-namespace", ".", "300-crds", "resolvers"}

// Prepare reads the release's config folder and returns its objects as JSON, one after the other, with the images
// still named as in the release. version, such as "v1.15.1", replaces the "devel" of the sources. An edit for which
// the release has no place any more is an error: then the release has changed and this package must follow.
func Prepare(release fs.FS, version string) ([]byte, error) {
	var objects []object
	for _, dir := range folders {
		more, err := readFolder(release, dir)
		if err != nil {
			return nil, err
		}
		objects = append(objects, more...)
	}
	done := map[string]bool{}
	for _, o := range objects {
		replaceVersion(o, version)
		for _, e := range edits {
			if e.on(o) {
				if err := e.do(o); err != nil {
					return nil, fmt.Errorf("edit Tekton's release, %s: %w", e.why, err)
				}
				done[e.why] = true
			}
		}
	}
	for _, e := range edits {
		if !done[e.why] {
			return nil, fmt.Errorf("edit Tekton's release: nothing found to %s", e.why)
		}
	}
	return encode(objects)
}

func encode(objects []object) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for _, o := range objects {
		if err := e.Encode(o); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func readFolder(release fs.FS, dir string) ([]object, error) {
	files, err := fs.Glob(release, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read Tekton's release: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read Tekton's release: no manifests in folder %s", dir)
	}
	var objects []object
	for _, f := range files {
		if slices.Contains(leftOut, path.Base(f)) {
			continue
		}
		text, err := fs.ReadFile(release, f)
		if err != nil {
			return nil, err
		}
		more, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("read Tekton's release, %s: %w", f, err)
		}
		objects = append(objects, more...)
	}
	return objects, nil
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

func parse(text []byte) ([]object, error) {
	var objects []object
	for _, doc := range separator.Split(string(text), -1) {
		var o object
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			return nil, err
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
	return objects, nil
}

// replaceVersion replaces every text "devel".
func replaceVersion(v any, version string) any {
	switch v := v.(type) {
	case object:
		for k, x := range v {
			v[k] = replaceVersion(x, version)
		}
	case []any:
		for i, x := range v {
			v[i] = replaceVersion(x, version)
		}
	case string:
		if v == "devel" {
			return version
		}
	}
	return v
}

// edit changes objects for a small cluster with one replica of everything.
type edit struct {
	why string
	on  func(object) bool
	do  func(object) error
}

func kind(kind, namePrefix string) func(object) bool {
	return func(o object) bool {
		name, _ := field(o, "metadata", "name").(string)
		return o["kind"] == kind && strings.HasPrefix(name, namePrefix)
	}
}

var edits = []edit{
	{"drop descriptions from the schemas, which are most of the API server's memory", kind("CustomResourceDefinition", ""),
		func(o object) error { dropDescriptions(o["spec"]); return nil }},
	{"mark pods ready when they are made: nothing injects sidecars here", kind("ConfigMap", "feature-flags"), sidecarsFlag},
	{"let a restarted controller work at once instead of waiting for the lease of one that was killed",
		kind("Deployment", "tekton-pipelines-controller"), func(o object) error {
			return eachContainer(o, func(c object) error {
				args, _ := c["args"].([]any)
				c["args"] = append(args, "-disable-ha")
				return nil
			})
		}},
	{"let the others take such a lease over within seconds", kind("ConfigMap", "config-leader-election-"),
		func(o object) error {
			return set(o, map[string]any{"lease-duration": "15s", "renew-deadline": "10s", "retry-period": "2s"}, "data")
		}},
	{"notice the controller's readiness at once", kind("Deployment", "tekton-pipelines-controller"), promptProbe},
	{"notice the webhook's readiness at once", kind("Deployment", "tekton-pipelines-webhook"), promptProbe},
	{"give the controller its share of a busy processor", kind("Deployment", "tekton-pipelines-controller"), func(o object) error {
		return eachContainer(o, func(c object) error {
			c["resources"] = object{"requests": object{"cpu": "100m", "memory": "100Mi"}}
			return nil
		})
	}},
	{"start the resolvers without tini, which their image does not have", kind("Deployment", "tekton-pipelines-remote-resolvers"), dropTini},
}

func promptProbe(o object) error {
	return eachContainer(o, func(c object) error {
		return set(c, map[string]any{"initialDelaySeconds": 1, "periodSeconds": 1}, "readinessProbe")
	})
}

// sidecarsFlag keeps a run from waiting for kubelet's next update of the ready file.
func sidecarsFlag(o object) error {
	const flag = "running-in-environment-with-injected-sidecars"
	data, _ := o["data"].(object)
	if _, ok := data[flag]; !ok {
		return fmt.Errorf("there is no flag %s", flag)
	}
	data[flag] = "false"
	return nil
}

func dropTini(o object) error {
	return eachContainer(o, func(c object) error {
		command, _ := c["command"].([]any)
		if len(command) != 3 || command[0] != "/sbin/tini" || command[1] != "--" {
			return fmt.Errorf("the command %v does not begin with tini", command)
		}
		c["command"] = command[2:]
		return nil
	})
}

// dropDescriptions removes texts named description; a property of that name is no text and stays.
func dropDescriptions(v any) {
	switch v := v.(type) {
	case object:
		if _, isText := v["description"].(string); isText {
			delete(v, "description")
		}
		for _, x := range v {
			dropDescriptions(x)
		}
	case []any:
		for _, x := range v {
			dropDescriptions(x)
		}
	}
}

func field(v any, path ...string) any {
	for _, p := range path {
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v = o[p]
	}
	return v
}

// set puts values into the object at path, which must be there.
func set(o object, values map[string]any, path ...string) error {
	into, ok := field(o, path...).(object)
	if !ok {
		return fmt.Errorf("there is no %s", strings.Join(path, "."))
	}
	for k, v := range values {
		into[k] = v
	}
	return nil
}

func eachContainer(o object, do func(object) error) error {
	containers, _ := field(o, "spec", "template", "spec", "containers").([]any)
	if len(containers) == 0 {
		return errors.New("there are no containers")
	}
	for _, c := range containers {
		container, ok := c.(object)
		if !ok {
			return errors.New("a container is no object")
		}
		if err := do(container); err != nil {
			return err
		}
	}
	return nil
}

// Images names what replaces the release's images: Tekton's programs by their name, and Shell.
type Images map[string]string

// Shell is the key of the image in which Tekton writes a step's script to a file.
const Shell = "shell"

var releaseImage = regexp.MustCompile(`ko://github\.com/tektoncd/pipeline/cmd/([a-z]+)|cgr\.dev/chainguard/busybox@sha256:[0-9a-f]+`)

// Render fills the images into prepared objects. An image for which none is given is an error.
func Render(prepared []byte, images Images) ([]byte, error) {
	var missing []string
	rendered := releaseImage.ReplaceAllFunc(prepared, func(found []byte) []byte {
		name := Shell
		if m := releaseImage.FindSubmatch(found); len(m[1]) > 0 {
			name = string(m[1])
		}
		if images[name] == "" {
			missing = append(missing, name)
		}
		return []byte(images[name])
	})
	if len(missing) > 0 {
		return nil, fmt.Errorf("render Tekton's release: no image for %s", strings.Join(missing, ", "))
	}
	if bytes.Contains(rendered, []byte("ko://")) {
		return nil, errors.New("render Tekton's release: an image of an unknown form is left")
	}
	return rendered, nil
}

// count is how many objects there are, for messages.
func count(rendered []byte) int {
	n, d := 0, json.NewDecoder(bytes.NewReader(rendered))
	for {
		var o json.RawMessage
		if err := d.Decode(&o); err == io.EOF || err != nil {
			return n
		}
		n++
	}
}
