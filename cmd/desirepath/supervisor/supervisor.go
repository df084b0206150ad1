// Package supervisor tells systemd, where it started the process and wants to
// know, how the process fares: ready, reading its configuration, alive, ending.
// The words are those of
// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html.
package supervisor

import (
	"context"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// A Supervisor is who started the process. Where nobody listens, nothing is told;
// what cannot be told is logged, and the process goes on.
type Supervisor struct {
	address string        // of its datagram socket; "" where nobody listens
	period  time.Duration // within which it wants a sign of life; 0 for none
	log     *slog.Logger
}

// New finds in the environment who listens: NOTIFY_SOCKET, and for signs of life
// WATCHDOG_USEC, which is meant for the process WATCHDOG_PID.
func New(environ func(string) string, log *slog.Logger) Supervisor {
	s := Supervisor{address: environ("NOTIFY_SOCKET"), log: log}
	if pid := environ("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return s
	}
	if micros, err := strconv.ParseInt(environ("WATCHDOG_USEC"), 10, 64); err == nil && micros > 0 {
		s.period = time.Duration(micros) * time.Microsecond
	}
	return s
}

// Ready tells that what was started, or told to read its configuration again, is
// at work.
func (s Supervisor) Ready() { s.tell("READY=1") }

// Reloading tells that the configuration is being read again, until Ready.
func (s Supervisor) Reloading() { s.tell("RELOADING=1", monotonic()) }

// Stopping tells that the process is on its way to its end.
func (s Supervisor) Stopping() { s.tell("STOPPING=1") }

// Status is the line that "systemctl status" shows.
func (s Supervisor) Status(line string) { s.tell("STATUS=" + strings.ReplaceAll(line, "\n", " ")) }

// Watch gives a sign of life twice a period, where one is wanted and alive gives
// no error, until ctx ends. A process that gives none is started anew.
func (s Supervisor) Watch(ctx context.Context, alive func(context.Context) error) {
	if s.address == "" || s.period == 0 {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(s.period / 2)
	defer tick.Stop()
	for {
		asking, cancel := context.WithTimeout(ctx, s.period/4)
		err := alive(asking)
		cancel()
		switch {
		case err == nil:
			s.tell("WATCHDOG=1")
		case ctx.Err() == nil:
			s.log.Warn("no sign of life is given", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tell sends one datagram. An address that begins with @ is one in Linux' own
// name space, as package net has it too.
func (s Supervisor) tell(lines ...string) {
	if s.address == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: s.address, Net: "unixgram"})
	if err != nil {
		s.log.Warn("systemd was not told", "what", lines[0], "err", err)
		return
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		s.log.Warn("systemd was not told", "what", lines[0], "err", err)
	}
}
