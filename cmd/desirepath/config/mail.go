package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Mail is the server that takes invitations along. Without it the program
// sends nothing to anybody: it writes drafts, and people send them.
type Mail struct {
	Host     string `yaml:"host"`
	Port     int    `yaml:"port,omitempty"`          // 587, or 465 with tls: implicit
	TLS      string `yaml:"tls,omitempty"`           // starttls, implicit, or none for a server on this machine; starttls unless set
	User     string `yaml:"user,omitempty"`          // "" where the server takes mail from this machine without
	Password string `yaml:"password_file,omitempty"` // or the environment's DESIREPATH_MAIL_PASSWORD
	Domain   string `yaml:"domain"`                  // of the partners whose letters the server may send
	Daily    int    `yaml:"daily,omitempty"`         // letters in 24 hours, of all partners together; 20 unless set
}

// The ways of keeping mail from being read on its way to the server.
const (
	TLSStart    = "starttls"
	TLSImplicit = "implicit"
	TLSNone     = "none"
)

// filled gives what was left out its default.
func (m Mail) filled() Mail {
	if m.TLS == "" {
		m.TLS = TLSStart
	}
	if m.Port == 0 {
		m.Port = 587
		if m.TLS == TLSImplicit {
			m.Port = 465
		}
	}
	if m.Daily == 0 {
		m.Daily = 20
	}
	return m
}

func (m *Mail) validate() error {
	switch {
	case m == nil:
		return nil
	case m.Host == "" || strings.ContainsAny(m.Host, ":/ "):
		return fmt.Errorf("outreach.mail.host %q: give the mail server's name, such as smtp.example.org", m.Host)
	case m.Port < 1 || m.Port > 65535:
		return fmt.Errorf("outreach.mail.port %d: give a port, such as 587", m.Port)
	case !slices.Contains([]string{TLSStart, TLSImplicit, TLSNone}, m.TLS):
		return fmt.Errorf("outreach.mail.tls %q: write starttls, implicit or none", m.TLS)
	case m.TLS == TLSNone && !slices.Contains([]string{"127.0.0.1", "localhost", "[::1]", "::1"}, m.Host):
		return errors.New("outreach.mail.tls none: only for a server on this machine; letters name people, so use starttls or implicit")
	case !regexp.MustCompile(`^[A-Za-z0-9.-]+$`).MatchString(m.Domain):
		return fmt.Errorf("outreach.mail.domain %q: give the domain of the partners' addresses, such as example.org; the server must be allowed to send for it", m.Domain)
	case m.Daily < 1:
		return fmt.Errorf("outreach.mail.daily %d: give 1 or more", m.Daily)
	}
	return nil
}

// Secret gives the password: of its file, or of the environment.
func (m Mail) Secret(environ func(string) string) (string, error) {
	if m.Password == "" {
		return environ("DESIREPATH_MAIL_PASSWORD"), nil
	}
	b, err := os.ReadFile(m.Password)
	if err != nil {
		return "", fmt.Errorf("outreach.mail.password_file: %w", err)
	}
	return string(bytes.TrimSpace(b)), nil
}
