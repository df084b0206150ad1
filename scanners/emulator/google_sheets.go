package emulator

import (
	"fmt"
	"net/http"
	"strings"
)

// spreadsheetKnown has below a name what a client is likely to get wrong; what stands alone is not looked into.
const (
	formatKnown = "backgroundColor,backgroundColorStyle,borders,horizontalAlignment,hyperlinkDisplayType,numberFormat(pattern,type),padding,textDirection," +
		"textFormat(bold,fontFamily,fontSize,foregroundColor,foregroundColorStyle,italic,link,strikethrough,underline),textRotation,verticalAlignment,wrapStrategy"
	valueKnown = "boolValue,errorValue(message,type),formulaValue,numberValue,stringValue"
	cellKnown  = "chipRuns,dataSourceFormula,dataSourceTable,dataValidation(condition(type,values(relativeDate,userEnteredValue)),inputMessage,showCustomUi,strict),effectiveFormat(" + formatKnown + ")," +
		"effectiveValue(" + valueKnown + "),formattedValue,hyperlink,note,pivotTable,textFormatRuns,userEnteredFormat(" + formatKnown + "),userEnteredValue(" + valueKnown + ")"
	rangeKnown       = "endColumnIndex,endRowIndex,sheetId,startColumnIndex,startRowIndex"
	spreadsheetKnown = "dataSourceSchedules,dataSources,developerMetadata,namedRanges(name,namedRangeId,range(" + rangeKnown + "))," +
		"properties(autoRecalc,defaultFormat,importFunctionsExternalUrlAccessAllowed,iterativeCalculationSettings,locale,spreadsheetTheme,timeZone,title)," +
		"sheets(bandedRanges,basicFilter,charts,columnGroups,conditionalFormats,data(columnMetadata,rowData(values(" + cellKnown + ")),rowMetadata,startColumn,startRow),developerMetadata," +
		"filterViews,merges(" + rangeKnown + "),properties(dataSourceSheetProperties,gridProperties(columnCount,columnGroupControlAfter,frozenColumnCount,frozenRowCount,hideGridlines,rowCount,rowGroupControlAfter)," +
		"hidden,index,rightToLeft,sheetId,sheetType,tabColor,tabColorStyle,title),protectedRanges,rowGroups,slicers,tables),spreadsheetId,spreadsheetUrl"
)

// spreadsheet answers sheets.spreadsheets.get. Cells are told when the fields ask for them or, without fields, when includeGridData does.
func (g *google) spreadsheet(c *call) (any, error) {
	v := g.viewer(c.who)
	it, ok := g.World.findGoogleItem(c.PathValue("spreadsheet"))
	switch {
	case !ok || v.place(it).Suite != Google || !v.sees(it) && !v.reached(it):
		return nil, &googleError{http.StatusNotFound, "notFound", "Requested entity was not found.", ""}
	case it.Sheet == nil:
		return nil, &googleError{http.StatusBadRequest, "failedPrecondition", "This operation is not supported for this document", ""}
	}
	b := &book{Sheet: it.Sheet(), mask: c.mask}
	ranges, err := b.ranges(c.query["ranges"])
	if err != nil {
		return nil, invalid("ranges", err.Error())
	}
	cells := c.is("includeGridData")
	if c.mask != nil {
		cells = c.mask.has("sheets") && c.mask.sub("sheets").has("data")
	}
	o := object{
		"spreadsheetId":  it.ID,
		"spreadsheetUrl": webView(it),
		"properties": object{
			"title": it.Name, "locale": b.Locale, "timeZone": b.TimeZone, "autoRecalc": "ON_CHANGE",
		},
		"sheets": b.sheets(ranges, cells),
	}
	if names := b.named(); names != nil {
		o["namedRanges"] = names
	}
	b.around(o)
	return o, nil
}

// around adds what stands beside the sheets.
func (b *book) around(o object) {
	var marks, sources []object
	for i, key := range b.Marks {
		marks = append(marks, object{"metadataId": 1000 + i, "metadataKey": key, "visibility": "DOCUMENT", "location": object{"locationType": "SPREADSHEET", "spreadsheet": true}})
	}
	for i, q := range b.Queries {
		sources = append(sources, object{"dataSourceId": fmt.Sprint(7000 + i), "sheetId": sheetID(len(b.Tabs) + i), "spec": object{"bigQuery": object{
			"projectId": q.Project, "tableSpec": object{"tableProjectId": q.Project, "datasetId": q.Dataset, "tableId": q.Table}}}})
	}
	if marks != nil {
		o["developerMetadata"] = marks
	}
	if sources != nil {
		o["dataSources"] = sources
	}
}

// declared adds what people declared about ranges of a sheet.
func (t Tab) declared(o object, i int) {
	var protected, tables []object
	for n, a := range t.Protected {
		if r, err := parseA1(a); err == nil {
			protected = append(protected, object{"protectedRangeId": 100*i + n, "range": gridRange(r, i, t), "requestingUserCanEdit": false})
		}
	}
	for n, a := range t.Tables {
		if r, err := parseA1(a); err == nil {
			tables = append(tables, object{"tableId": fmt.Sprint(100*i + n), "name": fmt.Sprintf("Table%d", n+1), "range": gridRange(r, i, t)})
		}
	}
	if protected != nil {
		o["protectedRanges"] = protected
	}
	if tables != nil {
		o["tables"] = tables
	}
}

// A book shows one spreadsheet.
type book struct {
	Sheet
	mask mask
}

// ranges are those asked for, each with the tab it is in; none asks for all tabs.
func (b *book) ranges(asked []string) (map[int][]cellRange, error) {
	out := map[int][]cellRange{}
	for _, text := range asked {
		i, r := b.find(text)
		if i < 0 || i >= len(b.Tabs) {
			return nil, fmt.Errorf("Unable to parse range: %s", text)
		}
		if t := b.Tabs[i]; r.top >= t.rows() || r.left >= t.columns() {
			return nil, fmt.Errorf("Range (%s) exceeds grid limits. Max rows: %d, max columns: %d", text, t.rows(), t.columns())
		}
		out[i] = append(out[i], r)
	}
	if len(asked) == 0 {
		for i := range b.Tabs {
			out[i] = []cellRange{{bottom: openEnd, right: openEnd}}
		}
	}
	return out, nil
}

// find is the tab and the part of it that a range is about: cells, a whole tab by its name, or a named range. The tab is -1 for none.
func (b *book) find(text string) (int, cellRange) {
	r, err := parseA1(text)
	switch {
	case err == nil && r.tab == "":
		return 0, r
	case err == nil:
		return b.tab(r.tab), r
	}
	if i := b.tab(unquoted(text)); i >= 0 {
		return i, cellRange{bottom: openEnd, right: openEnd}
	}
	return b.byName(text)
}

func (b *book) tab(title string) int {
	for i, t := range b.Tabs {
		if strings.EqualFold(t.Title, title) {
			return i
		}
	}
	return -1
}

func (b *book) byName(name string) (int, cellRange) {
	for _, n := range b.Names {
		if strings.EqualFold(n.Name, name) {
			r, _ := parseA1(n.Range)
			return b.tab(n.Tab), r
		}
	}
	return -1, cellRange{}
}

func (b *book) sheets(ranges map[int][]cellRange, cells bool) []object {
	var out []object
	for i, t := range b.Tabs {
		if ranges[i] == nil {
			continue
		}
		o := object{"properties": t.properties(i)}
		var merges []object
		for _, m := range t.Merges {
			if r, err := parseA1(m); err == nil {
				merges = append(merges, gridRange(r, i, t))
			}
		}
		if merges != nil {
			o["merges"] = merges
		}
		t.declared(o, i)
		if cells {
			var data []object
			for _, r := range ranges[i] {
				data = append(data, t.data(r, b.mask.sub("sheets").sub("data").sub("rowData").sub("values")))
			}
			o["data"] = data
		}
		out = append(out, o)
	}
	return out
}

// rows and columns are the size of a tab's grid.
func (t Tab) rows() int { return max(t.RowCount, len(t.Rows), 1) }

func (t Tab) columns() int {
	n := max(t.ColumnCount, 1)
	for _, row := range t.Rows {
		n = max(n, len(row))
	}
	return n
}

// properties leave out what is zero, as Google does.
func (t Tab) properties(i int) object {
	grid := object{"rowCount": t.rows(), "columnCount": t.columns()}
	if t.FrozenRows > 0 {
		grid["frozenRowCount"] = t.FrozenRows
	}
	if t.FrozenColumns > 0 {
		grid["frozenColumnCount"] = t.FrozenColumns
	}
	o := object{"sheetId": sheetID(i), "title": t.Title, "index": i, "sheetType": "GRID", "gridProperties": grid}
	if t.Hidden {
		o["hidden"] = true
	}
	return o
}

// sheetID is 0 for the first tab, as it is for real.
func sheetID(i int) int { return i * 731 }

func gridRange(r cellRange, i int, t Tab) object {
	return object{
		"sheetId": sheetID(i), "startRowIndex": r.top, "startColumnIndex": r.left,
		"endRowIndex": min(r.bottom, t.rows()), "endColumnIndex": min(r.right, t.columns()),
	}
}

func (b *book) named() []object {
	var out []object
	for n, name := range b.Names {
		i := b.tab(name.Tab)
		r, err := parseA1(name.Range)
		if i < 0 || err != nil {
			continue
		}
		out = append(out, object{"namedRangeId": fmt.Sprintf("nr%d", n+1), "name": name.Name, "range": gridRange(r, i, b.Tabs[i])})
	}
	return out
}

// data shows the cells of a range. Rows and cells at the end that hold nothing are left out.
func (t Tab) data(r cellRange, m mask) object {
	var rows []object
	for y := r.top; y < min(r.bottom, len(t.Rows)); y++ {
		var values []object
		row := t.Rows[y]
		for x := r.left; x < min(r.right, len(row)); x++ {
			values = append(values, row[x].show(m))
		}
		o := object{}
		if values != nil {
			o["values"] = values
		}
		rows = append(rows, o)
	}
	o := object{}
	if rows != nil {
		o["rowData"] = rows
	}
	if r.top > 0 {
		o["startRow"] = r.top
	}
	if r.left > 0 {
		o["startColumn"] = r.left
	}
	return o
}
