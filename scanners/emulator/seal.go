package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// errForged is returned for a cursor that this organisation did not give out.
var errForged = errors.New("not a cursor of this organisation")

const macSize = 12

// seal turns a small value into an opaque, signed text that is safe in a URL. The same value always gives the same text.
func (s *Server) seal(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(body), body...))
}

// open is the inverse of seal.
func (s *Server) open(text string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < macSize || !hmac.Equal(raw[:macSize], s.mac(raw[macSize:])) {
		return errForged
	}
	return json.Unmarshal(raw[macSize:], v)
}

func (s *Server) mac(body []byte) []byte {
	h := hmac.New(sha256.New, s.secret)
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

// accessToken is a bearer token in the shape of Entra's, so that a client can see the roles in it. It is good for ten years.
func (s *Server) accessToken() string {
	return s.tokenFor("https://graph.microsoft.com", byCertificate, s.roles)
}

func (s *Server) tokenFor(audience, proof string, roles []string) string {
	body, err := json.Marshal(claims{
		Audience: audience, Issuer: "https://sts.windows.net/" + s.World.tenantID() + "/", Tenant: s.World.tenantID(), App: "desirepath", Proof: proof,
		Roles: roles, Issued: dawn().Unix(), Expires: dawn().AddDate(10, 0, 0).Unix(),
	})
	if err != nil {
		return ""
	}
	text := b64([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + b64(body)
	return text + "." + s.signature(text)
}

func (s *Server) signature(text string) string {
	h := hmac.New(sha256.New, s.secret)
	h.Write([]byte(text))
	return b64(h.Sum(nil))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// allowed says that the token carries one of the roles, or one that includes it.
func (s *Server) allowed(family string) bool {
	for _, role := range s.roles {
		if strings.HasPrefix(role, family+".") || family == "Files" && strings.HasPrefix(role, "Sites.") || strings.HasPrefix(role, "Directory.") && (family == "User" || family == "Group") {
			return true
		}
	}
	return false
}

// tenantID is the id of the organisation in Entra.
func (w *World) tenantID() string { return guid("tenant", w.Org, w.Domain) }
