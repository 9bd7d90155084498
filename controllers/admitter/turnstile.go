package admitter

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter/queue"
)

// TurnstileName is the name of the ConfigMap that holds the promises.
const TurnstileName = "bowsprit-admitter"

// promisedKey is its one key: a JSON list of "namespace/name".
const promisedKey = "promised"

// Turnstile is the one object on which admissions of all leaders meet.
type Turnstile struct {
	Client client.Client
	// Live reads from the API server itself.
	Live client.Reader
	// Namespace is where the ConfigMap lives: that of the control plane.
	Namespace string
}

// Promises are the runs whose admission was decided and not yet seen.
type Promises struct {
	Runs map[queue.Key]bool
	read *corev1.ConfigMap // as it was read; nil if there was none
}

// Read returns the promises as they are now; none if the turnstile does not exist yet.
func (t Turnstile) Read(ctx context.Context) (Promises, error) {
	cm := &corev1.ConfigMap{}
	err := t.Live.Get(ctx, client.ObjectKey{Namespace: t.Namespace, Name: TurnstileName}, cm)
	if apierrors.IsNotFound(err) {
		return Promises{Runs: map[queue.Key]bool{}}, nil
	}
	if err != nil {
		return Promises{}, fmt.Errorf("read the turnstile %s/%s: %w", t.Namespace, TurnstileName, err)
	}
	var names []string
	if err := json.Unmarshal([]byte(cm.Data[promisedKey]), &names); err != nil {
		return Promises{}, fmt.Errorf("read the turnstile %s/%s: data.%s is not a JSON list of strings: %w", t.Namespace, TurnstileName, promisedKey, err)
	}
	promises := Promises{Runs: map[queue.Key]bool{}, read: cm}
	for _, name := range names {
		if ns, n, ok := strings.Cut(name, "/"); ok {
			promises.Runs[queue.Key{Namespace: ns, Name: n}] = true
		}
	}
	return promises, nil
}

// Write replaces the promises if nobody else did since they were read: otherwise the error is a Conflict or an
// AlreadyExists. It does not write when nothing is promised and nothing was: then nothing is admitted either.
func (t Turnstile) Write(ctx context.Context, p Promises) error {
	data, err := encode(p.Runs)
	if err != nil {
		return err
	}
	if len(p.Runs) == 0 && (p.read == nil || p.read.Data[promisedKey] == data) {
		return nil
	}
	if p.read == nil {
		cm := &corev1.ConfigMap{Data: map[string]string{promisedKey: data}}
		cm.Namespace, cm.Name = t.Namespace, TurnstileName
		return wrap(t.Client.Create(ctx, cm))
	}
	cm := p.read.DeepCopy()
	cm.Data = map[string]string{promisedKey: data}
	return wrap(t.Client.Update(ctx, cm))
}

func encode(runs map[queue.Key]bool) (string, error) {
	names := make([]string, 0, len(runs))
	for k := range runs {
		names = append(names, k.String())
	}
	slices.Sort(names)
	data, err := json.Marshal(names)
	return string(data), err
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("write the turnstile: %w", err)
}
