// Package queue is the mind of the admitter: from all living runs it decides which queued runs may start, which runs are
// superseded, and why each other one waits. There is no stored queue: the runs themselves are it. It must not know
// Kubernetes, Tekton or the clock.
package queue
