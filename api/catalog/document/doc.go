// Package document reads one YAML file into Go values, with the meaning that sigs.k8s.io/yaml and encoding/json give it
// (which is Prow's), and remembers on which line what stands. A file is parsed once in the common case: its nodes are
// read straight into the values, and anything unusual makes the whole file take the exact, slower way through JSON, so
// that both ways cannot differ. It must not know what the values mean, nor where files come from.
package document
