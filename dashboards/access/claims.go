package access

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// claims are what a provider says of a person.
type claims map[string]any

func (c claims) text(name string) string {
	text, _ := c[name].(string)
	return text
}

// is tells whether a claim is true; some providers say so in a word.
func (c claims) is(name string) bool { return c[name] == true || c[name] == "true" }

// list gives the words of a claim that holds one or several. A dot in its name
// leads inside: "realm_access.roles".
func (c claims) list(name string) (out []string) {
	var value any = map[string]any(c)
	for part := range strings.SplitSeq(name, ".") {
		inside, _ := value.(map[string]any)
		value = inside[part]
	}
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, v := range value {
			if text, is := v.(string); is {
				out = append(out, text)
			}
		}
	}
	return out
}

// viewer is who a provider vouches for. An error is a *Refusal.
func (s *SignIn) viewer(c claims) (Viewer, error) {
	address, err := s.address(c)
	if err != nil {
		return Viewer{}, err
	}
	if err := s.fromHere(c, address); err != nil {
		return Viewer{}, err
	}
	return Viewer{Address: address, Name: c.text("name"), Roles: s.roles(c, address)}, nil
}

// address is the person's, as far as somebody vouches for it. An address that
// anybody can write into a profile is none: with it they would be who they
// please here.
//
// Entra does not say whether email is verified, and lets people change it;
// what the tenant's administrators assign is preferred_username, which is only
// worth something in a tenant that we know
// (https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
func (s *SignIn) address(c claims) (string, error) {
	const nobody = "Your provider does not vouch for your address, so we cannot tell which tools are yours. Ask whoever runs desirepath."
	tenant := EntraTenant(s.o.Issuer)
	address := ""
	switch {
	case s.o.AddressClaim != "":
		address = c.text(s.o.AddressClaim)
	case tenant != "" && !strings.EqualFold(c.text("tid"), tenant):
		return "", refuse(nobody, errors.New("the token is of another Entra tenant"))
	case tenant != "":
		address = c.text("preferred_username")
	case c.is("email_verified"):
		address = c.text("email")
	default:
		return "", refuse(nobody, errors.New("the provider does not say that email is verified; name the claim that its administrators vouch for: portal.sign_in.address_claim"))
	}
	if local, domain, both := strings.Cut(address, "@"); !both || local == "" || domain == "" || strings.ContainsAny(address, " \r\n\t<>,;") {
		return "", refuse(nobody, errors.New("the provider gives no address; does the client have the scopes profile and email?"))
	}
	return inventory.FoldAddress(address), nil
}

// EntraTenant is the tenant that an issuer of Microsoft's is of, "" where the
// issuer is somebody else.
func EntraTenant(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil || !slices.Contains([]string{"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}, u.Host) {
		return ""
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return tenant
}

// GoogleIssuer vouches for everybody who has an address anywhere; whom an
// organisation vouches for, the claim hd tells
// (https://developers.google.com/identity/openid-connect/openid-connect).
const GoogleIssuer = "https://accounts.google.com"

// fromHere lets in only whom the configured domains vouch for.
func (s *SignIn) fromHere(c claims, address string) error {
	if len(s.o.Domains) == 0 {
		return nil
	}
	domain := address[strings.LastIndex(address, "@")+1:]
	ours := func(d string) bool {
		return slices.ContainsFunc(s.o.Domains, func(known string) bool { return strings.EqualFold(known, d) })
	}
	if !ours(domain) || s.o.Issuer == GoogleIssuer && !ours(c.text("hd")) {
		return refuse("desirepath is for people of this organisation. If you are, sign in with your address here.", fmt.Errorf("an address of %.80q", domain))
	}
	return nil
}

// roles are those that the configuration gives to the person's address, groups
// or roles. Everybody is a builder of what they built.
func (s *SignIn) roles(c claims, address string) (out []Role) {
	var groups []string
	for _, claim := range s.o.RoleClaims {
		groups = append(groups, c.list(claim)...)
	}
	if far, _ := c["_claim_names"].(map[string]any); far["groups"] != nil {
		s.o.Log.Warn("somebody is in more groups than their provider sends, so none of them counts; give application roles instead of groups")
	}
	for _, role := range Roles() {
		listed := slices.ContainsFunc(s.o.Roles[role], func(entry string) bool {
			return inventory.FoldAddress(entry) == address || slices.Contains(groups, entry)
		})
		if listed || role == Builder {
			out = append(out, role)
		}
	}
	return out
}
