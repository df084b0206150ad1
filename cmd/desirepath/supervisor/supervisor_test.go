//go:build linux

package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A desk is systemd's end: a datagram socket.
func desk(t *testing.T, address string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// hear is the next thing that a desk was told.
func hear(t *testing.T, desk *net.UnixConn) string {
	t.Helper()
	if err := desk.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	told := make([]byte, 4096)
	n, err := desk.Read(told)
	if err != nil {
		t.Fatal(err)
	}
	return string(told[:n])
}

// supervised is as a process finds it whom systemd started.
func supervised(t *testing.T, environ map[string]string) (Supervisor, *strings.Builder) {
	t.Helper()
	log := &strings.Builder{}
	return New(func(name string) string { return environ[name] }, slog.New(slog.NewTextHandler(log, nil))), log
}

func TestTelling(t *testing.T) {
	for _, address := range []string{filepath.Join(t.TempDir(), "notify"), "@desirepath-" + strconv.Itoa(os.Getpid())} {
		told := desk(t, address)
		s, log := supervised(t, map[string]string{"NOTIFY_SOCKET": address})
		for _, step := range []struct {
			tell func()
			want string
		}{
			{s.Ready, `^READY=1$`},
			{s.Reloading, `^RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+$`},
			{func() { s.Status("a night\nis under way") }, `^STATUS=a night is under way$`},
			{s.Stopping, `^STOPPING=1$`},
		} {
			step.tell()
			if got := hear(t, told); !regexp.MustCompile(step.want).MatchString(got) {
				t.Errorf("%s: told %q, want %s", address, got, step.want)
			}
		}
		if log.Len() > 0 {
			t.Error(log)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	s, log := supervised(t, nil)
	s.Ready()
	if log.Len() > 0 {
		t.Error(log)
	}
	s, log = supervised(t, map[string]string{"NOTIFY_SOCKET": filepath.Join(t.TempDir(), "nobody")})
	s.Ready()
	if !strings.Contains(log.String(), "READY=1") {
		t.Errorf("nothing is said of a socket where nobody is: %q", log)
	}
}

func TestSignsOfLife(t *testing.T) {
	address := filepath.Join(t.TempDir(), "notify")
	told := desk(t, address)
	s, log := supervised(t, map[string]string{"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000", "WATCHDOG_PID": strconv.Itoa(os.Getpid())})
	ctx, stop := context.WithCancel(t.Context())
	asked, ended := 0, make(chan struct{})
	go func() {
		defer close(ended)
		s.Watch(ctx, func(context.Context) error {
			if asked++; asked == 2 {
				return errors.New("hangs")
			}
			return nil
		})
	}()
	for range 3 {
		if got := hear(t, told); got != "WATCHDOG=1" {
			t.Errorf("told %q", got)
		}
	}
	stop()
	<-ended
	if asked < 4 || strings.Count(log.String(), "hangs") != 1 {
		t.Errorf("asked %d times, logged %q", asked, log)
	}
}

func TestSignsOfLifeOfAnother(t *testing.T) {
	for _, environ := range []map[string]string{
		{"NOTIFY_SOCKET": "/nobody", "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"},
		{"NOTIFY_SOCKET": "/nobody", "WATCHDOG_USEC": "soon"},
		{"WATCHDOG_USEC": "20000"},
	} {
		s, _ := supervised(t, environ)
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		s.Watch(ctx, func(context.Context) error { t.Errorf("%v: asked", environ); return nil })
		stop()
	}
}
