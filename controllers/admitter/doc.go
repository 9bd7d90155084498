// Package admitter keeps the queue moving: it asks the mind in package queue which runs may start and which are
// superseded, and carries that out. It is the only one that lets a run start. It must not create, report or delete runs.
//
// How the limits hold, also with a stale cache and with two leaders: every admission is first promised. The promises are
// one ConfigMap, the turnstile. A round reads the turnstile, then lists the runs from the API server itself, counts what
// runs together with what is promised, and writes its new promises only if the turnstile has not changed since it was
// read. Then it admits. Whoever comes next sees either the promise or the run that started, so no slot is given twice;
// and a promise that was not kept, because its leader died, is kept by the next.
package admitter
