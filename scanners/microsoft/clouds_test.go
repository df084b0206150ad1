package microsoft

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/scanners/wire"
)

// A nation is the sign-in and the Graph of one cloud, and a virtual machine's
// identity, as far as getting a token and one answer goes.
type nation struct {
	cloud
	hosts  map[string]bool
	scopes map[string]bool // that tokens were asked for
}

func (n *nation) RoundTrip(r *http.Request) (*http.Response, error) {
	n.hosts[r.URL.Host] = true
	login := "https://" + n.login + "/t"
	switch {
	case strings.Contains(r.URL.Path, "/discovery/instance"):
		return jsonReply(r, 200, fmt.Sprintf(`{"tenant_discovery_endpoint":"%s/v2.0/.well-known/openid-configuration",
			"metadata":[{"preferred_network":"%s","preferred_cache":"%s","aliases":["%s"]}]}`, login, n.login, n.login, n.login)), nil
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		return jsonReply(r, 200, fmt.Sprintf(`{"authorization_endpoint":"%s/oauth2/v2.0/authorize","token_endpoint":"%s/oauth2/v2.0/token","issuer":"%s/v2.0"}`, login, login, login)), nil
	case r.URL.Host == n.login && strings.HasSuffix(r.URL.Path, "/token"):
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		for s := range strings.FieldsSeq(form.Get("scope")) {
			n.scopes[s] = true
		}
		return jsonReply(r, 200, `{"token_type":"Bearer","expires_in":3600,"access_token":"canary"}`), nil
	case r.URL.Host == "169.254.169.254":
		n.scopes[r.URL.Query().Get("resource")+"/.default"] = true
		return jsonReply(r, 200, `{"token_type":"Bearer","expires_in":"3600","expires_on":"4102444800","resource":"x","access_token":"canary"}`), nil
	case r.URL.Host == n.graph && r.Header.Get("Authorization") == "Bearer canary":
		return jsonReply(r, 200, onePerson), nil
	}
	return jsonReply(r, 403, `{"error":{"code":"accessDenied"}}`), nil
}

// Every way to sign in works in every cloud, end to end: the tokens come from
// its own sign-in, are for its own Graph and SharePoint, and nobody else is asked.
func TestEveryCloudEveryCredential(t *testing.T) {
	app := Credential{TenantID: "11111111-1111-1111-1111-111111111111", ClientID: "22222222-2222-2222-2222-222222222222"}
	pem, secret, assertion := certificate(t), written(t, "secret", "canary-secret"), written(t, "token", "canary-assertion")
	for _, c := range clouds() {
		for method, credential := range map[string]Credential{
			ByCertificate:      {Method: ByCertificate, CertificateFile: pem},
			BySecret:           {Method: BySecret, SecretFile: secret},
			ByWorkloadIdentity: {Method: ByWorkloadIdentity, TokenFile: assertion},
			ByManagedIdentity:  {Method: ByManagedIdentity},
		} {
			t.Run(c.graph+" by "+method, func(t *testing.T) {
				endpoint := "https://" + c.graph + "/v1.0"
				fake := &nation{cloud: c, hosts: map[string]bool{}, scopes: map[string]bool{}}
				o, err := WireOptions("alder", endpoint, Features{SharePointTokens: true})
				if err != nil {
					t.Fatal(err)
				}
				o.Base = fake
				transport, err := wire.New(o)
				if err != nil {
					t.Fatal(err)
				}
				credential.TenantID, credential.ClientID = app.TenantID, app.ClientID
				cred, err := NewCredential(credential, endpoint, transport)
				if err != nil {
					t.Fatal(err)
				}
				tokens, err := NewTokens(endpoint, cred)
				if err != nil {
					t.Fatal(err)
				}
				s, err := New(Options{Tenant: "alder", Endpoint: endpoint, Tokens: tokens, Transport: transport})
				if err != nil {
					t.Fatal(err)
				}
				if accounts, err := collect(s.Accounts(t.Context())); err != nil || len(accounts) != 1 {
					t.Fatalf("%d accounts, %v; asked %v", len(accounts), err, fake.hosts)
				}
				own := "alder-my" + strings.TrimPrefix(c.sharepoint, "*")
				content, err := NewContentTokens(method, cred).ContentToken(t.Context(), own)
				if refused := method == BySecret; refused != (err != nil) || !refused && content != "canary" {
					t.Errorf("a token for %s: %q, %v", own, content, err)
				}
				if !fake.scopes["https://"+c.graph+"/.default"] || fake.scopes["https://"+own+"/.default"] != (method != BySecret) {
					t.Errorf("tokens were asked for %v", fake.scopes)
				}
				for host := range fake.hosts {
					if host != c.graph && host != c.login && host != "169.254.169.254" && host != "login.microsoft.com" {
						t.Errorf("%s was asked", host)
					}
				}
				page, err := ConsentURL(endpoint, "t", "c")
				if err != nil || !strings.HasPrefix(page, "https://"+c.login+"/t/adminconsent?") {
					t.Errorf("consent at %s, %v", page, err)
				}
			})
		}
	}
}
