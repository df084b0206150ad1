package emulator

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A registration is the certificate that an application signs in with; without a key, any will do.
type registration struct{ key *rsa.PublicKey }

// Trust registers a certificate, in PEM, that an application signs in to Microsoft with. Without any, every assertion that is whole and
// made for this organisation is taken; a client secret never is, as SharePoint has it.
func (s *Server) Trust(certificate []byte) error {
	for block, rest := pem.Decode(certificate); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("emulator: certificate: %w", err)
		}
		key, ok := cert.PublicKey.(*rsa.PublicKey)
		if !ok {
			return errors.New("emulator: certificate: its key is not RSA, and Entra takes no other")
		}
		s.registered.key = key
		return nil
	}
	return errors.New("emulator: certificate: the file holds none; it should be a PEM file with BEGIN CERTIFICATE lines")
}

// TenantID is the organisation's id in Entra.
func (s *Server) TenantID() string { return s.World.tenantID() }

// loginHandler is where clients sign in to Microsoft. https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (s *Server) loginHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/discovery/instance", s.discovery)
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", s.openID)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.clientToken)
	return s.noted(mux, mux)
}

// discovery tells under which names this cloud's sign-in is known.
func (s *Server) discovery(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": baseURL(r) + "/" + s.TenantID() + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{map[string]any{
			"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
			"aliases": []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"},
		}},
	})
}

func (s *Server) openID(w http.ResponseWriter, r *http.Request) {
	base := baseURL(r) + "/" + r.PathValue("tenant")
	writeJSON(w, http.StatusOK, map[string]any{
		"token_endpoint":           base + "/oauth2/v2.0/token",
		"authorization_endpoint":   base + "/oauth2/v2.0/authorize",
		"jwks_uri":                 base + "/discovery/v2.0/keys",
		"issuer":                   baseURL(r) + "/" + s.TenantID() + "/v2.0",
		"response_types_supported": []string{"code", "id_token", "code id_token", "id_token token"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// clientToken gives an application its token.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (s *Server) clientToken(w http.ResponseWriter, r *http.Request) {
	tenant := r.PathValue("tenant")
	var err error
	switch {
	case !strings.EqualFold(tenant, s.TenantID()) && !strings.EqualFold(tenant, s.World.Domain):
		err = fmt.Errorf("AADSTS90002: Tenant '%s' not found.", tenant)
	case r.FormValue("grant_type") != "client_credentials":
		err = fmt.Errorf("AADSTS70003: The app requested an unsupported grant type '%s'.", r.FormValue("grant_type"))
	case !strings.Contains(r.FormValue("scope")+" ", "/.default "):
		err = fmt.Errorf("AADSTS1002012: The provided value for scope %s is not valid.", r.FormValue("scope"))
	default:
		err = s.asserted(r)
	}
	if err != nil {
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": s.tokenByScope(r.FormValue("scope"))})
}

// asserted says that a client proves who it is. https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func (s *Server) asserted(r *http.Request) error {
	if r.FormValue("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return errors.New("AADSTS7000216: 'client_assertion' is required for this organisation: it takes certificates, no secrets.")
	}
	parts := strings.Split(r.FormValue("client_assertion"), ".")
	var header struct{ Alg string }
	var claims struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
	}
	if len(parts) != 3 || decodePart(parts[0], &header) != nil || decodePart(parts[1], &claims) != nil {
		return errors.New("AADSTS50027: JWT token is invalid or malformed.")
	}
	client := r.FormValue("client_id")
	switch {
	case client == "" || claims.Issuer != client || claims.Subject != client:
		return errors.New("AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter.")
	case claims.Audience != baseURL(r)+r.URL.Path:
		return errors.New("AADSTS700023: Client assertion audience claim does not match Realm issuer.")
	case claims.Expires < time.Now().Unix():
		return errors.New("AADSTS700024: Client assertion is not within its valid time range.")
	}
	return s.signedBy(header.Alg, parts)
}

// signedBy checks an assertion's signature when a certificate is registered.
func (s *Server) signedBy(alg string, parts []string) error {
	if s.registered.key == nil {
		return nil
	}
	wrong := errors.New("AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application.")
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return wrong
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch alg {
	case "RS256":
		err = rsa.VerifyPKCS1v15(s.registered.key, crypto.SHA256, sum[:], signature)
	case "PS256":
		err = rsa.VerifyPSS(s.registered.key, crypto.SHA256, sum[:], signature, nil)
	default:
		return wrong
	}
	if err != nil {
		return wrong
	}
	return nil
}
