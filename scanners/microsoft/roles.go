package microsoft

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds for a token that somebody else made.
const (
	maxToken = 64 << 10
	maxRoles = 1000
)

// errOpaque says that a token does not show what it grants.
var errOpaque = errors.New("the token does not show its permissions")

// roles are the application permissions that a token of ours carries. Its
// signature is not ours to check: Graph does, and we only look at what we were
// given (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
func roles(token string) ([]string, error) {
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return nil, errOpaque
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, errOpaque
	}
	var claims struct {
		Roles  []string `json:"roles"`
		Scopes string   `json:"scp"`
	}
	if err := json.Unmarshal(body, &claims); err != nil || len(claims.Roles) > maxRoles {
		return nil, errOpaque
	}
	if claims.Scopes != "" {
		return nil, errors.New("it is the token of a person, not of an application")
	}
	out := make([]string, 0, len(claims.Roles))
	for _, r := range claims.Roles {
		out = append(out, shown(r))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// shown is a permission's name as it may be printed.
func shown(role string) string {
	if regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`).MatchString(role) {
		return role
	}
	return fmt.Sprintf("%.100q", role)
}

// readOnly reports whether a permission is known to do no more than read.
// Names have the form Thing.Operation.Range; whatever is not a form of Read
// counts as more (https://learn.microsoft.com/graph/permissions-overview).
func readOnly(role string) bool {
	parts := strings.Split(role, ".")
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts[1:] {
		if strings.Contains(p, "Write") || strings.Contains(p, "Consent") {
			return false
		}
	}
	return strings.HasPrefix(parts[1], "Read")
}
