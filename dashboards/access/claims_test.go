package access

import (
	"log/slog"
	"testing"
)

const (
	ours   = "11111111-1111-1111-1111-111111111111"
	theirs = "22222222-2222-2222-2222-222222222222"
)

// TestWhoseAddress knows the traps of the two large providers: what Entra says
// in email anybody may have written there, and Google vouches for everybody.
func TestWhoseAddress(t *testing.T) {
	entra := SignInOptions{Issuer: "https://login.microsoftonline.com/" + ours + "/v2.0"}
	google := SignInOptions{Issuer: GoogleIssuer, Domains: []string{"x.example", "sub.x.example"}}
	for name, c := range map[string]struct {
		o    SignInOptions
		c    claims
		want string
	}{
		"Entra's own":                    {entra, claims{"tid": ours, "preferred_username": "Ana@X.example", "email": "boss@x.example"}, "ana@x.example"},
		"Entra's email alone":            {entra, claims{"tid": ours, "email": "boss@x.example", "email_verified": true}, ""},
		"another tenant":                 {entra, claims{"tid": theirs, "preferred_username": "ana@x.example"}, ""},
		"no tenant":                      {entra, claims{"preferred_username": "ana@x.example"}, ""},
		"a telephone number":             {entra, claims{"tid": ours, "preferred_username": "+41441234567"}, ""},
		"Google's organisation":          {google, claims{"hd": "x.example", "email": "ana@sub.x.example", "email_verified": true}, "ana@sub.x.example"},
		"Google without an organisation": {google, claims{"email": "ana@x.example", "email_verified": true}, ""},
		"Google's other organisation":    {google, claims{"hd": "y.example", "email": "ana@x.example", "email_verified": true}, ""},
		"Google's private people":        {google, claims{"email": "ana@gmail.example", "email_verified": true}, ""},
		"a claim by name":                {SignInOptions{AddressClaim: "upn"}, claims{"upn": "ana@x.example", "email": "boss@x.example", "email_verified": true}, "ana@x.example"},
		"a claim that is not there":      {SignInOptions{AddressClaim: "upn"}, claims{"email": "boss@x.example", "email_verified": true}, ""},
	} {
		s := &SignIn{o: c.o}
		s.o.Log = slog.New(slog.DiscardHandler)
		v, err := s.viewer(c.c)
		if v.Address != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", name, v.Address, err, c.want)
		}
	}
}

func TestEntraTenant(t *testing.T) {
	for issuer, want := range map[string]string{
		"https://login.microsoftonline.com/" + ours + "/v2.0":         ours,
		"https://login.microsoftonline.us/" + ours + "/v2.0":          ours,
		"https://login.microsoftonline.com/common/v2.0":               "common",
		"https://login.microsoftonline.com.evil.example/" + ours + "": "",
		GoogleIssuer: "",
	} {
		if got := EntraTenant(issuer); got != want {
			t.Errorf("%s: %q, want %q", issuer, got, want)
		}
	}
}
