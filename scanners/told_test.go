package scanners

import (
	"errors"
	"strings"
	"testing"
)

func TestToldKeepsSecretsBack(t *testing.T) {
	tests := map[string]string{
		"drive b!x: not permitted: ask for Files.Read.All": "drive b!x: not permitted: ask for Files.Read.All",
		"status code: 503, page 2 of 3":                    "status code: 503, page 2 of 3",
		"get https://h.example:8443/a/b?sig=zzz#frag: eof": "get https://h.example:8443/a/b eof",
		"see https://user:hunter2@h.example/a":             "see https://h.example/a",
		"delta 'https://h.example/delta(token='s3')' gone": "delta 'https://h.example/delta gone",
		"Authorization: Bearer abc.def-ghi_jkl":            "Authorization: Bearer …",
		"got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!":   "got …!",
		`{"client_secret": "hunter2", "id": 7}`:            `{"client_secret": "…", "id": 7}`,
		"grant_type=x&refresh_token=hunter2&scope=y":       "grant_type=x&refresh_token=…&scope=y",
		"bad \xff byte":                      "bad ? byte",
		"not an address: ://%zz and x://%zz": "not an address: ://%zz and (an address)",
	}
	for in, want := range tests {
		if got := Told(errors.New(in)); got != want {
			t.Errorf("Told(%q)\n got %q\nwant %q", in, got, want)
		}
	}
	if got := Told(errors.New(strings.Repeat("é", 1000))); len(got) > toldLimit+len("…") {
		t.Errorf("told is %d bytes long", len(got))
	}
}
