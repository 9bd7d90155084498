package record

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"
)

func anyRecord() *rapid.Generator[Record] {
	return rapid.Custom(func(t *rapid.T) Record {
		text := func(label string) string { return rapid.String().Draw(t, label) }
		full := func(label string) string { return rapid.StringN(1, -1, -1).Draw(t, label) }
		return Record{
			Cause: Cause{
				Org: text("org"), Repo: text("repo"), Subject: full("subject"),
				HeadSHA: text("head"), Job: full("job"), Trigger: full("trigger"),
			},
			SpecHash: text("hash"), Type: text("type"), Context: text("context"), RerunCommand: text("rerun"),
			SkipReport: rapid.Bool().Draw(t, "skip"), Optional: rapid.Bool().Draw(t, "optional"),
			MaxConcurrency: rapid.IntMin(0).Draw(t, "max"), BaseRef: text("ref"), BaseSHA: text("base"),
			Pull: rapid.IntMin(0).Draw(t, "pull"), BuildID: text("build"), CancelReason: text("cancel"),
			Reported: Reported{CheckRunID: rapid.Int64().Draw(t, "check"), Digest: text("digest"), Final: rapid.Bool().Draw(t, "final")},
		}
	})
}

func TestAnyRecordComesBackAndItsLabelsAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRecord().Draw(t, "record")
		obj := &metav1.ObjectMeta{Name: Name(want.Cause), Annotations: map[string]string{"theirs": "", "bowsprit.dev/pull-title": "x"}}
		Encode(want, obj)
		got, err := Decode(obj)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		for k, v := range obj.Labels {
			if problems := append(validation.IsQualifiedName(k), validation.IsValidLabelValue(v)...); len(problems) > 0 {
				t.Fatalf("label %s=%q: %v", k, v, problems)
			}
		}
		if _, kept := obj.Annotations["theirs"]; !kept {
			t.Fatal("an annotation of the job's was lost")
		}
		if s := Selector(); !s.Matches(labels.Set(obj.Labels)) {
			t.Fatalf("%s does not match %v", s, obj.Labels)
		}
	})
}

func TestAnyNameIsALabelAndTellsCausesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRecord().Draw(t, "a").Cause, anyRecord().Draw(t, "b").Cause
		if name := Name(a); len(name) > maxName || len(validation.IsDNS1123Label(name)) > 0 {
			t.Fatalf("%q is not a short DNS label", name)
		}
		if (a == b) != (Name(a) == Name(b)) {
			t.Fatalf("causes %+v and %+v are named %s and %s", a, b, Name(a), Name(b))
		}
	})
}

func TestName(t *testing.T) {
	base := Cause{Org: "o", Repo: "r", Subject: "pull-1", HeadSHA: "abc", Job: "unit", Trigger: "auto"}
	with := func(change func(*Cause)) Cause { c := base; change(&c); return c }
	for why, tc := range map[string]struct {
		cause Cause
		slug  string
	}{
		"a short job name is kept":                 {base, "unit-"},
		"characters that no name can have":         {with(func(c *Cause) { c.Job = "Lint_Go.1" }), "lint-go-1-"},
		"of a long name the end tells jobs apart":  {with(func(c *Cause) { c.Job = "pull-cluster-api-provider-openstack-e2e-test" }), "provider-openstack-e2e-test-"},
		"a cut never leaves a dash at the front":   {with(func(c *Cause) { c.Job = "pull-x-aaaaaaaaaaaaaaaaaaaaaaaaaa" }), "aaaaaaaaaaaaaaaaaaaaaaaaaa-"},
		"a name without a letter gets a stand-in":  {with(func(c *Cause) { c.Job = "._-" }), "job-"},
		"fields that run into each other (org)":    {with(func(c *Cause) { c.Org, c.Repo = "or", "" }), "unit-"},
		"fields that run into each other (no sha)": {with(func(c *Cause) { c.Subject, c.HeadSHA = "pull-1abc", "" }), "unit-"},
	} {
		t.Run(why, func(t *testing.T) {
			name := Name(tc.cause)
			if got := name[:len(name)-hashChars]; got != tc.slug {
				t.Errorf("slug of %s is %q, want %q", name, got, tc.slug)
			}
			if tc.cause != base && name[len(name)-hashChars:] == Name(base)[len(Name(base))-hashChars:] {
				t.Errorf("%+v has the hash of %+v", tc.cause, base)
			}
		})
	}
	// Names must never change between releases: a changed name would run every job again.
	if got, want := Name(base), "unit-qd6pftyyc3oz"; got != want {
		t.Errorf("Name = %s, want %s", got, want)
	}
}

func encoded() *metav1.ObjectMeta {
	r := Record{Cause: Cause{Org: "o", Repo: "r", Subject: "pull-7", HeadSHA: "abc", Job: "unit", Trigger: "auto"}, Pull: 7, BaseRef: "release/1.2", Type: "presubmit"}
	obj := &metav1.ObjectMeta{Name: Name(r.Cause)}
	Encode(r, obj)
	return obj
}

func TestDecodeRefuses(t *testing.T) {
	for why, tc := range map[string]struct {
		tamper func(*metav1.ObjectMeta)
		is     error
		says   string
	}{
		"an object of somebody else":       {func(o *metav1.ObjectMeta) { o.Annotations = map[string]string{"prow.k8s.io/job": "unit"} }, ErrForeign, "carries no record"},
		"a clone under another name":       {func(o *metav1.ObjectMeta) { o.Name = "unit-rerun-x" }, ErrCopy, "record of another run"},
		"a cause that was edited":          {func(o *metav1.ObjectMeta) { o.Annotations[annotationHeadSHA] = "def" }, ErrCopy, "record of another run"},
		"a number that is none":            {func(o *metav1.ObjectMeta) { o.Annotations[annotationPull] = "seven" }, nil, `pull is "seven"`},
		"a number written in another way":  {func(o *metav1.ObjectMeta) { o.Annotations[annotationPull] = "+7" }, nil, `pull is "+7"`},
		"a zero that should not be there":  {func(o *metav1.ObjectMeta) { o.Annotations[annotationCheckRunID] = "0" }, nil, "reported-check-run"},
		"a flag that is neither on or off": {func(o *metav1.ObjectMeta) { o.Annotations[annotationFinal] = "yes" }, nil, `want "true"`},
	} {
		t.Run(why, func(t *testing.T) {
			obj := encoded()
			tc.tamper(obj)
			_, err := Decode(obj)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("error %v, want one that says %q", err, tc.says)
			}
			if tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("error %v is not %v", err, tc.is)
			}
		})
	}
}

func TestWhatIsSetIsDecoded(t *testing.T) {
	obj := encoded()
	want := Reported{CheckRunID: 3, Digest: "d", Final: true}
	SetReported(obj, Reported{CheckRunID: 1, Digest: "older"})
	SetReported(obj, want)
	SetCancelReason(obj, "superseded by abc")
	got, err := Decode(obj)
	if err != nil || got.Reported != want || got.CancelReason != "superseded by abc" || CancelReason(obj) != got.CancelReason {
		t.Errorf("Decode = %+v, %v", got, err)
	}
	SetCancelReason(obj, "")
	if got, err = Decode(obj); err != nil || got.CancelReason != "" {
		t.Errorf("after removing the reason: %+v, %v", got, err)
	}
}

func TestLabelsForPeople(t *testing.T) {
	obj := encoded()
	want := map[string]string{
		"bowsprit.dev/job": "unit", "bowsprit.dev/org": "o", "bowsprit.dev/repo": "r", "bowsprit.dev/type": "presubmit",
		"bowsprit.dev/pull": "7", "bowsprit.dev/head": "abc",
		"created-by-prow": "true", "prow.k8s.io/job": "unit", "prow.k8s.io/context": "", "prow.k8s.io/type": "presubmit", "prow.k8s.io/is-optional": "false",
		"prow.k8s.io/refs.org": "o", "prow.k8s.io/refs.repo": "r", "prow.k8s.io/refs.base_ref": "1.2", "prow.k8s.io/refs.pull": "7",
		"prow.k8s.io/id": ProwJobID(obj.Name),
	}
	if diff := cmp.Diff(want, obj.Labels); diff != "" {
		t.Error(diff)
	}
	for why, tc := range map[string]struct {
		selector labels.Selector
		want     bool
	}{
		"its pull request":        {PullSelector("o", "r", 7), true},
		"another pull request":    {PullSelector("o", "r", 8), false},
		"another repository":      {PullSelector("o", "q", 7), false},
		"every run of Bowsprit's": {Selector(), true},
	} {
		if got := tc.selector.Matches(labels.Set(obj.Labels)); got != tc.want {
			t.Errorf("%s: %s matches: %v", why, tc.selector, got)
		}
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add("unit-x", "unit", "auto", "pull-7", "7", "true")
	f.Add("", "", "", "", "9223372036854775808", "\xff")
	f.Fuzz(func(t *testing.T, name, job, trigger, subject, num, on string) {
		obj := &metav1.ObjectMeta{Name: name, Annotations: map[string]string{
			annotationJob: job, annotationTrigger: trigger, annotationSubject: subject,
			annotationPull: num, annotationMaxConcurrency: num, annotationCheckRunID: num, annotationFinal: on, annotationOptional: on,
		}}
		r, err := Decode(obj)
		if err != nil {
			return
		}
		if Name(r.Cause) != name {
			t.Fatalf("decoded a record under the wrong name %q", name)
		}
	})
}
