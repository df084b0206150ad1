package microsoft

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/microsoft/kiota-abstractions-go/authentication"

	"github.com/desirepath/desirepath/scanners/wire"
)

// Tokens is where the SDK asks for the token of each request.
type Tokens = authentication.AccessTokenProvider

// NewTokens takes tokens for an endpoint from a credential; see NewCredential.
// Each host gets tokens for itself; no other than Graph's, and those of the
// services that its cloud has beside it, gets any.
func NewTokens(endpoint string, cred azcore.TokenCredential) (Tokens, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" {
		return nil, fmt.Errorf("endpoint %s: a credential's tokens go out over https only", endpoint)
	}
	return &entraTokens{host: u.Host, scopes: scopes(u), cred: cred}, nil
}

// StaticToken always gives the same token, to one host, which must be this
// machine: it is for the emulator.
func StaticToken(endpoint, token string) (Tokens, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	if !wire.Loopback(u.Host) {
		return nil, fmt.Errorf("endpoint %s: a fixed token is for an emulator on this machine only; configure a certificate instead", endpoint)
	}
	return staticToken{u.Host, token}, nil
}

type staticToken struct{ host, token string }

func (t staticToken) GetAuthorizationToken(_ context.Context, to *url.URL, _ map[string]any) (string, error) {
	if to.Host != t.host || !wire.Loopback(to.Host) {
		return "", fmt.Errorf("no token for host %s", to.Host)
	}
	return t.token, nil
}

func (t staticToken) GetAllowedHostsValidator() *authentication.AllowedHostsValidator {
	return hostsValidator(t.host)
}

type entraTokens struct {
	host   string
	scopes map[string]string // what the tokens of each host are for
	cred   azcore.TokenCredential
}

func scopes(endpoint *url.URL) map[string]string {
	out := map[string]string{strings.ToLower(endpoint.Host): "https://" + endpoint.Host + "/.default"}
	for _, i := range interfaces() {
		if at, ok := i.clouds[strings.ToLower(endpoint.Host)]; ok {
			out[at.host] = at.scope
		}
	}
	return out
}

// GetAuthorizationToken answers the claims that a tenant may challenge us
// with, too (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
func (t *entraTokens) GetAuthorizationToken(ctx context.Context, to *url.URL, more map[string]any) (string, error) {
	scope := t.scopes[strings.ToLower(to.Host)]
	if to.Scheme != "https" || scope == "" {
		return "", fmt.Errorf("no token for host %s", to.Host)
	}
	want := policy.TokenRequestOptions{Scopes: []string{scope}}
	if claims, ok := more["claims"].(string); ok && claims != "" {
		decoded, err := base64.StdEncoding.DecodeString(claims)
		if err != nil {
			return "", fmt.Errorf("claims challenge: %w", err)
		}
		want.Claims, want.EnableCAE = string(decoded), true
	}
	got, err := t.cred.GetToken(ctx, want)
	if err != nil {
		return "", signIn(err)
	}
	return got.Token, nil
}

func (t *entraTokens) GetAllowedHostsValidator() *authentication.AllowedHostsValidator {
	return hostsValidator(t.host)
}

func hostsValidator(host string) *authentication.AllowedHostsValidator {
	v, err := authentication.NewAllowedHostsValidatorErrorCheck([]string{host})
	if err != nil {
		return &authentication.AllowedHostsValidator{}
	}
	return v
}
