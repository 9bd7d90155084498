// Package changed matches the changed files of one event against the file filters of many jobs, in a fraction of the time
// that trying every expression on every path takes. It answers exactly what api/prow answers, but for which of several
// matching paths it names. It must not know jobs, nor what an answer is good for.
package changed
