// Package triggers is the mind behind the webhook street: from an event, the present state of its pull request and the
// catalog it decides which jobs run, which do not, and why. It asks the world through one narrow window, World, and
// answers with decisions and actions that others carry out. It must not know Kubernetes, Tekton, HTTP or the clock.
package triggers
