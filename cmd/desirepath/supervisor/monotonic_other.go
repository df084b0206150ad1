//go:build !linux

package supervisor

// monotonic says nothing where there is no systemd.
func monotonic() string { return "" }
