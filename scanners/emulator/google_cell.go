package emulator

import (
	"strconv"
	"strings"
	"time"
)

// show is a cell as Sheets tells it; an empty one is an empty object.
func (c Cell) show(m mask) object {
	o := object{}
	set := func(name string, value object) {
		if len(value) > 0 && m.has(name) {
			o[name] = value
		}
	}
	entered, effective := c.values()
	set("userEnteredValue", entered)
	set("effectiveValue", effective)
	set("userEnteredFormat", c.format())
	set("effectiveFormat", c.format())
	set("dataValidation", c.validation())
	for name, text := range map[string]string{"formattedValue": c.formatted(), "note": c.Note, "hyperlink": c.Link} {
		if text != "" && m.has(name) {
			o[name] = text
		}
	}
	return o
}

// values are what somebody typed and what the cell shows.
func (c Cell) values() (entered, effective object) {
	switch v := c.Value.(type) {
	case string:
		effective = object{"stringValue": v}
		if strings.HasPrefix(v, "#") && strings.HasSuffix(v, "!") {
			effective = object{"errorValue": object{"type": "REF", "message": "Reference does not exist"}}
		}
	case float64:
		effective = object{"numberValue": v}
	case int:
		effective = object{"numberValue": float64(v)}
	case bool:
		effective = object{"boolValue": v}
	}
	if c.Formula != "" {
		return object{"formulaValue": "=" + strings.TrimPrefix(c.Formula, "=")}, effective
	}
	return effective, effective
}

func (c Cell) format() object {
	o := object{}
	if c.Format != "" {
		o["numberFormat"] = object{"type": c.Format, "pattern": map[string]string{
			"DATE": "dd/mm/yyyy", "TIME": "hh:mm", "CURRENCY": "$#,##0.00", "PERCENT": "0%",
		}[c.Format]}
	}
	if c.Bold {
		o["textFormat"] = object{"bold": true}
	}
	return o
}

func (c Cell) validation() object {
	var condition object
	switch {
	case c.Source != "":
		condition = object{"type": "ONE_OF_RANGE", "values": []object{{"userEnteredValue": "=" + c.Source}}}
	case len(c.List) > 0:
		var values []object
		for _, v := range c.List {
			values = append(values, object{"userEnteredValue": v})
		}
		condition = object{"type": "ONE_OF_LIST", "values": values}
	default:
		return nil
	}
	return object{"condition": condition, "showCustomUi": true, "strict": true}
}

// formatted is the text that people see.
func (c Cell) formatted() string {
	switch v := c.Value.(type) {
	case string:
		return v
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	case int:
		return strconv.Itoa(v)
	case float64:
		return formatNumber(v, c.Format)
	}
	return ""
}

func formatNumber(v float64, format string) string {
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(v*24*3600) * time.Second)
	switch format {
	case "DATE":
		return at.Format("02/01/2006")
	case "TIME":
		return at.Format("15:04")
	case "CURRENCY":
		return "$" + strconv.FormatFloat(v, 'f', 2, 64)
	case "PERCENT":
		return strconv.FormatFloat(v*100, 'f', 0, 64) + "%"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
