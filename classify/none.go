package classify

import (
	"math"
	"strings"
)

// The features that speak for "none": a structure like a data set or a
// one-off calculation.
const (
	gFewHeadings = iota
	gUnknown     // share of the headings the catalogue does not know
	gNumeric     // share of number columns
	gUnkeyed     // no column of ids
	gShort       // hardly any rows
	gWide        // very many columns
	gMuteSheets  // no sheet's name says anything
	gSeries      // nothing but numbers, by date or not
	gSymbols     // share of headings that are numbers or single letters
	gScience     // spreadsheet functions of statistics, mathematics and compound interest
	gRuled       // lists to choose from, which somebody set up to keep it in order
	gExercise    // named like an exercise, or like something that works a figure out
	noneCount
)

func noneNames() []string {
	return []string{"few_headings", "unknown_headings", "number_columns", "no_id_column", "few_rows", "very_wide", "mute_sheet_names", "only_numbers", "symbols", "mathematics", "unruled", "exercise"}
}

// noneFeatures says how much a reading looks like no system at all.
func noneFeatures(r reading) [noneCount]float64 {
	var g [noneCount]float64
	if !r.shape.tabular {
		return g // an app without headings is no data set
	}
	columns := math.Max(1, float64(len(r.headings)))
	g[gFewHeadings] = math.Max(0, 1-float64(len(r.headings))/4)
	for _, h := range r.headings {
		if len(h.hits) == 0 {
			g[gUnknown] += 1 / columns
		}
	}
	g[gNumeric] = float64(r.shape.numeric) / columns
	if !r.shape.keyed {
		g[gUnkeyed] = 1
	}
	if r.shape.rows < 6 {
		g[gShort] = 1
	}
	if r.shape.columns > 40 {
		g[gWide] = 1
	}
	if !anyHits(r.sheets) {
		g[gMuteSheets] = 1
	}
	if r.shape.series() {
		g[gSeries] = 1
	}
	g[gSymbols] = float64(r.shape.symbols) / math.Max(1, float64(r.shape.symbols+r.shape.columns))
	if r.shape.scientific() {
		g[gScience] = 1
	}
	if !r.shape.ruled {
		g[gRuled] = 1
	}
	if r.shape.exercise {
		g[gExercise] = 1
	}
	return g
}

func anyHits(names []named) bool {
	for _, n := range names {
		if len(n.hits) > 0 {
			return true
		}
	}
	return false
}

// series reports whether there is nothing but numbers, by date or not: who
// keeps records of something writes words too.
func (s shape) series() bool {
	return s.text == 0 && s.numeric > 0 && s.numeric+s.dated == s.columns
}

// scientific reports whether functions of statistics, mathematics or compound
// interest are used that records of work have no use for: something is worked
// out once.
func (s shape) scientific() bool {
	for name := range s.functions {
		switch name, _, _ := strings.Cut(name, "."); name {
		case "LINEST", "LOGEST", "SLOPE", "INTERCEPT", "CORREL", "RSQ", "PEARSON", "COVAR", "COVARIANCE", "STDEV", "STDEVP", "VAR", "VARP",
			"NORMDIST", "NORMSDIST", "NORMINV", "NORMSINV", "NORM", "CHIINV", "CHIDIST", "CHISQ", "FINV", "FDIST", "F", "TINV", "TDIST", "TTEST", "T",
			"BINOMDIST", "BINOM", "POISSON", "EXPONDIST", "FREQUENCY", "PERCENTILE", "QUARTILE", "SIN", "COS", "TAN", "ATAN", "ATAN2", "ACOS", "ASIN",
			"EXP", "LN", "LOG10", "SQRT", "PI", "RADIANS", "DEGREES", "MMULT", "MINVERSE", "MDETERM", "TRANSPOSE", "SUMSQ", "SUMXMY2", "COMBIN", "FACT",
			"PMT", "IPMT", "PPMT", "CUMPRINC", "CUMIPMT", "NPER", "RATE", "PV", "FV", "NPV", "XNPV", "IRR", "XIRR", "MIRR",
			"COMPLEX", "IMABS", "BITAND", "BITXOR", "DEC2BIN", "BIN2DEC", "HEX2DEC", "DEC2HEX":
			return true
		}
	}
	return false
}
