package microsoft

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// SharePointID is the id of Office 365 SharePoint Online in every tenant.
const SharePointID = "00000003-0000-0ff1-ce00-000000000000"

// ContentTokens gives tokens of SharePoint's own, each for one host of the
// tenant's. They open content where download addresses do not carry their own
// right: a tenant may switch these off today, and all lose them in April 2027
// (https://learn.microsoft.com/powershell/module/sharepoint-online/set-spotenantpreauthsettings).
type ContentTokens interface {
	ContentToken(ctx context.Context, host string) (string, error)
}

// NewContentTokens takes them from a credential and the way it signs in.
func NewContentTokens(method string, cred azcore.TokenCredential) ContentTokens {
	return sharePointTokens{method, cred}
}

type sharePointTokens struct {
	method string
	cred   azcore.TokenCredential
}

// ContentToken implements ContentTokens. SharePoint refuses applications that
// signed in with a secret, so that none is asked for with one.
func (t sharePointTokens) ContentToken(ctx context.Context, host string) (string, error) {
	if t.method == BySecret {
		return "", fmt.Errorf("SharePoint gives content to no application that signs in with a client secret: %w: "+
			"register a certificate, or use a workload or managed identity, and set certificate_file or identity", inventory.ErrNotPermitted)
	}
	got, err := t.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://" + host + "/.default"}})
	if err != nil {
		return "", signIn(err)
	}
	return got.Token, nil
}

// StaticContentToken always gives the same token, to one host, which must be
// this machine: it is for the emulator.
func StaticContentToken(endpoint, token string) (ContentTokens, error) {
	fixed, err := StaticToken(endpoint, token)
	if err != nil {
		return nil, err
	}
	return staticContent{fixed}, nil
}

type staticContent struct{ tokens Tokens }

func (t staticContent) ContentToken(ctx context.Context, host string) (string, error) {
	return t.tokens.GetAuthorizationToken(ctx, &url.URL{Host: host}, nil)
}

// download asks an address without a token. The guard knows to which hosts
// such addresses may lead.
func download(ctx context.Context, link string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, errors.New("a download address that cannot be read")
	}
	return req, nil
}

// download asks for content at the address that Graph gave. One that carries
// its own right sees no token. One that does not is on the tenant's SharePoint
// host, and gets a token for that host alone; the transport follows no
// redirect, so that it goes nowhere else.
func (s *Scanner) download(ctx context.Context, a inventory.Asset, link string) (*http.Request, error) {
	req, err := download(ctx, link)
	if err != nil {
		return nil, err
	}
	if req.URL.Query().Has("tempauth") || !s.onSharePoint(req.URL) {
		return req, nil
	}
	if !s.o.Features.SharePointTokens || s.o.Content == nil {
		return nil, fmt.Errorf("pre-authenticated addresses are switched off in this tenant: %w: switch on sharepoint_tokens and consent to %s of SharePoint, "+
			"or allow them for this app with Set-SPOTenantPreAuthSettings", inventory.ErrNotPermitted, permSites)
	}
	if !s.ownHost(a, req.URL.Host) {
		return nil, fmt.Errorf("a download leads to %s, where this file is not: %w", req.URL.Host, wire.ErrRefused)
	}
	token, err := s.contentToken(ctx, req.URL.Host)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return req, nil
}

// contentToken refuses to use a token that can do more than read.
func (s *Scanner) contentToken(ctx context.Context, host string) (string, error) {
	token, err := s.o.Content.ContentToken(ctx, host)
	if err != nil {
		return "", err
	}
	held, err := roles(token)
	if errors.Is(err, errOpaque) {
		return token, nil
	}
	if i := slices.IndexFunc(held, func(r string) bool { return !readOnly(r) }); err == nil && i >= 0 {
		err = fmt.Errorf("the permission %s of SharePoint allows more than reading: %w: take it back on the app registration's page \"API permissions\"",
			held[i], inventory.ErrNotPermitted)
	}
	return token, err
}

// onSharePoint reports whether an address is one of SharePoint in the
// endpoint's cloud.
func (s *Scanner) onSharePoint(u *url.URL) bool {
	c, err := cloudOf(s.graph.base)
	if err != nil || u.Scheme != s.graph.base.Scheme {
		return false
	}
	if below, ok := strings.CutPrefix(c.sharepoint, "*"); ok {
		return strings.HasSuffix(strings.ToLower(u.Host), below)
	}
	return strings.EqualFold(u.Host, c.sharepoint)
}

// ownHost reports whether a host is the one on which Graph says that an asset
// lies. An emulator on this machine is one host.
func (s *Scanner) ownHost(a inventory.Asset, host string) bool {
	if wire.Loopback(s.graph.base.Host) {
		return strings.EqualFold(host, s.graph.base.Host)
	}
	at, err := url.Parse(a.URL)
	return err == nil && strings.EqualFold(at.Host, host)
}

// sharePointTokens is a feature without places: it opens files by another way.
func (s *Scanner) sharePointTokens() feature {
	return feature{
		on: s.o.Features.SharePointTokens,
		needs: []scanners.Need{{
			Feature: "files", Name: permSites, ID: "d13f72ca-a275-4b96-b789-48ebcc0da984", Resource: SharePointID,
			Purpose: "look inside workbooks where download addresses do not carry their own right; the same permission once more, of SharePoint itself",
			Cost:    "no workbook is looked into where pre-authenticated addresses are switched off",
		}},
		places: func(context.Context) iter.Seq2[inventory.Place, error] {
			return func(func(inventory.Place, error) bool) {}
		},
		check: s.checkContent,
	}
}

// checkContent gets a token for the host of the first site that is told.
func (s *Scanner) checkContent(ctx context.Context) []scanners.Check {
	c := scanners.Check{Feature: "files", Need: permSites + " of SharePoint", State: scanners.Held}
	for site, err := range s.allSites(ctx) {
		if err == nil {
			err = s.checkContentAt(ctx, text(site.GetWebUrl()))
		}
		if err != nil {
			c.State, c.Cost, c.Remedy = refusedOrFailed(err), "no workbook is looked into where pre-authenticated addresses are switched off", err.Error()
		}
		return []scanners.Check{c}
	}
	c.State, c.Found = scanners.Unknown, "the tenant shows no site"
	return []scanners.Check{c}
}

func (s *Scanner) checkContentAt(ctx context.Context, site string) error {
	at, err := url.Parse(site)
	if err != nil || s.o.Content == nil {
		return errors.New("there is no way to get a token of SharePoint")
	}
	if wire.Loopback(s.graph.base.Host) {
		at = s.graph.base
	}
	token, err := s.contentToken(ctx, at.Host)
	if err != nil {
		return err
	}
	if held, err := roles(token); err == nil && !slices.Contains(held, permSites) {
		return fmt.Errorf("the token for %s does not carry %s: %w: add it under \"SharePoint\", not under \"Microsoft Graph\", and have an administrator consent",
			at.Host, permSites, inventory.ErrNotPermitted)
	}
	return nil
}
