package uploadspec

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

var bucketExpr = regexp.MustCompile(`^((gs|s3)://[A-Za-z0-9][A-Za-z0-9._-]*(/[^\x00-\x20?#]*)?|file:///[^\x00-\x20?#]+)$`)

// Parse reads options strictly and validates them.
func Parse(text string) (Options, error) {
	var o Options
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return Options{}, fmt.Errorf("read %s: %w", EnvName, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Options{}, fmt.Errorf("read %s: there is more than one JSON value", EnvName)
	}
	return o, o.Validate()
}

// Validate says what is wrong with the options; the error begins with the field's path.
func (o Options) Validate() error {
	switch {
	case o.Bucket == "" && o.LocalDir == "":
		return fmt.Errorf("bucket, local_dir: one of them must say where to store")
	case o.Bucket != "" && !bucketExpr.MatchString(o.Bucket):
		return fmt.Errorf("bucket: %q is none of gs://NAME, s3://NAME and file:///FOLDER", o.Bucket)
	case !object(o.Dir):
		return fmt.Errorf("dir: %q is not a clean path without slashes at its ends", o.Dir)
	case o.Alias != "" && !object(o.Alias):
		return fmt.Errorf("alias: %q is not a clean path without slashes at its ends", o.Alias)
	case o.MinimumSecretLength < 0:
		return fmt.Errorf("minimum_secret_length: %d is negative", o.MinimumSecretLength)
	case o.Done == "":
		return fmt.Errorf("done: it must name the file to make when everything is stored")
	}
	for i, l := range o.Latest {
		if !object(l) {
			return fmt.Errorf("latest[%d]: %q is not a clean path without slashes at its ends", i, l)
		}
	}
	return o.validateFiles()
}

// named is the path of a file with the field that it stands in.
type named struct{ field, file string }

func (o Options) validateFiles() error {
	files := []named{{"local_dir", o.LocalDir}, {"gcs_credentials_file", o.GCSCredentialsFile}, {"s3_credentials_file", o.S3CredentialsFile}}
	for i, dir := range o.SecretDirs {
		files = append(files, named{fmt.Sprintf("secret_dirs[%d]", i), dir})
	}
	shared := []named{{"done", o.Done}, {"alive", o.Alive}, {"artifacts", o.Artifacts}, {"clone_records", o.CloneRecords}}
	for i, e := range o.Entries {
		shared = append(shared, named{fmt.Sprintf("entries[%d].log", i), e.Log}, named{fmt.Sprintf("entries[%d].marker", i), e.Marker})
		if e.Name == "" && len(o.Entries) > 1 || strings.ContainsAny(e.Name, "/\x00") {
			return fmt.Errorf("entries[%d].name: %q is not the name of one of several containers", i, e.Name)
		}
	}
	for _, f := range append(files, shared...) {
		if f.file != "" && (!path.IsAbs(f.file) || path.Clean(f.file) != f.file) {
			return fmt.Errorf("%s: %q is not a clean absolute path", f.field, f.file)
		}
	}
	return o.validateShared(shared)
}

// validateShared says which of the steps' files is not in the folder that they share with the uploader.
func (o Options) validateShared(files []named) error {
	logs := o.Logs()
	for _, f := range files {
		if f.file != "" && !strings.HasPrefix(f.file, strings.TrimSuffix(logs, "/")+"/") {
			return fmt.Errorf("%s: %q is not in %s, the folder of done", f.field, f.file, logs)
		}
	}
	return nil
}

// object says whether s names an object, or a folder of them, in a bucket.
func object(s string) bool {
	return s != "" && path.Clean(s) == s && !path.IsAbs(s) && s != "." && s != ".." && !strings.HasPrefix(s, "../") && !strings.Contains(s, "\x00")
}
