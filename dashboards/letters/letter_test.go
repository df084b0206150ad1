package letters

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// hostile are texts that may come from a tenant.
var hostile = []string{
	"=1+1", "x\r\nBcc: everybody@example.org", "x\nBcc: everybody@example.org", "<script>alert(1)</script>", "../../etc/passwd", `..\..\CON`,
	"right\u202Eleft", strings.Repeat("long ", 2000), "nul\x00 bell\a", string([]byte{0xED, 0xA0, 0x80, 'x'}), `"quoted" <a@b>, c@d`,
	"=?utf-8?q?encoded?=", "{{.Partner}}", "END:VEVENT\r\nBEGIN:VALARM", "grüße 学生 👩🏽‍🎓", "javascript:alert(1)", "https://e.example/\"><script>",
}

func opening(text string) inventory.Opening {
	return inventory.Opening{
		Conversation: inventory.Conversation{ID: text, State: inventory.Proposed},
		System:       inventory.System{Name: text, OwnerTeam: text, Partner: inventory.Partner{Name: text, Address: "mele@example.org"}},
		Keeper:       inventory.Person{Name: text, Address: "folasade@example.org"},
		Asset: inventory.Record{
			Asset:   inventory.Asset{ID: inventory.AssetID(text), Name: text, URL: text},
			Verdict: &inventory.Verdict{Capability: "crm", Score: 0.9, Evidence: []inventory.Evidence{{Signal: "headings", Args: []string{"crm", text}, Weight: 3}}, Needs: []inventory.Need{{Kind: "field", Word: text}}},
		},
	}
}

// TestHostile writes letters about things whose every name is an attack, and
// reads them as mail programs do.
func TestHostile(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, h := range hostile {
		for _, lang := range words.Languages() {
			l, err := set.Letter(Invitation, lang, House{Organisation: h, Portal: "https://desirepath.example.org"}, opening(h))
			if err != nil {
				t.Errorf("%.40q: %v", h, err)
				continue
			}
			var b bytes.Buffer
			if _, err := l.Draft(at).WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			checkMail(t, h, b.Bytes())
			checkName(t, h, l)
			talk, err := set.Letter(Talk, lang, House{Organisation: h}, opening(h))
			if err != nil {
				t.Errorf("%.40q: %v", h, err)
				continue
			}
			checkCalendar(t, h, talk.Calendar(Slot(0, 3, at), at))
		}
	}
}

func checkMail(t *testing.T, h string, b []byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%.40q: %v", h, err)
	}
	for name := range m.Header {
		if !strings.Contains(" Content-Language Content-Type Date From Message-Id Mime-Version Reply-To Subject To X-Desirepath-Conversation X-Unsent ", " "+name+" ") {
			t.Errorf("%.40q brings a header %s", h, name)
		}
	}
	if from, err := m.Header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "mele@example.org" {
		t.Errorf("%.40q: from %v, %v", h, from, err)
	}
	if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "folasade@example.org" {
		t.Errorf("%.40q: to %v, %v", h, to, err)
	}
	text, page := bodies(t, m)
	for _, s := range []string{text, page} {
		if strings.ContainsAny(s, "\x00\a\u202E") || len(s) > 20_000 {
			t.Errorf("%.40q comes through: %d bytes", h, len(s))
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, `href="javascript`) || strings.Count(page, "<a href") != strings.Count(page, `<a href="https://desirepath.example.org/`) {
		t.Errorf("%.40q in the page: %s", h, page)
	}
}

// bodies gives the letter in words and as a page.
func bodies(t *testing.T, m *mail.Message) (text, page string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, into := range []*string{&text, &page} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		*into = string(b)
	}
	return text, page
}

func checkName(t *testing.T, h string, l Letter) {
	t.Helper()
	for _, name := range []string{l.FileName(), l.Folder()} {
		if name == "" || len(name) > 120 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || filepath.Base(name) != name {
			t.Errorf("%.40q gives the name %q", h, name)
		}
	}
}

func checkCalendar(t *testing.T, h, s string) {
	t.Helper()
	unfolded := strings.ReplaceAll(s, "\r\n ", "")
	for _, want := range []string{"METHOD:PUBLISH", "DTSTART:20261124T100000\r\n", "DTEND:20261124T103000\r\n", "STATUS:TENTATIVE", "TRANSP:TRANSPARENT"} {
		if strings.Count(unfolded, want) != 1 {
			t.Errorf("%.40q: %s is not there once:\n%s", h, want, unfolded)
		}
	}
	for _, line := range strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("%.40q: a line of %d bytes", h, len(line))
		}
	}
	for _, line := range strings.Split(strings.TrimSuffix(unfolded, "\r\n"), "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		if !strings.Contains(" BEGIN END VERSION PRODID METHOD UID DTSTAMP DTSTART DTEND SUMMARY DESCRIPTION STATUS TRANSP ", " "+name+" ") || strings.Contains(line, "VALARM") && (name == "BEGIN" || name == "END") {
			t.Errorf("%.40q brings %.60q", h, line)
		}
	}
}

func TestLettersThatCannotBe(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "nobody", "a@b\r\nBcc: c@d", "A <a@b.example>", "a@b.example, c@d.example", "a b@c.example", "ü@example.org"} {
		o := opening("x")
		o.Keeper.Address = address
		if _, err := set.Letter(Invitation, "en", House{}, o); err == nil {
			t.Errorf("%q is written to", address)
		}
	}
	o := opening("x")
	o.Asset.Verdict = &inventory.Verdict{}
	if _, err := set.Letter(Invitation, "en", House{}, o); err == nil {
		t.Error("there is a letter about nothing")
	}
}

// Nobody is proposed to two people at once, or on a day off.
func TestSlot(t *testing.T) {
	for now := time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC); now.Day() < 30; now = now.AddDate(0, 0, 1) {
		for _, weekly := range []int{0, 1, 3, 18, 100} {
			seen := map[time.Time]bool{}
			for n := range 60 {
				slot := Slot(n, weekly, now)
				if wd := slot.Weekday(); seen[slot] || wd < time.Tuesday || wd > time.Thursday || slot.Before(now) || slot.Hour() < 9 || slot.Hour() > 16 {
					t.Fatalf("on %s, %d a week, number %d: %s", now.Weekday(), weekly, n, slot)
				}
				seen[slot] = true
			}
			if first := Slot(0, weekly, now).Sub(now); first > 9*24*time.Hour {
				t.Errorf("on %s the first talk is %s away", now.Weekday(), first)
			}
		}
	}
}
