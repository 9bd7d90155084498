// Package match says what Prow would do about an event, given a configuration and everything that Prow would ask GitHub:
// it is the judge of `bowsprit jobs match`, by which a team compares the two before it moves. It must not know how
// Bowsprit itself decides (package triggers, which is stricter where docs/reference/from-prow.md says so), nor ask anybody:
// a question holds all.
package match
