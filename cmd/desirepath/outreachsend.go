package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/cmd/desirepath/post"
	"github.com/desirepath/desirepath/dashboards/letters"
	"github.com/desirepath/desirepath/inventory"
)

type outreachSendCmd struct {
	configFile
	output
	By     string   `help:"The address of the partner whose invitations they are: each is that partner's letter and decision." required:"" placeholder:"ADDRESS"`
	Only   []string `help:"Only these conversations, by their ids." placeholder:"ID"`
	DryRun bool     `help:"Say who would be invited and who waits, and send nothing."`
}

// errUnsettled ends a sending after which somebody has to look at a letter.
var errUnsettled = errors.New("of some letters nobody knows whether they left: look for their id in the mail server's log, then say it with desirepath outreach settle")

// Run sends what may be sent now.
func (cmd outreachSendCmd) Run(ctx context.Context, a *app) error {
	if !strings.Contains(cmd.By, "@") {
		return configError{fmt.Errorf("--by %q: give an address", cmd.By)}
	}
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	if c.Outreach.Mail == nil && !cmd.DryRun {
		return configError{errors.New("outreach.mail: no mail server is configured, so nothing is sent; write drafts with desirepath outreach export --format eml, or try --dry-run")}
	}
	box, err := newLetterbox(c)
	if err != nil {
		return err
	}
	chosen, deferred, err := cmd.choose(ctx, a, c, readings)
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "FATE", "TO", "ABOUT", "CONVERSATION", "WHY")
	if err != nil {
		return err
	}
	sendErr := cmd.send(ctx, a, c, readings, box, chosen, p)
	for _, d := range deferred {
		if err := letterRow(p, post.Result{Opening: d.Opening, Why: d.Why}); err != nil {
			return err
		}
	}
	unsettled, err := cmd.unsettled(ctx, a, readings)
	return errors.Join(p.flush(), sendErr, err, unsettled)
}

// choose gives the partner's conversations to invite people to now, and those
// that wait.
func (cmd outreachSendCmd) choose(ctx context.Context, a *app, c config.Config, r night.Readings) ([]inventory.Opening, []inventory.Deferral, error) {
	agenda, err := r.Agenda(ctx, cmd.By)
	if err != nil {
		return nil, nil, err
	}
	openings, err := agenda.All(ctx)
	if err != nil {
		return nil, nil, err
	}
	history, err := r.Conversations(ctx)
	if err != nil {
		return nil, nil, err
	}
	openings = slices.DeleteFunc(openings, func(o inventory.Opening) bool {
		return len(cmd.Only) > 0 && !slices.Contains(cmd.Only, o.Conversation.ID)
	})
	chosen, deferred := courtesy(a, c, r, c.Outreach.Weekly).Choose(openings, history)
	return chosen, deferred, nil
}

// send sends the letters, or says which they would be.
func (cmd outreachSendCmd) send(ctx context.Context, a *app, c config.Config, r night.Readings, box letterbox, chosen []inventory.Opening, p *printer) error {
	write := func(o inventory.Opening) (letters.Letter, error) {
		return box.Letter(letters.Invitation, box.language, box.House, o)
	}
	if cmd.DryRun {
		for _, o := range chosen {
			result := post.Result{Opening: o, Fate: "would be sent"}
			if _, err := write(o); errors.Is(err, letters.ErrNoLetter) {
				result = post.Result{Opening: o, Why: err.Error()}
			} else if err != nil {
				return configError{err}
			}
			if err := letterRow(p, result); err != nil {
				return err
			}
		}
		return nil
	}
	server, err := mailServer(a, c)
	if err != nil {
		return configError{err}
	}
	office := post.Office{
		Ledger: r.Store, Write: write, Server: server, Now: a.Now, Log: a.Log,
		Limits: inventory.LetterLimits{Daily: c.Outreach.Mail.Daily, Weekly: c.Outreach.Weekly, Quiet: quiet(c)},
	}
	var rows []error
	err = office.Send(ctx, chosen, func(result post.Result) { rows = append(rows, letterRow(p, result)) })
	return errors.Join(append(rows, err)...)
}

func mailServer(a *app, c config.Config) (post.Server, error) {
	m := *c.Outreach.Mail
	password, err := m.Secret(a.Environ)
	if err != nil {
		return post.Server{}, err
	}
	s := post.Server{
		Host: m.Host, Port: m.Port, User: m.User, Password: password, Domain: m.Domain,
		Implicit: m.TLS == config.TLSImplicit, Plain: m.TLS == config.TLSNone,
	}
	if c.Scan.CAFile == "" {
		return s, nil
	}
	pem, err := os.ReadFile(c.Scan.CAFile)
	if err != nil {
		return s, fmt.Errorf("scan.ca_file: %w", err)
	}
	if s.Roots, err = x509.SystemCertPool(); err != nil {
		s.Roots = x509.NewCertPool()
	}
	if !s.Roots.AppendCertsFromPEM(pem) {
		return s, fmt.Errorf("scan.ca_file %s: there is no certificate in it", c.Scan.CAFile)
	}
	return s, nil
}

// letterRow prints what became of one conversation's letter.
func letterRow(p *printer, r post.Result) error {
	fate := string(r.Fate)
	if fate == "" {
		fate = "waits"
	}
	o := r.Opening
	return p.row(struct {
		Fate         string `json:"fate"`
		To           string `json:"to"`
		About        string `json:"about"`
		Conversation string `json:"conversation"`
		Letter       string `json:"letter"`
		Why          string `json:"why"`
	}{fate, o.Keeper.Address, o.Asset.Asset.Name, o.Conversation.ID, r.Letter, r.Why}, fate, o.Keeper.Address, o.Asset.Asset.Name, o.Conversation.ID, r.Why)
}

// unsettled names the letters of which nobody knows what became.
func (cmd outreachSendCmd) unsettled(ctx context.Context, a *app, r night.Readings) (unsettled, err error) {
	all, err := r.Letters(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.Fate != inventory.LetterBegun || l.By != inventory.FoldAddress(cmd.By) {
			continue
		}
		unsettled = errUnsettled
		fmt.Fprintf(a.Err, "letter %s about conversation %s was begun on %s; it is not sent again by itself\n", l.ID, l.Conversation, l.Begun.Format("2006-01-02 15:04 MST"))
	}
	return unsettled, nil
}

type outreachSettleCmd struct {
	configFile
	Letter string `arg:"" help:"The letter's id, as outreach send gave it."`
	Fate   string `arg:"" enum:"sent,lost" help:"sent: it left, and the conversation goes on. lost: it did not, and may be written again."`
}

// Run writes down what became of a letter.
func (cmd outreachSettleCmd) Run(ctx context.Context, a *app) error {
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	all, err := store.Letters(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(l inventory.Letter) bool {
		return l.ID == strings.Trim(cmd.Letter, "<>") && (l.Fate == inventory.LetterBegun || l.Fate == inventory.LetterRefused)
	})
	if i < 0 {
		return configError{fmt.Errorf("letter %s: there is none to settle; desirepath outreach send names those that there are", cmd.Letter)}
	}
	office := post.Office{Ledger: store, Now: a.Now, Log: a.Log}
	if err := office.Settle(ctx, all[i], inventory.LetterFate(cmd.Fate)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "letter %s: %s\n", all[i].ID, cmd.Fate)
	return err
}

type outreachSpareCmd struct {
	configFile
	Address string `arg:"" help:"Who asked not to be invited. It is for good: no letter goes to them from then on. You can still talk with each other."`
}

// Run keeps the wish.
func (cmd outreachSpareCmd) Run(ctx context.Context, a *app) error {
	if !strings.Contains(cmd.Address, "@") {
		return configError{fmt.Errorf("%q: give an address", cmd.Address)}
	}
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Spare(ctx, cmd.Address); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.Out, "kept: no letter goes there from now on")
	return err
}
