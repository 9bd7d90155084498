package prow

import "fmt"

// Clash is a pair of presubmits of one repository that cannot stand side by side. Second is the later one's index.
type Clash struct {
	First, Second int
	// Code is job-duplicate or context-duplicate, Field the key that both share: name or context.
	Code, Field, Message string
}

// Clashes finds presubmits of one repository that share a name or a context on branches that may be the same.
func Clashes(jobs []Presubmit) []Clash {
	var out []Clash
	byName, byContext := map[string][]int{}, map[string][]int{}
	for i := range jobs {
		if j, ok := meets(jobs, byName[jobs[i].Name], i); ok {
			out = append(out, Clash{j, i, "job-duplicate", "name",
				fmt.Sprintf("the job %q is there twice for the same branches; rename one, or give them branches that share no expression", jobs[i].Name)})
		} else if j, ok := meets(jobs, byContext[jobs[i].Context], i); ok {
			out = append(out, Clash{j, i, "context-duplicate", "context",
				fmt.Sprintf("the jobs %q and %q report under the same context %q on the same branches", jobs[j].Name, jobs[i].Name, jobs[i].Context)})
		}
		byName[jobs[i].Name] = append(byName[jobs[i].Name], i)
		byContext[jobs[i].Context] = append(byContext[jobs[i].Context], i)
	}
	return out
}

// meets finds the first of some earlier jobs whose branches intersect those of job i.
func meets(jobs []Presubmit, earlier []int, i int) (int, bool) {
	for _, j := range earlier {
		if jobs[j].Intersects(jobs[i].Brancher) {
			return j, true
		}
	}
	return 0, false
}
