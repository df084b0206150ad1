package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/post/posttest"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// TestLettersLeaveOnce kills the program at the two worst moments, sends
// again, and settles the letter of which nobody knew.
func TestLettersLeaveOnce(t *testing.T) {
	share := t.TempDir()
	writeBook(t, filepath.Join(share, "marks.xlsx"), "Student ID", "Student name", "Course", "Assignment 1", "Midterm exam", "Final grade")
	for _, tt := range []struct {
		name   string
		kill   int    // after so many commits; 0: when the server has the letter
		before int    // letters that left before the program ended
		settle string // what somebody finds out
	}{
		{"before the letter leaves", 1, 0, "lost"},
		{"before it is known that it left", 0, 1, "sent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPostOffice(t, share)
			if code, _, _ := p.send(t, tt.kill); code != -1 {
				t.Fatalf("it was to be killed, and ended with %d", code)
			}
			if n := len(p.server.Mails()); n != tt.before {
				t.Fatalf("%d letters left before the end, want %d", n, tt.before)
			}
			code, _, stderr := p.send(t, -1)
			if code != exitPartial || len(p.server.Mails()) != tt.before || !strings.Contains(stderr, "nobody knows whether they left") {
				t.Fatalf("again: code %d, %d letters\n%s", code, len(p.server.Mails()), stderr)
			}
			_, id, _ := strings.Cut(stderr, "letter ")
			id, _, _ = strings.Cut(id, " ")
			if code, out, stderr := p.run(t, -1, "outreach", "settle", id, tt.settle); code != exitOK {
				t.Fatalf("settle: %d\n%s%s", code, out, stderr)
			}
			if code, out, stderr := p.send(t, -1); code != exitOK {
				t.Fatalf("after that: %d\n%s%s", code, out, stderr)
			}
			if n := len(p.server.Mails()); n != 1 {
				t.Errorf("%d letters left in the end", n)
			}
			if s := p.states(t); s != "proposed invited" {
				t.Errorf("the conversation went through %s", s)
			}
		})
	}
}

// postOffice is an inventory with one conversation to have, and a server that
// takes letters.
type postOffice struct {
	dir    string
	server *posttest.Server
	end    func() // ends the program under way the hard way
}

func newPostOffice(t *testing.T, share string) *postOffice {
	t.Helper()
	p := &postOffice{dir: newNight(t, share), end: func() {}}
	runNight(t, p.dir, 0)
	p.server = posttest.Start(t, &posttest.Server{User: "desirepath", Password: "s3cret", Taken: func() { p.end() }})
	config := filepath.Join(p.dir, "desirepath.yaml")
	text := string(readFile(t, config)) + fmt.Sprintf("scan: {ca_file: %s}\noutreach: {mail: {host: %s, port: %d, user: desirepath, domain: alderbay.example}}\n", p.server.CAFile, p.server.Host, p.server.Port)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	store := p.store(t)
	defer store.Close()
	all, err := store.Conversations(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d conversations, %v", len(all), err)
	}
	d := inventory.Decision{Act: inventory.ActNewKeeper, Keeper: "folasade@alderbay.example", By: "mele@alderbay.example", At: time.Now()}
	if err := errors.Join(all[0].Decide(d), store.SaveConversation(t.Context(), all[0])); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *postOffice) store(t *testing.T) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(p.dir, "inv.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// send sends; it is killed after so many commits, or at 0 once the server took
// a letter, or at -1 not at all.
func (p *postOffice) send(t *testing.T, kill int) (code int, stdout, stderr string) {
	t.Helper()
	return p.run(t, kill, "outreach", "send", "--by", "mele@alderbay.example")
}

func (p *postOffice) run(t *testing.T, kill int, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append(args, "--config", filepath.Join(p.dir, "desirepath.yaml"))...)
	cmd.Args[0] = "desirepath"
	cmd.Env = append(os.Environ(), "DESIREPATH_MAIL_PASSWORD=s3cret", "DESIREPATH_TEST_KILL="+strconv.Itoa(max(kill, 0)))
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	p.end = func() {}
	if kill == 0 {
		p.end = func() {
			_ = cmd.Process.Kill()
			time.Sleep(100 * time.Millisecond) // the server's answer comes too late
		}
	}
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), log.String()
}

// states are those that the conversation went through.
func (p *postOffice) states(t *testing.T) string {
	t.Helper()
	store := p.store(t)
	defer store.Close()
	all, err := store.Conversations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range all[0].Steps {
		if s.From != s.To {
			out = append(out, string(s.To))
		}
	}
	return strings.Join(out, " ")
}
