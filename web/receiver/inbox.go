package receiver

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// KubeInbox keeps deliveries as objects in a namespace of a cluster.
type KubeInbox struct {
	// Client writes to the cluster; it must know v1alpha1.
	Client client.Client
	// Namespace is where Deliveries live.
	Namespace string
}

var _ Inbox = KubeInbox{}

// Store creates the object. Errors are the API server's: AlreadyExists when the delivery is there already.
func (k KubeInbox) Store(ctx context.Context, delivery *v1alpha1.Delivery) error {
	stored := delivery.DeepCopy()
	stored.Namespace = k.Namespace
	return k.Client.Create(ctx, stored)
}
