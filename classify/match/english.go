package match

import (
	"strconv"
	"strings"
	"sync"
)

// abbreviations that schemas of every trade have.
var abbreviations = map[string]string{
	"desc": "description", "descr": "description", "num": "number", "nbr": "number", "no": "number", "nr": "number", "qty": "quantity",
	"uom": "unit", "cd": "code", "val": "value", "dt": "date", "ts": "time", "dttm": "date time", "datetime": "date time",
	"dob": "birth date", "dod": "death date", "id": "identifier", "uid": "identifier", "guid": "identifier", "seq": "sequence",
	"curr": "current", "prev": "previous", "addr": "address", "amt": "amount", "acct": "account", "cust": "customer", "emp": "employee",
	"dept": "department", "org": "organisation", "tel": "telephone", "fname": "first name", "lname": "last name", "pct": "percent",
	"avg": "average", "min": "minimum", "max": "maximum", "cat": "category", "stat": "status", "loc": "location", "inv": "invoice",
	"mgr": "manager", "yr": "year", "mth": "month", "wk": "week", "hrs": "hours", "mins": "minutes", "ref": "reference",
}

// synonyms are words that are said for one another wherever tables are kept.
var synonyms = []string{
	"identifier code key id number abbreviation",
	"start begin in from first since open onset admit entry arrival",
	"end out to stop finish close last until discharge exit leave",
	"previous prior old before",
	"current new present actual",
	"value amount quantity result volume count number",
	"unit measure uom",
	"name label title caption heading",
	"text note comment description remark memo narrative detail",
	"type category class kind group domain",
	"status state flag",
	"person people subject individual patient customer client member student employee",
	"staff provider caregiver worker advisor agent teacher assignee",
	"date day",
	"time datetime timestamp",
	"place location site ward room unit",
	"price cost charge fee",
	"reason cause",
	"gender sex",
	"birth born",
	"death died deceased",
	"phone telephone mobile",
	"email mail",
	"company organisation organization account firm employer",
}

// groups tells for each stem which groups of synonyms it is in.
var groups = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for i, words := range synonyms {
		for w := range strings.FieldsSeq(words) {
			s := stem(w)
			out[s] = append(out[s], "="+strconv.Itoa(i))
		}
	}
	return out
})

// identifier is the group of words that mark what a row is known by.
func identifier() string { return "=0" }

// commonWord reports whether a word is one of those above.
func commonWord(w string) bool { return len(groups()[stem(w)]) > 0 }

// fillers are words that descriptions have and that tell nothing.
var fillers = setOf(`no the a an of to in is are for and or this that by with from as on be can it at was were which each has have will not if been
	used use also one table field contains contain column value values record records`)

// endInID are words that only look as if they ended with an id.
var endInID = setOf("paid valid invalid void avoid grid said fluid rapid solid bid aid unpaid prepaid covid hybrid overlaid")

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
