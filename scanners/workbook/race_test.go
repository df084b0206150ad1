//go:build race

package workbook

// The race detector allocates beside what it watches.
const raced = true
