package emulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMask(t *testing.T) {
	thing := object{"id": "1", "size": "2", "owners": []object{{"me": true, "name": "x"}}, "user": object{"name": "y", "me": false}}
	for fields, want := range map[string]object{
		"*":                             thing,
		"id":                            {"id": "1"},
		"id,size":                       {"id": "1", "size": "2"},
		"owners(me)":                    {"owners": []object{{"me": true}}},
		"owners/name,user/name":         {"owners": []object{{"name": "x"}}, "user": object{"name": "y"}},
		"user(name), user/me":           {"user": object{"name": "y", "me": false}},
		"user,user/me":                  {"user": object{"name": "y", "me": false}},
		"owners(*)":                     {"owners": []object{{"me": true, "name": "x"}}},
		"id, owners ( me , name ), x/y": nil,
	} {
		m, err := parseMask(fields)
		if want == nil {
			if err == nil && m.check(known("id,owners(me,name)"), "") == nil {
				t.Errorf("%q: x is not a field", fields)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", fields, err)
		} else if diff := cmp.Diff(want, m.apply(thing)); diff != "" {
			t.Errorf("%q: %s", fields, diff)
		}
	}
	for _, wrong := range []string{"", ",", "a,", "a(", "a)", "a()", "a/", "a(b", "a b(c)d"} {
		if m, err := parseMask(wrong); err == nil {
			t.Errorf("%q is a mask: %v", wrong, m)
		}
	}
}

func TestA1(t *testing.T) {
	for text, want := range map[string]cellRange{
		"A1":             {"", 0, 0, 1, 1},
		"A1:Z5":          {"", 0, 0, 5, 26},
		"$B$2:$D$2":      {"", 1, 1, 2, 4},
		"B:C":            {"", 0, 1, openEnd, 3},
		"2:5":            {"", 1, 0, 5, openEnd},
		"A2:C":           {"", 1, 0, openEnd, 3},
		"Marks!AA10":     {"Marks", 9, 26, 10, 27},
		"'It''s!'!A1:B2": {"It's!", 0, 0, 2, 2},
	} {
		if got, err := parseA1(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, wrong := range []string{"", "A0", "A1:", ":", "1A", "AAAA1", "f", "2", "Tab!A", "Form Responses 1"} {
		if got, err := parseA1(wrong); err == nil {
			t.Errorf("%q is a range: %+v", wrong, got)
		}
	}
}

func FuzzGoogleParsers(f *testing.F) {
	for _, seed := range []string{"a(b,c/d),*", "'me' in owners and not (trashed = true or name contains 'x\\'')", "'a b'!$A$1:C", "((("} {
		f.Add(seed)
	}
	v := newGoogle(NewServer(NewWorld(Options{}), ServerOptions{})).viewer(Person{})
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := parseMask(text); err == nil {
			m.apply(object{"a": []object{{"b": 1}}})
		}
		if q, err := parseQuery(text); err == nil {
			q.matches(v, Item{Name: "x"})
		}
		parseA1(text)
	})
}

func TestGoogleZips(t *testing.T) {
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(w, ServerOptions{})
	who, _ := w.Person(historian)
	r := httptest.NewRequest("GET", "/drive/v3/files", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Authorization", "Bearer ya29."+s.seal(grant{Person: who.ID, Scopes: []string{"drive.readonly"}, Expires: time.Now().Add(time.Hour).Unix()}))
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, r)
	if answer.Code != http.StatusOK || answer.Header().Get("Content-Encoding") != "gzip" || json.Valid(answer.Body.Bytes()) {
		t.Errorf("%d, %v", answer.Code, answer.Header())
	}
	if s.Count("/drive/v3/files") != 1 {
		t.Errorf("requests: %v", s.Requests())
	}
}

// A token is good for an hour.
func TestGoogleTokensExpire(t *testing.T) {
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(w, ServerOptions{})
	who, _ := w.Person(historian)
	r := httptest.NewRequest("GET", "/drive/v3/files", nil)
	r.Header.Set("Authorization", "Bearer ya29."+s.seal(grant{Person: who.ID, Scopes: []string{"drive.readonly"}, Expires: time.Now().Add(-time.Second).Unix()}))
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, r)
	if answer.Code != http.StatusUnauthorized {
		t.Errorf("an old token: %d", answer.Code)
	}
}
