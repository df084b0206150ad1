package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
)

type tokenCmd struct {
	Add  tokenAddCmd  `cmd:"" help:"Make a token and print its secret, once."`
	List tokenListCmd `cmd:"" help:"List the tokens; their secrets are not kept."`
	End  tokenEndCmd  `cmd:"" help:"End a token."`
}

type tokenAddCmd struct {
	configFile
	Name  string `help:"What it is for, such as grafana." required:"" placeholder:"NAME"`
	Role  string `help:"What it may read: ${enum}. Only a partner's token is told names of people, and each reading of them is kept." enum:"partner,editor,auditor" required:""`
	Until string `help:"The last day that it holds." required:"" placeholder:"YYYY-MM-DD"`
}

// Run makes a token. The secret is 256 random bits, and only its hash is kept.
func (cmd tokenAddCmd) Run(ctx context.Context, a *app) error {
	day, err := time.ParseInLocation(time.DateOnly, cmd.Until, time.Local)
	if err != nil {
		return configError{fmt.Errorf("--until %q: give a day as 2027-03-31", cmd.Until)}
	}
	t := inventory.Token{ID: randomHex(4), Name: cmd.Name, Role: cmd.Role, Created: a.Now(), Until: day.AddDate(0, 0, 1)}
	if !t.Holds(a.Now()) {
		return configError{fmt.Errorf("--until %s: that day is over", cmd.Until)}
	}
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	secret := newSecret()
	if err := store.SaveToken(ctx, t, web.TokenHash(secret)); err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "Token %s, %s, for %s until %s. This is shown once:\n", t.ID, t.Role, t.Name, cmd.Until)
	_, err = fmt.Fprintln(a.Out, secret)
	return err
}

// newSecret begins with what lets scanners of repositories know it.
func newSecret() string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // it never fails: https://pkg.go.dev/crypto/rand#Read
	return "desirepath_" + base64.RawURLEncoding.EncodeToString(random)
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

type tokenListCmd struct {
	configFile
	output
}

// Run lists tokens, the newest first.
func (cmd tokenListCmd) Run(ctx context.Context, a *app) error {
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "ID", "NAME", "ROLE", "MADE", "UNTIL", "HOLDS")
	if err != nil {
		return err
	}
	for _, t := range tokens {
		holds := "yes"
		if !t.Holds(a.Now()) {
			holds = "no"
		}
		last := t.Until.Local().AddDate(0, 0, -1)
		if err := p.row(t, t.ID, t.Name, t.Role, t.Created.Local().Format(time.DateOnly), last.Format(time.DateOnly), holds); err != nil {
			return err
		}
	}
	return p.flush()
}

type tokenEndCmd struct {
	configFile
	ID string `arg:"" help:"The token's id, as token list prints it."`
}

// Run ends a token at once.
func (cmd tokenEndCmd) Run(ctx context.Context, a *app) error {
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	err = store.EndToken(ctx, cmd.ID)
	if errors.Is(err, inventory.ErrNotFound) {
		return fmt.Errorf("%s is no token that holds; desirepath token list shows those there are", cmd.ID)
	}
	return err
}
