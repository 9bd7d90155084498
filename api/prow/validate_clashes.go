package prow

import "fmt"

// Clash is a pair of jobs that cannot stand side by side. Second is the later one's index.
type Clash struct {
	First, Second int
	// Code is job-duplicate or context-duplicate, Field the key that both share: name or context.
	Code, Field, Message string
}

// Clashes finds presubmits of one repository that share a name or a context on branches that may be the same. Whether a job
// reports at all makes no difference, as in Prow.
func Clashes(jobs []Presubmit) []Clash {
	return clashes(len(jobs), func(i int) placed { return placed{jobs[i].Name, jobs[i].Context, &jobs[i].Brancher} })
}

// PostsubmitClashes finds postsubmits of one repository that share a name or a context on branches that may be the same.
func PostsubmitClashes(jobs []Postsubmit) []Clash {
	return clashes(len(jobs), func(i int) placed { return placed{jobs[i].Name, jobs[i].Context, &jobs[i].Brancher} })
}

// PeriodicClashes finds periodics that share a name: among all repositories there may be only one of it.
func PeriodicClashes(jobs []Periodic) []Clash {
	var out []Clash
	first := make(map[string]int, len(jobs))
	for i := range jobs {
		name := jobs[i].Name
		if j, ok := first[name]; ok {
			out = append(out, Clash{j, i, "job-duplicate", "name", fmt.Sprintf("the periodic %q is there twice; rename one", name)})
			continue
		}
		first[name] = i
	}
	return out
}

// placed is what a job may share with another.
type placed struct {
	name, context string
	on            *Brancher
}

func clashes(n int, job func(int) placed) []Clash {
	var out []Clash
	byName, byContext := make(map[string][]int, n), make(map[string][]int, n)
	for i := range n {
		this := job(i)
		if j, ok := meets(byName[this.name], this, job); ok {
			out = append(out, Clash{j, i, "job-duplicate", "name",
				fmt.Sprintf("the job %q is there twice for the same branches; rename one, or give them branches that share no expression", this.name)})
		} else if j, ok := meets(byContext[this.context], this, job); ok {
			out = append(out, Clash{j, i, "context-duplicate", "context",
				fmt.Sprintf("the jobs %q and %q report under the same context %q on the same branches", job(j).name, this.name, this.context)})
		}
		byName[this.name] = append(byName[this.name], i)
		byContext[this.context] = append(byContext[this.context], i)
	}
	return out
}

// meets finds the first of some earlier jobs whose branches intersect those of a job.
func meets(earlier []int, this placed, job func(int) placed) (int, bool) {
	for _, j := range earlier {
		if job(j).on.Intersects(*this.on) {
			return j, true
		}
	}
	return 0, false
}
