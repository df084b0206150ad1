// Command desirepath finds what people built beside the sanctioned systems of
// an organisation, and turns it into conversations with them.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

func main() {
	os.Exit(execute(&app{Out: os.Stdout, Err: os.Stderr, Environ: os.Getenv, Now: time.Now}))
}

// execute runs the program until it is done or the operator interrupts it.
func execute(a *app) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	return a.run(ctx, os.Args[1:])
}

// app is the world outside, as the commands see it.
type app struct {
	Out, Err    io.Writer
	Environ     func(string) string
	Now         func() time.Time
	AfterCommit func()        // called after every commit of the store; nil but in tests
	Missing     time.Duration // how long a worker that gives no sign is waited for; 0 but in tests
	Log         *slog.Logger
}

// commands is the command line. Each command is a small file of its own.
type commands struct {
	Verbose bool `short:"v" help:"Log more, to standard error."`

	Demo       demoCmd       `cmd:"" help:"Scan an emulated university and show what comes out. Needs nothing but this program."`
	Scan       scanCmd       `cmd:"" help:"Do a night's work: list, look inside, judge, group, propose, publish."`
	Worker     workerCmd     `cmd:"" help:"Help with the nights of an inventory on PostgreSQL, as one of any number."`
	Doctor     doctorCmd     `cmd:"" help:"Look whether everything is in place for a night: sign-in, permissions, clock, folders, catalogue."`
	Consent    consentCmd    `cmd:"" aliases:"consent-url" help:"Print the least permissions to ask an administrator for."`
	Notice     noticeCmd     `cmd:"" help:"Write what a security team and a works council want to know before the first night."`
	Pack       packCmd       `cmd:"" help:"Write the papers for a works council and a data protection officer, from the configuration in force."`
	Report     reportCmd     `cmd:"" help:"Write the report as one file for those who run no server, with or without names."`
	Support    supportCmd    `cmd:"" name:"support-bundle" help:"Write what somebody needs who helps you with desirepath: no names, no secrets."`
	Serve      serveCmd      `cmd:"" help:"Show the inventory in a browser, and metrics to Prometheus."`
	Inspect    inspectCmd    `cmd:"" help:"Show what can be seen inside workbooks: structure, never values."`
	Classify   classifyCmd   `cmd:"" help:"Say which sanctioned systems local workbooks come close to, and why."`
	Families   familiesCmd   `cmd:"" help:"Group local workbooks into families of copies and versions."`
	Eval       evalCmd       `cmd:"" help:"Measure the classifier on labelled workbooks."`
	Emulate    emulateCmd    `cmd:"" help:"Serve an emulated organisation, Microsoft Graph and Google, on this machine."`
	Inventory  inventoryCmd  `cmd:"" help:"Read the inventory."`
	Lineage    lineageCmd    `cmd:"" help:"What feeds what: systems, workbooks, apps."`
	Feedback   feedbackCmd   `cmd:"" help:"What people say of verdicts."`
	Tune       tuneCmd       `cmd:"" help:"Learn from what people said, and show what would change."`
	Needs      needsCmd      `cmd:"" help:"What people around each system do for themselves, and how many stand behind it."`
	Forget     forgetCmd     `cmd:"" help:"Erase what somebody asks to be forgotten, and prove it."`
	Backup     backupCmd     `cmd:"" help:"Write the inventory to a file, while it is in use."`
	Restore    restoreCmd    `cmd:"" help:"Put a backup back. What was erased since stays erased."`
	Store      storeCmd      `cmd:"" help:"Move the inventory between SQLite and PostgreSQL."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the inventory's schema up to date, or say what that would do."`
	Token      tokenCmd      `cmd:"" help:"Let programs read the inventory under /api/v1, each in a role."`
	Outreach   outreachCmd   `cmd:"" help:"Export the list of conversations to have."`
	Catalogue  catalogueCmd  `cmd:"" help:"Read and check the catalogue of capabilities and systems."`
	Config     configCmd     `cmd:"" help:"Check and print a configuration."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
	Completion completionCmd `cmd:"" help:"Print a completion script for bash, zsh or fish."`
}

// run parses the arguments, runs the command and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	var cli commands
	parser, code := a.parser(&cli)
	if parser == nil {
		return code
	}
	exited := -1
	parser.Exit = func(code int) { exited = code }
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help was answered
	}
	if err != nil {
		fmt.Fprintf(a.Err, "desirepath: %v\nTry: desirepath --help\n", err)
		return exitUsage
	}
	level := slog.LevelWarn
	if cli.Verbose {
		level = slog.LevelDebug
	}
	a.Log = slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: level}))
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(a, command.Model)
	err = command.Run()
	switch {
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(a.Err, "desirepath: interrupted; what was done is kept, run it again to go on")
	case err != nil:
		fmt.Fprintf(a.Err, "desirepath: %v\n", err)
	}
	return exitCode(err)
}

func (a *app) parser(cli *commands) (*kong.Kong, int) {
	parser, err := kong.New(cli,
		kong.Name("desirepath"),
		kong.Description("Finds what people built beside your sanctioned systems, and helps you talk with them about it. It only reads."),
		kong.Writers(a.Out, a.Err),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(a.Err, err)
		return nil, exitFailure
	}
	return parser, exitOK
}
