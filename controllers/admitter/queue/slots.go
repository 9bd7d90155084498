package queue

import "fmt"

// slots counts what runs against the limits.
type slots struct {
	max   int // 0 is no limit
	used  int
	byJob map[string]int
}

func newSlots(runs []Run, limit int) *slots {
	s := &slots{max: limit, byJob: map[string]int{}}
	for _, r := range runs {
		if r.State.holdsSlot() {
			s.take(r)
		}
	}
	return s
}

func (s *slots) take(r Run) {
	s.used++
	s.byJob[r.Cause.Job]++
}

// refusal says why r cannot start now; empty if it can. ahead is how many waiting runs are older.
func (s *slots) refusal(r Run, ahead int) string {
	running := s.byJob[r.Cause.Job]
	switch {
	case r.MaxConcurrency > 0 && running >= r.MaxConcurrency:
		return fmt.Sprintf("job %s runs %d of at most %d at a time (max_concurrency)", r.Cause.Job, running, r.MaxConcurrency)
	case s.max > 0 && s.used >= s.max:
		return fmt.Sprintf("%d of at most %d runs are running, %d ahead in the queue", s.used, s.max, ahead)
	}
	return ""
}
