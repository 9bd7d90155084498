// Package architecture holds the floors of the house: it reads the import graph of the product and fails, naming the
// floor that was broken, when an import goes up or sideways, when the mind learns of the outside, or when a package does
// not say what its job is. It must not know what any package does.
package architecture
