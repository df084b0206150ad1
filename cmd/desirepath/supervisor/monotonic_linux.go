package supervisor

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// monotonic is when a configuration begins to be read, by the clock that
// systemd compares with the moment at which it asked for that.
func monotonic() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return "" // an empty line says nothing
	}
	return "MONOTONIC_USEC=" + strconv.FormatInt(now.Nano()/1000, 10)
}
