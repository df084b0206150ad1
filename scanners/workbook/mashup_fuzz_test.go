package workbook

import (
	"encoding/base64"
	"testing"
	"unicode/utf8"
)

// FuzzMashup fuzzes what a workbook keeps of Power Query, base64 taken off.
func FuzzMashup(f *testing.F) {
	text := mashupOf(f, `section Section1; shared A = Sql.Database("s", "d");`)
	packed := text[len(`<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">`) : len(text)-len(`</DataMashup>`)]
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, q := range mashupQueries([]byte(base64.StdEncoding.EncodeToString(b))) {
			if len(q.Sources) > 100 || utf8.ValidString(string(b)) && !utf8.ValidString(q.Name) {
				t.Fatalf("%q", q)
			}
		}
	})
}
