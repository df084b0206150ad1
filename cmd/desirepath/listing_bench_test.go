package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// BenchmarkListing lists 20,000 and 200,000 emulated files of each suite into
// SQLite, and has rclone list the same drives of the same emulator, which runs
// in a process of its own. Everybody asks by the vendors' names, over TLS.
// What counts is the client's own CPU; the ledger of wall time is the
// emulator's more than the client's.
//
//	go test ./cmd/desirepath -run - -bench Listing -benchtime 1x -timeout 30m
func BenchmarkListing(b *testing.B) {
	for _, files := range []int{20_000, 200_000} {
		o := newOrganisation(b, files)
		for _, suite := range []string{emulator.Microsoft, emulator.Google} {
			name := fmt.Sprintf("%s/%d", suite, files)
			b.Run(name+"/desirepath", func(b *testing.B) { o.measure(b, suite, o.desirepath) })
			b.Run(name+"/desirepath-unkept", func(b *testing.B) { o.measure(b, suite, o.unkept) })
			b.Run(name+"/rclone", func(b *testing.B) { o.measure(b, suite, o.rclone) })
		}
	}
}

// An organisation is served by a process of its own.
type organisation struct {
	world   *emulator.World
	ends    map[string]string
	dir     string
	program string // rclone
}

// newOrganisation serves one with so many files in each suite.
func newOrganisation(b *testing.B, files int) *organisation {
	b.Helper()
	const people = 12
	o := &organisation{dir: b.TempDir(), world: emulator.NewWorld(emulator.Options{Seed: 1, People: people, Assets: 2 * files})}
	o.program, _ = exec.LookPath("rclone")
	writeCertificate(b, filepath.Join(o.dir, "app.pem"))
	cmd := itself(b, "desirepath", "emulate", "--tls", "--proxy", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--ca", filepath.Join(o.dir, "ca.pem"),
		"--key", filepath.Join(o.dir, "key.json"), "--people", strconv.Itoa(people), "--assets", strconv.Itoa(2*files))
	told, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	o.ends = map[string]string{}
	for lines := bufio.NewScanner(told); o.ends["proxy"] == "" && lines.Scan(); {
		name, address, _ := strings.Cut(lines.Text(), " ")
		o.ends[name] = strings.TrimSpace(address)
	}
	return o
}

// itself is this binary as another program, see TestMain.
func itself(b *testing.B, name string, args ...string) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), self, args...)
	cmd.Args[0] = name
	cmd.Stderr = os.Stderr
	return cmd
}

// measure runs a program that prints how many files it saw.
func (o *organisation) measure(b *testing.B, suite string, program func(*testing.B, string) *exec.Cmd) {
	var cpu time.Duration
	files, rss := 0, int64(0)
	for b.Loop() {
		cmd := program(b, suite)
		out, err := cmd.Output()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		var saw struct{ Count int }
		if err := json.Unmarshal(out, &saw); err != nil || saw.Count == 0 {
			b.Fatalf("%v: %s", err, out)
		}
		files += saw.Count
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			rss = max(rss, use.Maxrss)
		}
	}
	b.ReportMetric(float64(files)/float64(b.N), "files")
	b.ReportMetric(float64(files)/cpu.Seconds(), "files/cpu-s")
	b.ReportMetric(float64(rss)/1024, "MiB-peak")
}

// desirepath lists the drives of a suite into a new inventory.
func (o *organisation) desirepath(b *testing.B, suite string) *exec.Cmd {
	b.Helper()
	dir, err := os.MkdirTemp(o.dir, suite)
	if err != nil {
		b.Fatal(err)
	}
	source := "{name: m365, microsoft: {tenant_id: " + o.ends["tenant"] + ", client_id: 4f6a0b7e-0000-4000-8000-000000000001, certificate_file: ../app.pem, licences: 60000, features: {lists: false}}}"
	if suite == emulator.Google {
		source = "{name: workspace, google: {admin: " + o.ends["admin"] + ", key_file: ../key.json}}"
	}
	text := "store: inv.db\nout: out\nscan: {share: 1, ca_file: ../ca.pem}\nsources:\n  - " + source + "\n"
	if err := os.WriteFile(filepath.Join(dir, "desirepath.yaml"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := itself(b, "desirepath-list", filepath.Join(dir, "desirepath.yaml"))
	cmd.Env = append(os.Environ(), "HTTPS_PROXY="+o.ends["proxy"], "NO_PROXY=")
	return cmd
}

// unkept lists them and keeps nothing, as rclone does: what is left is the
// asking and the reading.
func (o *organisation) unkept(b *testing.B, suite string) *exec.Cmd {
	cmd := o.desirepath(b, suite)
	cmd.Args = append(cmd.Args, "unkept")
	return cmd
}

// A counter is a sink that counts and keeps nothing.
type counter struct{ scanners.Sink }

func (counter) Cursor(context.Context, inventory.Place) (inventory.Cursor, error) { return "", nil }

func (counter) SeenPlaces(context.Context, string, []inventory.Place) error { return nil }

func (counter) Apply(_ context.Context, _ inventory.Place, _ inventory.Cursor, page inventory.Page) (t inventory.Tally, err error) {
	for _, c := range page.Changes {
		if c.Asset != nil {
			t.Found++
		}
	}
	return t, nil
}

// listOnly is a program that lists the places of a configuration into its
// store, and does nothing else of a night; with a second argument it keeps
// nothing. It prints how many files it found.
func listOnly(args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return errors.New("the first argument is a configuration")
	}
	ctx, a := context.Background(), program()
	a.Log = slog.New(slog.DiscardHandler)
	c, err := configFile{args[0]}.load(a)
	if err != nil {
		return err
	}
	store, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	sources, err := a.sources(c, nil, nil)
	if err != nil {
		return err
	}
	var sum inventory.Tally
	var sink scanners.Sink = store
	if len(args) > 1 {
		sink = counter{}
	}
	for _, s := range sources {
		reports, err := (&scanners.Engine{Sink: sink, Parallel: c.Scan.Parallel}).List(ctx, s.Scanner)
		if err != nil {
			return err
		}
		for _, r := range reports {
			if !r.Complete {
				return fmt.Errorf("%s: %s", r.Name, r.Error)
			}
			sum.Add(r.Tally)
		}
	}
	return json.NewEncoder(stdout).Encode(map[string]int{"count": sum.Found})
}

// rclone counts the files of the same drives in one process.
func (o *organisation) rclone(b *testing.B, suite string) *exec.Cmd {
	b.Helper()
	if o.program == "" {
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "rclone") {
			b.Fatal("rclone is not here")
		}
		b.Skip("rclone is not here")
	}
	config := filepath.Join(o.dir, suite+".conf")
	if err := os.WriteFile(config, []byte(o.remotes(suite)), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), o.program, "--config", config, "--ca-cert", filepath.Join(o.dir, "ca.pem"), "--retries", "1",
		"--fast-list", "--drive-pacer-min-sleep", "1ms", "size", "--json", "all:")
	cmd.Env = append(os.Environ(), "HTTPS_PROXY="+o.ends["proxy"], "NO_PROXY=")
	return cmd
}

// remotes is a configuration of rclone's in which "all" is every drive of a
// suite.
func (o *organisation) remotes(suite string) string {
	var text, all strings.Builder
	for i, p := range o.world.Places() {
		owner, _ := o.world.Person(p.Owner)
		switch {
		case p.Suite != suite:
			continue
		case suite == emulator.Microsoft:
			token := fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","refresh_token":"none","expiry":"2099-01-01T00:00:00Z"}`, o.ends["token"])
			fmt.Fprintf(&text, "[d%d]\ntype = onedrive\ntoken = %s\ndrive_id = %s\ndrive_type = business\n\n", i, token, p.ID)
		default:
			if p.Kind == emulator.KindSharedDrive {
				for _, m := range p.Members {
					if who, ok := o.world.Person(m.Person); ok {
						owner = who
					}
				}
				fmt.Fprintf(&text, "[d%d]\nteam_drive = %s\n", i, p.ID)
			} else {
				fmt.Fprintf(&text, "[d%d]\n", i)
			}
			fmt.Fprintf(&text, "type = drive\nscope = drive.readonly\nservice_account_file = %s\nimpersonate = %s\n\n", filepath.Join(o.dir, "key.json"), owner.Address)
		}
		fmt.Fprintf(&all, " d%d=d%d:", i, i)
	}
	return text.String() + "[all]\ntype = combine\nupstreams =" + all.String() + "\n"
}
