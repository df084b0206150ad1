package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/desirepath/desirepath/dashboards/letters"
	"github.com/desirepath/desirepath/inventory"
)

// A Server takes mail along.
type Server struct {
	Host           string
	Port           int
	User, Password string
	Implicit       bool           // TLS from the first byte on
	Plain          bool           // no TLS: a server on this machine
	Roots          *x509.CertPool // nil: the system's
	Domain         string         // that it sends for
}

// patience is how long a server may take for one answer.
const patience = 30 * time.Second

// A line is an open connection to a server.
type line struct{ client *gomail.Client }

func (s Server) dial(ctx context.Context) (*line, error) {
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(patience), gomail.WithHELO(s.Domain), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch {
	case s.Implicit:
		options = append(options, gomail.WithSSL())
	case s.Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail server %s:%d: %w", s.Host, s.Port, err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return nil, fmt.Errorf("%w %s:%d is not to be had, and nothing was sent: %w", ErrServer, s.Host, s.Port, err)
	}
	return &line{client}, nil
}

func (l *line) close() { _ = l.client.Close() } // all that counts was answered before

// send gives a letter to the server, and tells what became of it: sent, lost
// (the server said no for now, or never saw it), refused (it said no for good),
// or begun, when nobody can know.
func (l *line) send(letter letters.Letter, id string, at time.Time) (inventory.LetterFate, error) {
	m := letter.Message(id, at)
	m.SetListUnsubscribe(letter.OptOut()...)
	err := l.client.Send(m)
	if m.IsDelivered() {
		return inventory.LetterSent, nil
	}
	var refusal *gomail.SendError
	if !errors.As(err, &refusal) {
		return inventory.LetterBegun, fmt.Errorf("%w did not say whether it took a letter: %w", ErrServer, err)
	}
	return fate(refusal)
}

// fate reads what a server said. Codes from 500 on are for good, those from
// 400 on for now; a code of 0 means that the line broke.
func fate(e *gomail.SendError) (inventory.LetterFate, error) {
	code := e.ErrorCode()
	switch e.Reason {
	case gomail.ErrSMTPRcptTo:
		if code >= 500 {
			return inventory.LetterRefused, e
		}
	case gomail.ErrSMTPDataClose:
		switch {
		case code >= 500:
			return inventory.LetterRefused, e
		case code == 0:
			return inventory.LetterBegun, fmt.Errorf("%w broke off after a letter: %w", ErrServer, e)
		}
	case gomail.ErrWriteContent:
		return inventory.LetterBegun, fmt.Errorf("%w broke off within a letter: %w", ErrServer, e)
	}
	if code == 0 || e.Reason == gomail.ErrSMTPMailFrom {
		return inventory.LetterLost, fmt.Errorf("%w takes none: %w", ErrServer, e) // nor would it the next
	}
	return inventory.LetterLost, e
}
