// Package forge is an honest GitHub for tests and demonstrations: a server that speaks the part of GitHub's REST API,
// webhooks and git-over-HTTP that a CI needs, over real bare git repositories.
//
// Its one job is to answer as GitHub answers: the same shapes, the same refusals, the same events in the same order.
// Given a contract (test/forge/contract) it checks every request, answer and webhook against GitHub's published
// schemas. It must not know Bowsprit: it imports nothing of it, and nothing but tests and the demo may import it.
//
// People act through the Go API (Push, OpenPull, Comment, …); programs act through HTTP. Both take the same path, so
// each change is recorded in History, moves the same state and sends the same webhooks, whoever makes it.
package forge
