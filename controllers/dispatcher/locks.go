package dispatcher

import (
	"strings"
	"sync"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// pull is what deliveries are serialised by. Events without a pull request share number 0 of their repository.
type pull struct {
	org, repo string
	number    int
}

// pullOf is the pull request that a delivery is about; GitHub does not tell names apart by case.
func pullOf(d *v1alpha1.Delivery) pull {
	ev := d.Spec.Event
	return pull{strings.ToLower(ev.Org), strings.ToLower(ev.Repo), ev.Number}
}

// locks keeps two workers from the same pull request. The zero value is ready.
type locks struct {
	mu   sync.Mutex
	held map[pull]bool
}

// tryLock takes the lock if it is free. It never waits, so that a busy pull request holds back no other.
func (l *locks) tryLock(p pull) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[p] {
		return false
	}
	if l.held == nil {
		l.held = map[pull]bool{}
	}
	l.held[p] = true
	return true
}

func (l *locks) unlock(p pull) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, p)
}
