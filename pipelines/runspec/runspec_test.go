package runspec

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExpand(t *testing.T) {
	env := map[string]string{"A": "a", "B": "$(A)", "EMPTY": ""}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	for why, tc := range map[string]struct{ text, want string }{
		"a name is replaced":                       {"x$(A)y", "xay"},
		"a value is not expanded again":            {"$(B)", "$(A)"},
		"an empty value is a value":                {"[$(EMPTY)]", "[]"},
		"an unknown name stays":                    {"$(NOPE)$(A)", "$(NOPE)a"},
		"two dollars are one, which is inert":      {"$$(A)", "$(A)"},
		"three are a dollar and a name":            {"$$$(A)", "$a"},
		"four are two":                             {"$$$$(A)", "$$(A)"},
		"a shell's variable stays":                 {"$A ${A} $1", "$A ${A} $1"},
		"an open bracket stays":                    {"$(A", "$(A"},
		"a dollar at the end stays":                {"100$", "100$"},
		"a name inside an unknown name is no name": {"$(X$(A))", "$(X$(A))"},
		"no dollar":                                {"plain", "plain"},
		"nothing":                                  {"", ""},
	} {
		t.Run(why, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Expand(tc.text, lookup)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	got, err := Parse(`{"args":["a"],"timeout":60000000000,"grace_period":1,"log":"/logs/x","marker":"/logs/m","wait_for":"/w","alive":"/a"}`)
	want := Options{Args: []string{"a"}, Timeout: time.Minute, GracePeriod: 1, Log: "/logs/x", Marker: "/logs/m", WaitFor: "/w", Alive: "/a"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for why, tc := range map[string]struct{ text, says string }{
		"an unknown key":                 {`{"x":1}`, "BOWSPRIT_RUN"},
		"two values":                     {`{}{}`, "more than one"},
		"a list":                         {`[]`, "BOWSPRIT_RUN"},
		"a negative timeout":             {`{"timeout":-1}`, "timeout"},
		"a negative grace period":        {`{"grace_period":-1}`, "grace_period"},
		"a relative log":                 {`{"log":"x"}`, "log"},
		"a marker that climbs":           {`{"marker":"/a/../b"}`, "marker"},
		"waiting without a sign of life": {`{"wait_for":"/w"}`, "alive"},
	} {
		if _, err := Parse(tc.text); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: error %v, want one about %s", why, err, tc.says)
		}
	}
	if got, err := Parse(""); err != nil || cmp.Diff(Options{}, got) != "" {
		t.Errorf("no options: %+v, %v", got, err)
	}
}
