// Package pages is the room of the HTML pages that people look at. It must not decide anything. The room is reserved;
// nothing in it is built yet.
package pages
