package scheduler

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/controllers/scheduler/due"
)

// MemoryName is the name of the ConfigMap that holds what no run tells.
const MemoryName = "bowsprit-scheduler"

// jobsKey is its one key, in binaryData: a JSON object from job names to memos, compressed by gzip so that tens of thousands
// of jobs fit.
const jobsKey = "jobs.json.gz"

// maxMemory bounds what is unpacked of it, in bytes.
const maxMemory = 64 << 20

// Memory remembers about each periodic what no run of it tells once there is none: since when it is there, from which its
// cron counts, and when it ran last, so that whoever deletes old runs does not start it anew.
type Memory struct {
	Client client.Client
	// Live reads from the API server itself.
	Live client.Reader
	// Namespace is where the ConfigMap lives: that of the control plane.
	Namespace string
}

// memo is what is remembered of a job: the start of its newest run, or if there never was one, since when it is there.
type memo struct {
	Seen time.Time `json:"seen,omitzero"`
	Ran  time.Time `json:"ran,omitzero"`
}

// last stands for the newest run of a job whose runs are all gone; nil if there never was one.
func (m memo) last() *due.Last {
	if m.Ran.IsZero() {
		return nil
	}
	return &due.Last{Start: m.Ran, End: m.Ran}
}

// Update adds what is new about the jobs, forgets other jobs, and returns all. Nothing is written without a change. After a
// Conflict or an AlreadyExists, which say that another scheduler wrote at the same time, and after any other error, what
// is returned is not certain to be remembered.
func (s Memory) Update(ctx context.Context, jobs []string, newest map[string]*due.Last, now time.Time) (map[string]memo, error) {
	cm, old, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	memos := make(map[string]memo, len(jobs))
	for _, job := range jobs {
		m := old[job]
		if last := newest[job]; last != nil && last.Start.After(m.Ran) {
			m = memo{Ran: last.Start.UTC()}
		}
		if m == (memo{}) {
			m.Seen = now.UTC().Truncate(time.Second)
		}
		memos[job] = m
	}
	if maps.EqualFunc(old, memos, func(a, b memo) bool { return a.Seen.Equal(b.Seen) && a.Ran.Equal(b.Ran) }) {
		return memos, nil
	}
	return memos, s.write(ctx, cm, memos)
}

// read returns the ConfigMap, or an empty one without a resource version if there is none. What cannot be read in it is taken
// for nothing: the runs say most of it.
func (s Memory) read(ctx context.Context) (*corev1.ConfigMap, map[string]memo, error) {
	cm := &corev1.ConfigMap{}
	err := s.Live.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: MemoryName}, cm)
	if apierrors.IsNotFound(err) {
		cm = &corev1.ConfigMap{}
		cm.Namespace, cm.Name = s.Namespace, MemoryName
		return cm, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read ConfigMap %s/%s: %w", s.Namespace, MemoryName, err)
	}
	memos := map[string]memo{}
	if z, err := gzip.NewReader(bytes.NewReader(cm.BinaryData[jobsKey])); err == nil {
		if json.NewDecoder(io.LimitReader(z, maxMemory)).Decode(&memos) != nil {
			memos = nil
		}
	}
	return cm, memos, nil
}

func (s Memory) write(ctx context.Context, cm *corev1.ConfigMap, memos map[string]memo) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	err := json.NewEncoder(z).Encode(memos)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("pack the memory of %d periodics: %w", len(memos), err)
	}
	cm.BinaryData = map[string][]byte{jobsKey: packed.Bytes()}
	if cm.ResourceVersion == "" {
		err = s.Client.Create(ctx, cm)
	} else {
		err = s.Client.Update(ctx, cm)
	}
	if err != nil {
		return fmt.Errorf("remember %d periodics: %w", len(memos), err)
	}
	return nil
}
