// Package pages makes the HTML pages that people look at. It must not decide anything: it shows what it is given. There is
// one so far, about the configuration.
package pages
