// Package e2e holds the end-to-end tests: the main street on a real cluster with real pods, the honest forge, and
// Bowsprit as a process that is killed. It must not know how Bowsprit is built inside: it looks at GitHub and at the cluster.
package e2e
