// Package docs holds the pages to what is true: a link leads somewhere, a command that is shown exists, and no page knows
// the machine that it was written on. It reads files only; it must not know what the program does, beyond what
// docs/reference/cli.md (which is generated from the program) says about verbs and flags.
package docs
