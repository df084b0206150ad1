//go:build !unix

package folder

// writable cannot be told here without trying.
func writable(string) (may, known bool) { return false, false }
