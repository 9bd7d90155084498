package receiver

import (
	"net/http"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

func TestKubeInbox(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	cluster := fake.NewClientBuilder().WithScheme(scheme).Build()
	b := newBench(func(o *Options) { o.Inbox = KubeInbox{Client: cluster, Namespace: "ci"} })
	for _, want := range []string{"received", "already received"} {
		if status, text := b.send(delivery("pull_request", "{}")); status != http.StatusAccepted || text != want {
			t.Errorf("got %d %q, want 202 %q", status, text, want)
		}
	}
	var kept v1alpha1.Delivery
	if err := cluster.Get(t.Context(), types.NamespacedName{Namespace: "ci", Name: theGUID}, &kept); err != nil {
		t.Fatal(err)
	}
	if kept.Spec.Event.Org != "o" || kept.Spec.Event.Kind != v1alpha1.KindPullRequest {
		t.Errorf("kept %+v", kept.Spec)
	}
}
