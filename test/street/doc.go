// Package street stands up the whole main street for end-to-end tests and for the demo: an honest forge, Bowsprit as a
// process of its own, and a cluster that is already there. It must not know what a test expects to happen on it.
package street
