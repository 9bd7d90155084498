// Command extract cuts the contracts of package contract out of GitHub's published descriptions.
//
// Its one job: from the three npm packages of Octokit and the two committed lists (operations.txt, events.txt) make the
// three compressed files that package contract embeds. It knows nothing of how they are used.
//
//	extract           write the files into the current folder (this is what "go generate" calls)
//	extract -check    make them again and compare; exit status 1 if a committed file differs
//
// Files are compared by their uncompressed content, since compressors may change from one Go release to the next.
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// sources are the published packages, pinned by version and by npm's own checksum of their archive.
var sources = struct{ rest, webhooks, graphql npmPackage }{
	rest: npmPackage{
		name: "@octokit/openapi", version: "23.0.2", file: "package/generated/api.github.com.json",
		integrity: "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
	},
	webhooks: npmPackage{
		name: "@octokit/openapi-webhooks", version: "12.1.0", file: "package/generated/api.github.com.json",
		integrity: "sha512-Z5eDsLCUNbx1zHpZb1LNQirADqdMTvWJQ/deahi0ws+tWWnwHXB+Pr4jfmM9OrETS9Y5iW8ZRu1fdbudObhLrg==",
	},
	// 15.26.0 and 15.26.1 define fields of EnterpriseOwnerInfo twice, which no parser accepts.
	graphql: npmPackage{
		name: "@octokit/graphql-schema", version: "15.25.0", file: "package/schema.graphql",
		integrity: "sha512-aqz9WECtdxVWSqgKroUu9uu+CRt5KnfErWs0dBPKlTdrreAeWzS5NRu22ZVcGdPP7s3XDg2Gnf5iyoZPCRZWmQ==",
	},
}

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing them")
	dir := flag.String("dir", ".", "folder with operations.txt and events.txt, where the extracts are")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

// run makes all extracts and writes them to dir, or compares them with what is in dir.
func run(dir string, check bool) error {
	made, err := extractAll(dir)
	if err != nil {
		return err
	}
	var errs []error
	for name, content := range made {
		path := filepath.Join(dir, name)
		if check {
			errs = append(errs, compare(path, content))
		} else {
			errs = append(errs, write(path, content))
		}
	}
	return errors.Join(errs...)
}

// extractAll returns the uncompressed content of each file to embed, by file name.
func extractAll(dir string) (map[string][]byte, error) {
	operations, err := readList(filepath.Join(dir, "operations.txt"))
	if err != nil {
		return nil, err
	}
	events, err := readList(filepath.Join(dir, "events.txt"))
	if err != nil {
		return nil, err
	}
	made := map[string][]byte{}
	for _, part := range []struct {
		file string
		from npmPackage
		cut  func(published []byte) ([]byte, error)
	}{
		{"rest.json.gz", sources.rest, func(b []byte) ([]byte, error) { return cutOperations(b, operations) }},
		{"webhooks.json.gz", sources.webhooks, func(b []byte) ([]byte, error) { return cutWebhooks(b, events) }},
		{"schema.graphql.gz", sources.graphql, trimGraphQL},
	} {
		published, err := part.from.fetch()
		if err != nil {
			return nil, err
		}
		if made[part.file], err = part.cut(published); err != nil {
			return nil, fmt.Errorf("cut %s: %w", part.from, err)
		}
	}
	return made, nil
}

// write stores content compressed; the same content always makes the same bytes with one Go release.
func write(path string, content []byte) error {
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // no name and no time in the header
	if err != nil {
		return err
	}
	if _, err := zip.Write(content); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// compare reports a committed file that is not what the generator makes now.
func compare(path string, content []byte) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	zip, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", path, err)
	}
	committed, err := io.ReadAll(zip)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", path, err)
	}
	if !bytes.Equal(committed, content) {
		return fmt.Errorf("%s is not what the published packages give: run go generate ./test/forge/contract", path)
	}
	return nil
}
