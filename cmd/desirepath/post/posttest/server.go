// Package posttest is a mail server on this machine for tests: it speaks SMTP
// with STARTTLS and sign-in, keeps what it is given, and fails when told to.
package posttest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Mail is what the server took.
type Mail struct {
	From, To string
	Data     []byte
}

// A Server is a running mail server.
type Server struct {
	Host     string
	Port     int
	CAFile   string // the certificate to trust, PEM
	Roots    *x509.CertPool
	User     string // "" for one that asks nobody to sign in
	Password string

	// Answer is asked before each command is answered as usual: an answer such
	// as "550 no such user" goes out instead, and Hangup breaks the line. Taken
	// is called after a letter was taken and before the sender hears of it.
	Answer func(command string) string
	Taken  func()

	mu     sync.Mutex
	mails  []Mail
	secure *tls.Config
}

// Hangup breaks the line instead of answering.
const Hangup = "hang up"

// Start runs a server until the test ends.
func Start(t testing.TB, s *Server) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s.Host, s.Port = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
	s.certify(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed: the test is over
			}
			go s.serve(conn)
		}
	}()
	return s
}

// Mails are those that were taken so far.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

func (s *Server) certify(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s.secure = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.CAFile, s.Roots = filepath.Join(t.TempDir(), "ca.pem"), x509.NewCertPool()
	s.Roots.AppendCertsFromPEM(text)
	if err := os.WriteFile(s.CAFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// session is one conversation with a sender.
type session struct {
	net.Conn
	in      *textproto.Reader
	secured bool
	known   bool
	mail    Mail
}

func (s *Server) serve(conn net.Conn) {
	c := &session{Conn: conn, in: textproto.NewReader(bufio.NewReader(conn)), known: s.User == ""}
	defer func() { _ = c.Close() }()
	c.say("220 posttest")
	for {
		command, err := c.in.ReadLine()
		if err != nil {
			return
		}
		answer := s.answer(c, command)
		if answer == Hangup {
			return
		}
		c.say(answer)
		if strings.EqualFold(command, "QUIT") {
			return
		}
		if strings.EqualFold(command, "STARTTLS") {
			c.Conn = tls.Server(c.Conn, s.secure)
			c.in, c.secured = textproto.NewReader(bufio.NewReader(c.Conn)), true
		}
		if strings.HasPrefix(answer, "354") && !s.take(c) {
			return
		}
	}
}

func (c *session) say(line string) { _, _ = io.WriteString(c.Conn, line+"\r\n") }

func (s *Server) answer(c *session, command string) string {
	if s.Answer != nil {
		if a := s.Answer(command); a != "" {
			return a
		}
	}
	verb, rest, _ := strings.Cut(command, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		if !c.secured {
			return "250-posttest\r\n250 STARTTLS"
		}
		return "250-posttest\r\n250-8BITMIME\r\n250 AUTH PLAIN"
	case "STARTTLS":
		return "220 go on"
	case "QUIT":
		return "221 bye"
	case "RSET", "NOOP":
		return "250 good"
	case "AUTH":
		want := "PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+s.User+"\x00"+s.Password))
		if c.known = c.secured && rest == want; c.known {
			return "235 welcome"
		}
		return "535 who are you?"
	case "MAIL":
		if !c.known {
			return "530 sign in first"
		}
		c.mail = Mail{From: path(rest)}
		return "250 good"
	case "RCPT":
		c.mail.To = path(rest)
		return "250 good"
	case "DATA":
		return "354 go on"
	}
	return "500 what?"
}

// path is the address in "FROM:<a@b> SIZE=1".
func path(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

// take reads a letter, and reports whether the line still holds.
func (s *Server) take(c *session) bool {
	data, err := c.in.ReadDotBytes()
	if err != nil {
		return false
	}
	answer := ""
	if s.Answer != nil {
		answer = s.Answer(".")
	}
	if answer == "" || answer == Hangup {
		c.mail.Data = data
		s.mu.Lock()
		s.mails = append(s.mails, c.mail)
		s.mu.Unlock()
		if s.Taken != nil {
			s.Taken()
		}
	}
	if answer == Hangup {
		return false
	}
	if answer == "" {
		answer = "250 taken"
	}
	c.say(answer)
	return true
}
