package pipelines

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

const plainJob = `
name: unit
decorate: true
decoration_config: {timeout: 1h}
spec: {containers: [{image: b, command: [b]}]}`

const sidecarJob = `
name: unit
decorate: true
decoration_config: {timeout: 1h}
spec: {initContainers: [{name: db, image: a}], containers: [{image: b, command: [b]}]}`

// filled sets a field to a value that means something. Strings are names that every field takes.
func filled(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), depth)
	case reflect.String:
		v.SetString("xa")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint('q')
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), depth)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		filled(key, depth)
		filled(value, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if depth < 1 && v.Field(i).CanSet() {
				filled(v.Field(i), depth+1)
			}
		}
	}
}

// examples are values for mapped fields in which a made-up value would not do.
var examples = map[string]string{
	"spec.restartPolicy":                 `Never`,
	"spec.dnsPolicy":                     `Default`,
	"spec.hostUsers":                     `false`,
	"spec.volumes":                       `[{name: x, emptyDir: {}}]`,
	"spec.tolerations":                   `[{key: x}]`,
	"spec.activeDeadlineSeconds":         `60`,
	"spec.terminationGracePeriodSeconds": `60`,
	"spec.initContainers":                `[{name: x, image: y, restartPolicy: Always}]`,
	"spec.initContainers.lifecycle":      `{preStop: {exec: {command: [x]}}}`,
	"spec.initContainers.livenessProbe":  `{exec: {command: [x]}}`,
	"spec.initContainers.readinessProbe": `{exec: {command: [x]}}`,
	"spec.initContainers.startupProbe":   `{exec: {command: [x]}}`,
	"spec.initContainers.ports":          `[{containerPort: 7}]`,
	"spec.containers.name":               `x`,
	"spec.containers.workingDir":         `/x`,
	"spec.containers.resources":          `{requests: {cpu: "1"}}`,
	"spec.containers.env":                `[{name: X, value: y}]`,
	"spec.containers.envFrom":            `[{prefix: X, secretRef: {name: x}}]`,
	"spec.containers.command":            `[x]`,
	"spec.containers.args":               `[x]`,
	"spec.containers.volumeMounts":       `[{name: x, mountPath: /x}]`,
}

// withoutEffect are mapped fields whose meaning a run has anyway: a step never restarts and has a name of ours, and a decorated
// job starts in its clone, with a warning.
var withoutEffect = map[string]bool{"spec.restartPolicy": true, "spec.containers.name": true, "spec.containers.workingDir": true}

// TestEveryFieldOfAPodHasAFate sets each field of Kubernetes' own types in turn, so that a field that a new Kubernetes adds cannot be
// dropped in silence: it must change the run, be warned about, or be refused by its name.
func TestEveryFieldOfAPodHasAFate(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	for at, part := range map[string]struct {
		job   string
		fates map[string]fate
		of    func(*corev1.PodSpec) reflect.Value
	}{
		"spec":                {plainJob, podFates, func(s *corev1.PodSpec) reflect.Value { return reflect.ValueOf(s).Elem() }},
		"spec.containers":     {plainJob, containerFates, func(s *corev1.PodSpec) reflect.Value { return reflect.ValueOf(&s.Containers[0]).Elem() }},
		"spec.initContainers": {sidecarJob, sidecarFates, func(s *corev1.PodSpec) reflect.Value { return reflect.ValueOf(&s.InitContainers[0]).Elem() }},
	} {
		base := func() *prow.Job {
			job := jobOf(t, part.job)
			if part.job == sidecarJob {
				job.Spec.InitContainers[0].RestartPolicy = &always
			}
			return job
		}
		typ := part.of(base().Spec).Type()
		for name := range part.fates {
			if _, exists := typ.FieldByName(name); !exists {
				t.Errorf("%s has no field %s any more", typ, name)
			}
		}
		plain := compileJob(t, base())
		for i := range typ.NumField() {
			field := typ.Field(i)
			path := at + "." + jsonName(field)
			if path == "spec.containers" || path == "spec.initContainers.restartPolicy" {
				continue // see the golden files
			}
			t.Run(path, func(t *testing.T) {
				job := base()
				set(t, part.of(job.Spec).Field(i), path)
				f, known := part.fates[field.Name]
				if !known {
					t.Fatalf("nothing says what becomes of %s", field.Name)
				}
				fateHolds(t, f, path, job, plain)
			})
		}
	}
}

func set(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	text, ok := examples[path]
	if !ok {
		text, ok = examples[strings.Replace(path, "initContainers.", "containers.", 1)]
	}
	if ok {
		if err := yaml.Unmarshal([]byte(text), v.Addr().Interface()); err != nil {
			t.Fatal(err)
		}
		return
	}
	filled(v, 0)
}

func compileJob(t *testing.T, job *prow.Job) *Compiled {
	t.Helper()
	c, err := Compile(input(job))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fateHolds(t *testing.T, f fate, path string, job *prow.Job, plain *Compiled) {
	t.Helper()
	got, err := Compile(input(job))
	var refusal *Error
	switch f.kind {
	case refused:
		if !errors.As(err, &refusal) || strings.ReplaceAll(refusal.Field, "[0]", "") != path || refusal.Message == "" {
			t.Errorf("error %v, want a refusal of %s that says why", err, path)
		}
		return
	case idle:
		if err != nil {
			t.Fatal(err)
		}
		told := slices.ContainsFunc(got.Warnings, func(w Warning) bool { return strings.ReplaceAll(w.Field, "[0]", "") == path })
		if !told || len(got.Warnings) != len(plain.Warnings)+1 {
			t.Errorf("warnings %v: want one about %s", got.Warnings, path)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if same := cmp.Equal(plain.Run.Spec, got.Run.Spec); same != withoutEffect[path] {
		t.Errorf("the run is the same with and without %s: %v", path, same)
	}
}

func TestAnExplicitFalseAsksForNothing(t *testing.T) {
	job := jobOf(t, `
name: unit
decorate: true
spec: {hostPID: false, shareProcessNamespace: false, readinessGates: [], containers: [{image: b, command: [b], stdin: false}]}`)
	if c := compileJob(t, job); len(c.Warnings) > 0 {
		t.Errorf("warnings %v", c.Warnings)
	}
}
