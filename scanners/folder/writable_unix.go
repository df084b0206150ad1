//go:build unix

package folder

import "golang.org/x/sys/unix"

// writable asks whether this account may write to a folder, without doing it.
func writable(path string) (may, known bool) { return unix.Access(path, unix.W_OK) == nil, true }
