package google

import (
	_ "embed"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/inventory"
)

// The names of the functions that Google Sheets has, one a word.
// https://support.google.com/docs/table/25273
//
//go:embed functions.txt
var sheetFunctions string

// bound notes the traces of scripts that are bound to a spreadsheet. Nobody hands those out: they are no files of their own. But a
// formula that calls a function which Sheets does not have calls one of theirs, or one that somebody gave a name in the spreadsheet.
func bound(st *inventory.Structure) {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(sheetFunctions) {
		known[name] = true
	}
	for _, sh := range st.Sheets {
		for _, name := range slices.Sorted(maps.Keys(sh.Functions)) {
			if !known[name] && isFunctionName(name) && !slices.Contains(st.Macros.Modules, name) {
				st.Macros.Modules = append(st.Macros.Modules, name)
			}
		}
	}
	st.Macros.Present = st.Macros.Present || len(st.Macros.Modules) > 0
}

// isFunctionName reports whether a script's function can have a name; what has a dot is a function of Excel's that Sheets took over.
func isFunctionName(s string) bool { return regexp.MustCompile(`^[\pL_$][\pL\d_$]*$`).MatchString(s) }

// kindMark is a connection to a script or an add-on that left its mark.
const kindMark = "mark"

// marks notes the keys under which scripts and add-ons keep what they know about a spreadsheet. What they keep is not asked for; a key that
// does not look like the name of something is left out.
// https://developers.google.com/workspace/sheets/api/guides/metadata
func (g *grid) marks(all []*sheets.DeveloperMetadata) {
	for _, m := range all {
		if regexp.MustCompile(`^[A-Za-z][A-Za-z_.-]{2,40}$`).MatchString(m.MetadataKey) {
			g.found.connect(inventory.Connection{Kind: kindMark, Target: m.MetadataKey})
		}
	}
}
