package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// CheckWebhook compares the payload of an event (the value of X-GitHub-Event) with the schema that GitHub publishes for
// it and its action. An event that the extract lacks is a mismatch. The error joins one *Mismatch for each difference.
func (c *Contract) CheckWebhook(event string, body []byte) error {
	payloads, err := c.payloads()
	if err != nil {
		return err
	}
	name := event + "/" + actionOf(body)
	schema := payloads[name]
	if schema == nil && payloads[event] != nil {
		name, schema = event, payloads[event]
	}
	if schema == nil {
		return &Mismatch{
			Operation: "webhook " + strings.TrimSuffix(name, "/"), Part: "payload",
			Reason: fmt.Sprintf("is not in the extract of GitHub's schemas (of this event it has: %s): correct event and action, or add it to events.txt and run go generate ./test/forge/contract",
				list(actions(slices.Sorted(maps.Keys(payloads)), event))),
		}
	}
	return c.report(complete(mismatches(schema, body), "webhook "+name, "payload"))
}

// actionOf returns the payload's action, empty if it has none.
func actionOf(body []byte) string {
	value, err := decode(body)
	if err != nil {
		return ""
	}
	payload, _ := value.(map[string]any)
	action, _ := payload["action"].(string)
	return action
}

func actions(names []string, event string) (out []string) {
	for _, name := range names {
		if action, ok := strings.CutPrefix(name, event+"/"); ok {
			out = append(out, action)
		}
	}
	return out
}
