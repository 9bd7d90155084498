// Package compare judges the program by Prow's own answers about real configurations, where they are at hand. It must not know
// how the program comes to its answers: it only runs it.
package compare
