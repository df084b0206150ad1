package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
)

// Portal says how people open the pages.
type Portal struct {
	// Address is what people type: https://desirepath.example.org. It is
	// needed for signing in.
	Address string `yaml:"address,omitempty"`
	TLS     *TLS   `yaml:"tls,omitempty"`
	// Proxies are the networks of those in front of us, such as 10.1.2.0/24;
	// this machine is always one. They tell whom they ask for.
	Proxies []string `yaml:"proxies,omitempty"`
	SignIn  *SignIn  `yaml:"sign_in,omitempty"`
}

// TLS names the files that the pages are served with; they are read again when
// they change.
type TLS struct {
	Certificate string `yaml:"certificate_file"` // PEM, with those in between
	Key         string `yaml:"key_file"`
}

// SignIn lets people in by an OpenID provider. Without one the pages are for
// this machine alone.
type SignIn struct {
	Issuer     string `yaml:"issuer"`
	ClientID   string `yaml:"client_id"`
	SecretFile string `yaml:"client_secret_file,omitempty"` // or the variable DESIREPATH_SIGN_IN_SECRET
	// AddressClaim is the claim whose address the provider's administrators
	// vouch for, where that is neither a verified email nor Entra's
	// preferred_username.
	AddressClaim string      `yaml:"address_claim,omitempty"`
	Domains      []string    `yaml:"domains,omitempty"`     // of addresses that are let in; all without
	RoleClaims   []string    `yaml:"role_claims,omitempty"` // that list groups or roles: groups and roles without
	Roles        SignInRoles `yaml:"roles"`
	Idle         int         `yaml:"idle_minutes,omitempty"` // a session ends that was not used so long: 60
	Hours        int         `yaml:"hours,omitempty"`        // and every session after so long: 10
}

// SignInRoles give roles to addresses and to groups or roles of the provider.
// Everybody is a builder.
type SignInRoles struct {
	Partner []string `yaml:"partner"`
	Editor  []string `yaml:"editor,omitempty"`
	Auditor []string `yaml:"auditor,omitempty"`
}

// Map gives them by role.
func (r SignInRoles) Map() map[access.Role][]string {
	return map[access.Role][]string{access.Partner: r.Partner, access.Editor: r.Editor, access.Auditor: r.Auditor}
}

// Ends tells when a session ends that nobody uses, and when in any case.
func (s SignIn) Ends() (idle, whole time.Duration) {
	return time.Duration(cmp.Or(s.Idle, 60)) * time.Minute, time.Duration(cmp.Or(s.Hours, 10)) * time.Hour
}

// Secret reads the client's secret.
func (s SignIn) Secret(environ func(string) string) (string, error) {
	if s.SecretFile == "" {
		if secret := environ("DESIREPATH_SIGN_IN_SECRET"); secret != "" {
			return secret, nil
		}
		return "", errors.New("portal.sign_in: the client's secret is missing; name its file in client_secret_file, or set DESIREPATH_SIGN_IN_SECRET")
	}
	b, err := os.ReadFile(s.SecretFile)
	if err != nil {
		return "", fmt.Errorf("portal.sign_in.client_secret_file %s: %w; put the secret there, readable by desirepath alone", s.SecretFile, errors.Unwrap(err))
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" {
		return "", fmt.Errorf("portal.sign_in.client_secret_file %s: the file is empty", s.SecretFile)
	}
	return secret, nil
}

// URL is the portal's address; nil without one.
func (p Portal) URL() *url.URL {
	if p.Address == "" {
		return nil
	}
	u, err := url.Parse(strings.TrimSuffix(p.Address, "/"))
	if err != nil {
		return nil // Validate has told
	}
	return u
}

// Nets are the networks of the proxies.
func (p Portal) Nets() (nets access.Proxies) {
	for _, text := range p.Proxies {
		if net, err := proxyNet(text); err == nil { // Validate has told of the others
			nets = append(nets, net)
		}
	}
	return nets
}

func proxyNet(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(text)
}

func (p *Portal) paths() (files []*string) {
	if p.TLS != nil {
		files = append(files, &p.TLS.Certificate, &p.TLS.Key)
	}
	if p.SignIn != nil {
		files = append(files, &p.SignIn.SecretFile)
	}
	return files
}

func (p Portal) validate() error {
	var errs []error
	if p.Address != "" && !safe(p.Address, true) {
		errs = append(errs, fmt.Errorf("portal.address %s: give what people type, with https and without a path, such as https://desirepath.example.org", p.Address))
	}
	for _, text := range p.Proxies {
		if _, err := proxyNet(text); err != nil {
			errs = append(errs, fmt.Errorf("portal.proxies %q: give an address such as 10.1.2.3 or a network such as 10.1.2.0/24", text))
		}
	}
	if p.TLS != nil && (p.TLS.Certificate == "" || p.TLS.Key == "") {
		errs = append(errs, errors.New("portal.tls: give both certificate_file and key_file"))
	}
	if p.SignIn != nil {
		if p.Address == "" {
			errs = append(errs, errors.New("portal.address: signing in needs it: the provider sends people back there"))
		}
		errs = append(errs, p.SignIn.validate())
	}
	return errors.Join(errs...)
}

func (s SignIn) validate() error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("portal.sign_in."+format, args...))
	}
	if !safe(s.Issuer, false) {
		fail("issuer %q: give your provider's https address, such as https://login.microsoftonline.com/YOUR-TENANT/v2.0", s.Issuer)
	}
	if slices.Contains([]string{"common", "organizations", "consumers"}, access.EntraTenant(s.Issuer)) {
		fail("issuer %s: with it people of every tenant could come in; name yours by its id", s.Issuer)
	}
	if s.Issuer == access.GoogleIssuer && len(s.Domains) == 0 {
		fail("domains: Google vouches for everybody with an address anywhere; name your organisation's domains")
	}
	for _, d := range s.Domains {
		if strings.ContainsAny(d, "@/ ") || !strings.Contains(d, ".") {
			fail("domains %q: give what stands behind the @, such as example.org", d)
		}
	}
	if s.ClientID == "" {
		fail("client_id: give the one under which desirepath is registered at the provider")
	}
	if len(s.Roles.Partner) == 0 {
		fail("roles.partner: name at least one address, group or role: nobody else can open a conversation")
	}
	for role, entries := range s.Roles.Map() {
		if slices.Contains(entries, "") {
			fail("roles.%s: an entry is empty", role)
		}
	}
	if s.Idle < 0 || s.Hours < 0 {
		fail("idle_minutes %d, hours %d: give 1 or more, or leave them out", s.Idle, s.Hours)
	}
	return errors.Join(errs...)
}

// safe reports whether an address is https, or stays on this machine.
func safe(address string, bare bool) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || bare && strings.Trim(u.Path, "/") != "" {
		return false
	}
	return u.Scheme == "https" || loopback(address)
}
