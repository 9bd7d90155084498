// Package reporter mirrors runs outward: each run has one check run on GitHub, or one commit status, that says queued, in
// progress and completed, on the run's own commit, and ends in exactly one final report. What was acknowledged is noted
// on the run, so a report is made once, in order, and never backwards; until it is acknowledged it is tried again for
// ever. It must not decide how a message is worded (package message does), create, admit or cancel runs.
//
// A run that was superseded by another one on the same commit leaves the word to it: it completes the check that it has,
// and makes no new one, nor a status.
//
// A run that is deleted before its final report is completed as cancelled by whoever sees the deletion. One that is
// deleted while no reporter runs leaves its check as it was: nothing in the cluster tells of it any more.
package reporter
