package tekton

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/command"
)

// Kubectl runs kubectl against one cluster.
type Kubectl struct {
	// Program and Kubeconfig are paths; Cache is the folder for what kubectl remembers of the API.
	Program, Kubeconfig, Cache string
}

// Run runs kubectl with text on its standard input.
func (k Kubectl) Run(ctx context.Context, input string, args ...string) (string, error) {
	global := []string{"--kubeconfig=" + k.Kubeconfig, "--cache-dir=" + k.Cache}
	return command.RunInput(ctx, input, k.Program, append(global, args...)...)
}

// mark is applied after everything else, so that its presence means that all of the release is in the cluster.
const (
	namespace = "tekton-pipelines"
	markName  = "bowsprit-test-cluster"
)

// Apply applies rendered objects. They are not checked against the API server's schema by kubectl first: the server
// does it, and fetching the schema takes seconds.
func (k Kubectl) Apply(ctx context.Context, rendered []byte) error {
	mark, err := encode([]object{{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": object{"name": markName, "namespace": namespace}, "data": object{"release": hash(rendered)}}})
	if err != nil {
		return err
	}
	for _, text := range [][]byte{rendered, mark} {
		_, err := k.Run(ctx, string(text), "apply", "--server-side", "--force-conflicts", "--validate=false", "-f", "-")
		if err != nil {
			return fmt.Errorf("apply %d objects of Tekton: %w", count(text), err)
		}
	}
	return nil
}

// Rollout waits until the pods of what was applied have replaced older ones.
func (k Kubectl) Rollout(ctx context.Context) error {
	for _, ns := range []string{namespace, namespace + "-resolvers"} {
		if _, err := k.Run(ctx, "", "-n", ns, "rollout", "status", "deployment", "--timeout=10m"); err != nil {
			return fmt.Errorf("wait for Tekton's pods in %s: %w", ns, err)
		}
	}
	return nil
}

func hash(rendered []byte) string {
	sum := sha256.Sum256(rendered)
	return hex.EncodeToString(sum[:])[:20]
}

// API reads from the API server: the body of a successful answer, or an error.
type API interface {
	Get(ctx context.Context, path string) ([]byte, error)
}

// Installed tells whether exactly these rendered objects have been applied.
func Installed(ctx context.Context, api API, rendered []byte) bool {
	text, err := api.Get(ctx, "/api/v1/namespaces/"+namespace+"/configmaps/"+markName)
	var m struct {
		Data map[string]string `json:"data"`
	}
	return err == nil && json.Unmarshal(text, &m) == nil && m.Data["release"] == hash(rendered)
}

// components are the values of the label app.kubernetes.io/component that must be ready.
var components = map[string]string{"controller": namespace, "webhook": namespace, "resolvers": namespace + "-resolvers"}

// Ready asks every component's pod itself: what the API says of a pod may be from before a crash. The error says who
// is not ready yet.
func Ready(ctx context.Context, api API) error {
	for component, ns := range components {
		if err := ready(ctx, api, ns, component); err != nil {
			return fmt.Errorf("%s of Tekton is not ready: %w", component, err)
		}
	}
	return nil
}

func ready(ctx context.Context, api API, ns, component string) error {
	text, err := api.Get(ctx, "/api/v1/namespaces/"+ns+"/pods?labelSelector=app.kubernetes.io/component="+component)
	if err != nil {
		return err
	}
	var pods struct {
		Items []struct {
			Metadata struct {
				DeletionTimestamp string `json:"deletionTimestamp"`
			} `json:"metadata"`
			Status struct {
				Phase             string                          `json:"phase"`
				PodIP             string                          `json:"podIP"`
				Conditions        []struct{ Type, Status string } `json:"conditions"`
				ContainerStatuses []struct {
					State struct {
						Waiting struct{ Reason, Message string } `json:"waiting"`
					} `json:"state"`
				} `json:"containerStatuses"`
			} `json:"status"`
		} `json:"items"`
	}
	if err := json.Unmarshal(text, &pods); err != nil {
		return err
	}
	because := errors.New("it has no pod")
	for _, p := range pods.Items {
		if p.Metadata.DeletionTimestamp != "" {
			continue
		}
		because = fmt.Errorf("its pod is %s", p.Status.Phase)
		for _, c := range p.Status.ContainerStatuses {
			if c.State.Waiting.Reason != "" {
				because = fmt.Errorf("its container waits: %s %s", c.State.Waiting.Reason, c.State.Waiting.Message)
			}
		}
		ip, err := netip.ParseAddr(p.Status.PodIP)
		if err != nil {
			continue
		}
		if because = probe(ctx, ip); because == nil {
			return conditionReady(p.Status.Conditions)
		}
	}
	return because
}

// conditionReady is what routes webhook calls to the pod.
func conditionReady(conditions []struct{ Type, Status string }) error {
	for _, c := range conditions {
		if c.Type == "Ready" && c.Status == "True" {
			return nil
		}
	}
	return errors.New("its pod answers but is not marked ready yet")
}

var prober = http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// probe asks for readiness on the port that all Tekton components share.
func probe(ctx context.Context, ip netip.Addr) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+netip.AddrPortFrom(ip, 8080).String()+"/readiness", nil)
	if err != nil {
		return err
	}
	answer, err := prober.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // nothing is read
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("its pod answers %s", answer.Status)
	}
	return nil
}

// bad is refused by Tekton's validation and by nothing else. That a good object is accepted would prove nothing: until
// the webhook's pod has filled its rules in, nobody is asked.
const bad = `{"apiVersion":"tekton.dev/v1","kind":"PipelineRun","metadata":{"name":"must-be-refused","namespace":"default"},"spec":{"pipelineSpec":{"tasks":[]}}}`

// Refuses returns nil when Tekton's validating webhook refuses a bad object, and otherwise what happened.
func (k Kubectl) Refuses(ctx context.Context) error {
	_, err := k.Run(ctx, bad, "create", "--dry-run=server", "--validate=false", "-f", "-")
	if err == nil {
		return errors.New("the webhook of Tekton does not refuse a bad PipelineRun")
	}
	if !strings.Contains(err.Error(), `admission webhook "validation.webhook.pipeline.tekton.dev" denied`) {
		return fmt.Errorf("ask the webhook of Tekton: %w", err)
	}
	return nil
}
