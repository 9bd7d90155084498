package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
)

// account is the service account of config/rbac.
const account = "system:serviceaccount:bowsprit:bowsprit"

// auditPolicy notes every request of the account, once it is answered, by what it asks for.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  users: ["` + account + `"]
- level: None
`

// The street runs with the rights of config/rbac: nothing is forbidden to it, and it uses every right that it has.
func TestRightsAreThoseUsed(t *testing.T) {
	dir := t.TempDir()
	policy, audit := filepath.Join(dir, "policy.yaml"), filepath.Join(dir, "audit.log")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStreet(t, func(env *envtest.Environment) {
		env.ControlPlane.GetAPIServer().Configure().Set("audit-policy-file", policy).Set("audit-log-path", audit)
	})
	s.walk()
	s.comeBack()
	s.changeTheConfiguration()
	used, forbidden := readAudit(t, audit)
	if len(forbidden) > 0 {
		t.Errorf("these requests were forbidden:\n%s", strings.Join(forbidden, "\n"))
	}
	if d := cmp.Diff(granted(t), used); d != "" {
		t.Errorf("rights of config/rbac (-) against those used (+):\n%s", d)
	}
}

// changeTheConfiguration breaks and repairs the job file twice, so that the same events are told twice.
func (s *street) changeTheConfiguration() {
	s.Helper()
	file := filepath.Join(s.dir, "jobs.yaml")
	good, err := os.ReadFile(file)
	s.ok(err)
	for told := range 2 {
		s.ok(os.WriteFile(file, []byte("presubmits: 5\n"), 0o600))
		s.event("ConfigRefused", told+1)
		s.ok(os.WriteFile(file, good, 0o600))
		s.event("ConfigLoaded", told+1)
	}
}

// event waits until an event of a reason was told so many times.
func (s *street) event(reason string, times int) {
	s.Helper()
	runstest.Eventually(s, fmt.Sprintf("%s is told %d times", reason, times), func() error {
		var list eventsv1.EventList
		if err := s.api.Client.List(s.Context(), &list, client.InNamespace("bowsprit")); err != nil {
			return err
		}
		told := 0
		for _, e := range list.Items {
			if e.Reason != reason {
				continue
			}
			if told++; e.Series != nil {
				told = max(told, int(e.Series.Count))
			}
		}
		if told < times {
			return fmt.Errorf("it was told %d times", told)
		}
		return nil
	})
}

// readAudit lists the rights that were used, and the requests that were refused for want of one.
func readAudit(t *testing.T, file string) (used, forbidden []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var event struct {
			Verb      string
			ObjectRef *struct{ Resource, Subresource, Namespace, APIGroup string }
			Status    struct{ Code int } `json:"responseStatus"`
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatalf("read the audit log: %v", err)
		}
		o := event.ObjectRef
		if o == nil || o.Resource == "" {
			continue // discovery
		}
		right := rightOf(o.Namespace, o.APIGroup, strings.TrimSuffix(o.Resource+"/"+o.Subresource, "/"), event.Verb)
		if event.Status.Code == 403 {
			forbidden = append(forbidden, right)
		}
		used = append(used, right)
	}
	slices.Sort(used)
	return slices.Compact(used), forbidden
}

func rightOf(namespace, group, resource, verb string) string {
	return fmt.Sprintf("%s: %s %s.%s", namespace, verb, resource, group)
}

// granted lists the rights of config/rbac.
func granted(t *testing.T) []string {
	t.Helper()
	var rights []string
	for _, object := range rbacObjects(t) {
		if object.GetKind() != "Role" {
			continue
		}
		role := rbacv1.Role{}
		raw, err := object.MarshalJSON()
		if err == nil {
			err = json.Unmarshal(raw, &role)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range role.Rules {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					rights = append(rights, rightOf(role.Namespace, rule.APIGroups[0], resource, verb))
				}
			}
		}
	}
	slices.Sort(rights)
	return slices.Compact(rights)
}

// rbacObjects reads config/rbac.
func rbacObjects(t *testing.T) []unstructured.Unstructured {
	t.Helper()
	var objects []unstructured.Unstructured
	for _, file := range []string{"control_plane.yaml", "run_namespace.yaml"} {
		text, err := os.ReadFile(filepath.Join(runstest.Root(), "config", "rbac", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range strings.Split(string(text), "\n---\n") {
			var object unstructured.Unstructured
			if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			objects = append(objects, object)
		}
	}
	return objects
}

// grant applies config/rbac.
func (s *street) grant() {
	for _, object := range rbacObjects(s.T) {
		s.ok(s.api.Client.Create(context.Background(), &object))
	}
}

// kubeconfig is one of the account.
func (s *street) kubeconfig() string {
	user, err := s.api.Env.AddUser(envtest.User{Name: account, Groups: []string{"system:serviceaccounts"}}, nil)
	s.ok(err)
	text, err := user.KubeConfig()
	s.ok(err)
	return string(text)
}
