package letters

import (
	"errors"
	"fmt"
	"html"
	"net/mail"
	"net/url"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
)

// A Letter is one person's to another, about one conversation.
type Letter struct {
	Text
	Conversation string
	Lang         string
	From, To     mail.Address
	links        []string // that a reader can follow: never any that a tenant's text holds
	notNow       string   // the page to say "not now" on, or ""
}

// ErrNoLetter is wrapped where there is nobody to write to, or nothing to
// write about.
var ErrNoLetter = errors.New("no letter")

// Letter writes what a partner says to the keeper in an opening.
func (s Set) Letter(k Kind, lang string, h House, o inventory.Opening) (Letter, error) {
	f := h.FieldsOf(o, lang)
	if f.Why == "" || f.Question == "" {
		return Letter{}, fmt.Errorf("%w: it changed since it was noticed; look at it again first", ErrNoLetter)
	}
	from, err := address(f.Partner, f.PartnerAddress)
	if err != nil {
		return Letter{}, fmt.Errorf("%w: partner: %w", ErrNoLetter, err)
	}
	to, err := address(f.Keeper, o.Keeper.Address)
	if err != nil {
		return Letter{}, fmt.Errorf("%w: keeper: %w", ErrNoLetter, err)
	}
	text, err := s.Write(k, lang, f)
	if err != nil {
		return Letter{}, err
	}
	f = f.safe()
	return Letter{
		Text: text, Conversation: o.Conversation.ID, Lang: lang, From: from, To: to,
		links: []string{f.Link, f.Seen, f.NotNow}, notNow: f.NotNow,
	}, nil
}

// address takes an address that mail can go to, and nothing else that could
// stand in a header.
func address(name, address string) (mail.Address, error) {
	a, err := mail.ParseAddress(address)
	if err != nil || a.Name != "" || a.Address != strings.TrimSpace(address) {
		return mail.Address{}, fmt.Errorf("%q is no address", line(address, 80))
	}
	for _, r := range a.Address {
		if r <= ' ' || r >= 0x7f {
			return mail.Address{}, fmt.Errorf("%q is no address that every mail server takes", line(address, 80))
		}
	}
	return mail.Address{Name: line(name, 120), Address: a.Address}, nil
}

// Message is the letter as mail, in words and as a plain page of them.
func (l Letter) Message(id string, at time.Time) *gomail.Msg {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(&l.From)
	m.ReplyToMailAddress(&l.From)
	m.ToMailAddress(&l.To)
	m.Subject(line(l.Subject, 250))
	m.SetDateWithValue(at)
	m.SetMessageIDWithValue(id)
	m.SetGenHeader("X-Desirepath-Conversation", safeID(l.Conversation))
	m.SetGenHeader("Content-Language", l.Lang)
	m.SetBodyString(gomail.TypeTextPlain, l.Body)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML())
	return m
}

// Draft is the letter for a mail program to open, look over and send:
// X-Unsent makes Outlook and others open it as one that is being written.
func (l Letter) Draft(at time.Time) *gomail.Msg {
	m := l.Message("draft-"+safeID(l.Conversation)+"@desirepath.invalid", at)
	m.SetGenHeader("X-Unsent", "1")
	return m
}

// OptOut are the addresses at which "not now" can be said: by mail to the
// partner, and on the portal where people reach it.
func (l Letter) OptOut() []string {
	subject := url.PathEscape("Not now (" + safeID(l.Conversation) + ")")
	out := []string{"mailto:" + url.PathEscape(l.From.Address) + "?subject=" + subject}
	if l.notNow != "" {
		out = append(out, l.notNow)
	}
	return out
}

// HTML is the body as a page: paragraphs, and links that can be followed.
func (l Letter) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title></head>\n", html.EscapeString(l.Lang), html.EscapeString(l.Subject))
	b.WriteString("<body style=\"font-family: sans-serif; line-height: 1.45; max-width: 40em\">\n")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(l.Body), "\n\n") {
		text := html.EscapeString(strings.TrimSpace(paragraph))
		for _, link := range l.links {
			if export.OnWeb(link) {
				text = linked(text, html.EscapeString(link))
			}
		}
		b.WriteString("<p>" + strings.ReplaceAll(text, "\n", "<br>\n") + "</p>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// linked makes an address that stands by itself a link.
func linked(text, address string) string {
	var out []string
	for _, row := range strings.Split(text, "\n") {
		words := strings.Split(row, " ")
		for i, w := range words {
			if bare := strings.TrimRight(w, ".,"); bare == address {
				words[i] = `<a href="` + address + `">` + short(address) + "</a>" + w[len(bare):]
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, "\n")
}

// short shows of a long address where it leads to; the link has all of it.
func short(escaped string) string {
	address := html.UnescapeString(escaped)
	if u, err := url.Parse(address); err == nil && len(address) > 70 {
		address = u.Host + clipped(u.EscapedPath(), 40)
	}
	return html.EscapeString(address)
}

func clipped(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
