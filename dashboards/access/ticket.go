package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// A ticket is a sign-in that was begun in a browser. The browser keeps it,
// sealed, so that whoever begins sign-ins and never ends them costs no memory
// here.
type ticket struct {
	State, Nonce, Verifier string
	To                     string
	Until                  time.Time
}

// ticketFor is how long a sign-in may take.
const ticketFor = 10 * time.Minute

// tickets seals tickets with a key that lives as long as the program.
type tickets struct {
	seal   cipher.AEAD
	secure bool
	now    func() time.Time
}

func newTickets(secure bool, now func() time.Time) (*tickets, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // ends the program rather than fail
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	return &tickets{seal, secure, now}, err
}

func (ts *tickets) draw(to string) ticket {
	return ticket{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to, Until: ts.now().Add(ticketFor)}
}

func (ts *tickets) cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName("desirepath-ticket", ts.secure), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: ts.secure, SameSite: http.SameSiteLaxMode,
	}
}

func (ts *tickets) give(w http.ResponseWriter, t ticket) error {
	plain, err := json.Marshal(t)
	if err != nil {
		return err
	}
	sealed := ts.seal.Seal(nil, nil, plain, nil)
	http.SetCookie(w, ts.cookie(base64.RawURLEncoding.EncodeToString(sealed), int(ticketFor/time.Second)))
	return nil
}

// take gives the browser's ticket, and takes it away from there.
func (ts *tickets) take(w http.ResponseWriter, r *http.Request) (t ticket, err error) {
	c, err := r.Cookie(ts.cookie("", 0).Name)
	if err != nil {
		return t, errors.New("the browser has no ticket")
	}
	http.SetCookie(w, ts.cookie("", -1))
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return t, errors.New("the browser's ticket is damaged")
	}
	plain, err := ts.seal.Open(nil, nil, sealed, nil)
	if err != nil {
		return t, errors.New("the browser's ticket is not one of ours")
	}
	if err := json.Unmarshal(plain, &t); err != nil {
		return t, err
	}
	if ts.now().After(t.Until) {
		return t, errors.New("the browser's ticket has ended")
	}
	return t, nil
}
