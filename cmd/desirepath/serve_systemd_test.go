package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestServeTellsSystemd is what systemd hears of one serve, on a socket such as
// it gives to what it starts.
func TestServeTellsSystemd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("systemd is Linux' own")
	}
	dir := t.TempDir()
	writeAt(t, filepath.Join(dir, "share", "volunteers.csv"), "Volunteer,E-mail,Shift,Hours\nA,a@example.org,1,2\n")
	settings := filepath.Join(dir, "desirepath.yaml")
	writeAt(t, settings, "organisation: Test\nstore: d.db\nout: results\nschedule: {at: '30 1 * * *'}\nsources: [{name: share, folder: {path: share}}]\n")
	socket := filepath.Join(dir, "notify")
	told := systemd(t, socket)

	out := &said{}
	a := testApp(t)
	a.Out = out
	a.Environ = func(name string) string {
		return map[string]string{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "500000"}[name]
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		ended <- a.run(ctx, []string{"serve", "--config", settings, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"})
	}()
	told.waitFor(t, "READY=1\n")
	told.waitFor(t, "STATUS=the next night begins ")
	told.waitFor(t, "WATCHDOG=1\n")
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	out.waitFor(t, "The configuration was read again.")
	stop()
	told.waitFor(t, "STOPPING=1\n")
	<-ended
	_, since, reloaded := strings.Cut(told.String(), "RELOADING=1\nMONOTONIC_USEC=")
	if !reloaded || !strings.Contains(since, "READY=1\n") {
		t.Errorf("it was told of no reading of the configuration and its end:\n%s", told)
	}
}

// systemd listens where a process tells how it fares.
func systemd(t *testing.T, address string) *said {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	told := &said{}
	go func() {
		datagram := make([]byte, 4096)
		for {
			n, err := conn.Read(datagram)
			if err != nil {
				return // closed: the test is over
			}
			_, _ = told.Write(append(datagram[:n:n], '\n'))
		}
	}()
	return told
}
