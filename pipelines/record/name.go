package record

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/google/uuid"
)

const (
	// maxName keeps the names of the task run and the pod, which Tekton derives from ours, readable and below 63 characters.
	maxName = 40
	// hashChars characters of base32 are 60 bits: among a million runs of one job the chance of a clash is below one in a million.
	hashChars = 12
)

var hashEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Name is the name of the run that the cause makes: "<job-slug>-<hash>", a DNS label of at most 40 characters. The hash is over
// every field of the cause, each with its length before it, so that no two causes run into each other.
func Name(c Cause) string {
	h := sha256.New()
	for _, field := range []string{c.Org, c.Repo, c.Subject, c.HeadSHA, c.Job, c.Trigger} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	return slug(c.Job, maxName-1-hashChars) + "-" + hashEncoding.EncodeToString(h.Sum(nil))[:hashChars]
}

// slug is the readable part of a name. Of a long job name the end is kept: names of one repository tend to differ there.
func slug(job string, limit int) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, job)
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '-' }), "-")
	if len(s) > limit {
		s = strings.TrimLeft(s[len(s)-limit:], "-")
	}
	if s == "" {
		return "job"
	}
	return s
}

// prowJobSpace is the name space of the identifiers that ProwJobID derives.
var prowJobSpace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("bowsprit.dev"))

// ProwJobID is Prow's PROW_JOB_ID for the run of that name: a UUID, always the same for the same name.
func ProwJobID(name string) string { return uuid.NewSHA1(prowJobSpace, []byte(name)).String() }
