package forge

import (
	"encoding/json"
	"net/http"
)

// labelNames reads the three forms that GitHub takes: {"labels": ["a"]}, {"labels": [{"name": "a"}]} and ["a"].
func (c *call) labelNames() ([]string, error) {
	var wrapped struct {
		Labels []json.RawMessage `json:"labels"`
	}
	raw := c.body
	if json.Unmarshal(raw, &wrapped) != nil {
		if err := json.Unmarshal(raw, &wrapped.Labels); err != nil {
			return nil, refuse(http.StatusBadRequest, "Problems parsing JSON")
		}
	}
	var names []string
	for _, l := range wrapped.Labels {
		var name string
		var named struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(l, &name) != nil && json.Unmarshal(l, &named) == nil {
			name = named.Name
		}
		if name == "" {
			return nil, invalid("Label", "name", "missing_field", "")
		}
		names = append(names, name)
	}
	return names, nil
}

func (c *call) labelsOf(p *pull) []obj {
	return paged(c, p.labels, func(l *label) obj { return c.f.labelJSON(p.repo, l) })
}

// listItemLabels: GET /issues/{number}/labels.
func listItemLabels(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) { return okay(c.labelsOf(p)) })
}

// addItemLabels: POST /issues/{number}/labels.
func addItemLabels(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		names, err := c.labelNames()
		if err != nil {
			return reply{}, err
		}
		c.f.addLabels(c.who, p, names)
		return okay(c.f.labelList(p.repo, p.labels))
	})
}

// setItemLabels: PUT /issues/{number}/labels.
func setItemLabels(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		names, err := c.labelNames()
		if err != nil {
			return reply{}, err
		}
		if err := c.f.setLabels(c.who, p, names); err != nil {
			return reply{}, err
		}
		return okay(c.f.labelList(p.repo, p.labels))
	})
}

// removeItemLabel: DELETE /issues/{number}/labels/{name}.
func removeItemLabel(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		if err := c.f.removeLabel(c.who, p, c.params["name"]); err != nil {
			return reply{}, err
		}
		return okay(c.f.labelList(p.repo, p.labels))
	})
}

// listLabels: GET /labels.
func listLabels(c *call) (reply, error) {
	return okay(paged(c, c.repo.labels, func(l *label) obj { return c.f.labelJSON(c.repo, l) }))
}

type labelRequest struct {
	Name        *string `json:"name"`
	NewName     *string `json:"new_name"`
	Color       *string `json:"color"`
	Description *string `json:"description"`
}

// createRepoLabel: POST /labels.
func createRepoLabel(c *call) (reply, error) {
	var in labelRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if text(in.Name) == "" {
		return reply{}, invalid("Label", "name", "missing_field", "")
	}
	if c.repo.label(*in.Name) != nil {
		return reply{}, invalid("Label", "name", "already_exists", "")
	}
	l := label{name: *in.Name, color: "ededed", description: text(in.Description)}
	set(&l.color, in.Color)
	return created(c.f.labelJSON(c.repo, c.f.createLabel(c.who, c.repo, l)))
}

func (c *call) onLabel(do func(*label) (reply, error)) (reply, error) {
	l := c.repo.label(c.params["name"])
	if l == nil {
		return reply{}, errNotFound
	}
	return do(l)
}

// getLabel: GET /labels/{name}.
func getLabel(c *call) (reply, error) {
	return c.onLabel(func(l *label) (reply, error) { return okay(c.f.labelJSON(c.repo, l)) })
}

// updateLabel: PATCH /labels/{name}.
func updateLabel(c *call) (reply, error) {
	return c.onLabel(func(l *label) (reply, error) {
		var in labelRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		set(&l.name, in.NewName)
		set(&l.color, in.Color)
		set(&l.description, in.Description)
		c.f.record(c.who, Entry{What: "label.edit", Repo: c.repo.fullName(), ID: l.id, Detail: map[string]string{"label": l.name}})
		c.f.emitLabel("edited", c.repo, l, c.who)
		return okay(c.f.labelJSON(c.repo, l))
	})
}

// deleteRepoLabel: DELETE /labels/{name}.
func deleteRepoLabel(c *call) (reply, error) {
	return c.onLabel(func(l *label) (reply, error) {
		c.f.deleteLabel(c.who, c.repo, l)
		return noContent()
	})
}
