// Package dispatcher turns a stored Delivery into its effect: it asks the mind in package triggers what should happen on
// the pull request as it is now, compiles and creates the runs, cancels others, and says on GitHub what concerns no run.
// Everything that it does may be done twice; a crash anywhere is repaired by doing the whole delivery again. It must not
// admit runs or report on them.
package dispatcher
