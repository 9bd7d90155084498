package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcp"
	"golang.org/x/oauth2/google"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

// openBucket opens where the run is stored. A path behind the bucket's name is a prefix of every object.
func openBucket(ctx context.Context, opts uploadspec.Options) (*blob.Bucket, error) {
	if opts.LocalDir != "" {
		return openFolder(opts.LocalDir)
	}
	scheme, rest, _ := strings.Cut(opts.Bucket, "://")
	if scheme == "file" {
		return openFolder(rest)
	}
	name, prefix, _ := strings.Cut(rest, "/")
	var bucket *blob.Bucket
	var err error
	if scheme == "s3" {
		bucket, err = openS3(ctx, name, opts.S3CredentialsFile)
	} else {
		bucket, err = openGCS(ctx, name, opts.GCSCredentialsFile)
	}
	if err != nil || strings.Trim(prefix, "/") == "" {
		return bucket, err
	}
	return blob.PrefixedBucket(bucket, strings.Trim(prefix, "/")+"/"), nil
}

// openFolder stores plain files, as a person or a web server expects them.
func openFolder(dir string) (*blob.Bucket, error) {
	return fileblob.OpenBucket(dir, &fileblob.Options{CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
}

// openGCS opens a bucket of Google's with a service account's key, or as whoever the pod is.
func openGCS(ctx context.Context, name, file string) (*blob.Bucket, error) {
	if file == "" {
		return blob.OpenBucket(ctx, gcsblob.Scheme+"://"+name)
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the credentials: %w", err)
	}
	creds, err := google.CredentialsFromJSONWithType(ctx, key, google.ServiceAccount, "https://www.googleapis.com/auth/devstorage.read_write")
	if err != nil {
		return nil, fmt.Errorf("read the credentials in %s: %w", file, err)
	}
	client, err := gcp.NewHTTPClient(gcp.DefaultTransport(), creds.TokenSource)
	if err != nil {
		return nil, err
	}
	return gcsblob.OpenBucket(ctx, client, name, nil)
}

// s3Credentials is Prow's file for S3 and what speaks its protocol.
type s3Credentials struct {
	Region           string `json:"region"`
	Endpoint         string `json:"endpoint"`
	Insecure         bool   `json:"insecure"`
	S3ForcePathStyle bool   `json:"s3_force_path_style"`
	AccessKey        string `json:"access_key"`
	SecretKey        string `json:"secret_key"`
}

// openS3 opens a bucket with Prow's credentials, or as whoever the pod is.
func openS3(ctx context.Context, name, file string) (*blob.Bucket, error) {
	var c s3Credentials
	if file != "" {
		b, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(b, &c)
		}
		if err != nil {
			return nil, fmt.Errorf("read the credentials in %s: %w", file, err)
		}
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, awsOptions(c)...)
	if err != nil {
		return nil, fmt.Errorf("configure S3: %w", err)
	}
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		o.UsePathStyle = c.S3ForcePathStyle
		if c.Endpoint != "" {
			o.BaseEndpoint = aws.String(endpointURL(c))
		}
	})
	return s3blob.OpenBucket(ctx, client, name, nil)
}

func awsOptions(c s3Credentials) []func(*awsconfig.LoadOptions) error {
	// Newer checksums are unknown to many servers that speak the protocol.
	opts := []func(*awsconfig.LoadOptions) error{awsconfig.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired)}
	if c.Region != "" {
		opts = append(opts, awsconfig.WithRegion(c.Region))
	}
	if c.AccessKey != "" {
		opts = append(opts, awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, "")))
	}
	return opts
}

// endpointURL is the endpoint with a scheme.
func endpointURL(c s3Credentials) string {
	switch {
	case strings.Contains(c.Endpoint, "://"):
		return c.Endpoint
	case c.Insecure:
		return "http://" + c.Endpoint
	}
	return "https://" + c.Endpoint
}
