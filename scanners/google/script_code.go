package google

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// The kinds of connection that a script and an app have.
const (
	kindService    = "service"    // one of Google's that it uses, such as Google/Mail
	kindTrigger    = "trigger"    // what sets it off
	kindPermission = "permission" // what it was allowed
)

// services are the objects that code reaches Google's services by.
// https://developers.google.com/apps-script/reference
func services() map[string]string {
	return map[string]string{
		"MailApp": "Mail", "GmailApp": "Mail", "CalendarApp": "Calendar", "ContactsApp": "Contacts", "SpreadsheetApp": "Sheets", "DocumentApp": "Docs",
		"SlidesApp": "Slides", "FormApp": "Forms", "DriveApp": "Drive", "GroupsApp": "Groups", "SitesApp": "Sites", "AdminDirectory": "Directory",
		"Classroom": "Classroom", "BigQuery": "BigQuery", "Jdbc": "Jdbc", "UrlFetchApp": "UrlFetch", "HtmlService": "Html", "Charts": "Charts",
		"People": "People", "Tasks": "Tasks", "LanguageApp": "Translate", "PropertiesService": "Properties",
	}
}

// code looks through the code of a file for what it calls. Code that puts an address together as it runs tells less than one that names it.
func (f *sources) code(text string) {
	c := readCode(text)
	known := services()
	for _, m := range regexp.MustCompile(`\b([A-Z][A-Za-z]+)\s*\.`).FindAllStringSubmatch(c.text, -1) {
		if name := known[m[1]]; name != "" {
			f.connect(inventory.Connection{Kind: kindService, Target: "Google/" + name})
		}
	}
	for _, a := range c.arguments(`\bUrlFetchApp\s*\.\s*(?:fetch|fetchAll)\s*\(`) {
		if u, err := url.Parse(a); err == nil && u.Hostname() != "" {
			f.connect(inventory.Connection{Kind: "web", Target: strings.ToLower(u.Hostname())})
		}
	}
	for _, a := range c.arguments(`\bJdbc\s*\.\s*get(?:CloudSql)?Connection\s*\(`) {
		f.connect(database(a))
	}
	for _, a := range c.arguments(`\bSpreadsheetApp\s*\.\s*openBy(?:Id|Url)\s*\(`) {
		f.link(spreadsheetAddress(a))
	}
	for _, a := range c.arguments(`\bFormApp\s*\.\s*openBy(?:Id|Url)\s*\(`) {
		f.link(documentAddress("forms", a))
	}
	f.triggers(c.text)
}

// triggers notes what sets the code off: functions with a name that Apps Script knows, and triggers that the code makes.
// https://developers.google.com/apps-script/guides/triggers
func (f *sources) triggers(code string) {
	for _, t := range [][2]string{
		{"edit", `\bfunction\s+onEdit\b|\.\s*onEdit\s*\(`},
		{"opening", `\bfunction\s+onOpen\b|\.\s*onOpen\s*\(`},
		{"submission", `\bfunction\s+onFormSubmit\b|\.\s*onFormSubmit\s*\(`},
		{"clock", `\.\s*timeBased\s*\(`},
		{"web page", `\bfunction\s+do(?:Get|Post)\b`},
	} {
		if regexp.MustCompile(t[1]).MatchString(code) {
			f.connect(inventory.Connection{Kind: kindTrigger, Target: t[0]})
		}
	}
}

// does is what code does, in the words for the macros of workbooks.
func (f *sources) does() []string {
	words := map[string]string{
		"Google/Mail": inventory.MacroMails, "Google/Jdbc": inventory.MacroDatabase, "Google/BigQuery": inventory.MacroDatabase, "Google/UrlFetch": inventory.MacroWeb,
		"Google/Html": inventory.MacroForms, "Google/Docs": inventory.MacroOffice, "Google/Slides": inventory.MacroOffice,
	}
	var out []string
	for _, c := range f.connections {
		switch {
		case c.Kind == kindTrigger && c.Target != "web page":
			out = append(out, inventory.MacroByItself)
		case c.Kind == kindService && words[c.Target] != "":
			out = append(out, words[c.Target])
		}
	}
	if slices.ContainsFunc(f.links, func(l string) bool { return strings.Contains(l, "/spreadsheets/") }) {
		out = append(out, inventory.MacroWorkbooks)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// database is the server and the name in a JDBC address: jdbc:mysql://host:3306/db?user=x and jdbc:google:mysql://project:region:instance/db.
// Nothing else is kept: the rest can hold a name and a password.
func database(address string) inventory.Connection {
	c := inventory.Connection{Kind: "jdbc"}
	_, rest, ok := strings.Cut(address, "://")
	if !ok || !strings.HasPrefix(address, "jdbc:") {
		return c
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, ";")
	host, name, _ := strings.Cut(rest, "/")
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	if !strings.HasPrefix(address, "jdbc:google:") {
		host, _, _ = strings.Cut(host, ":")
	}
	if !regexp.MustCompile(`^[\pL\pN._:-]+$`).MatchString(host) {
		return c
	}
	if !regexp.MustCompile(`^\w[\w$-]*$`).MatchString(name) {
		name = ""
	}
	c.Target = joined("/", host, name)
	return c
}

// A code is JavaScript without its comments, in which every string stands as its number in quotation marks: "0", "1" ...
type code struct {
	text    string
	strings []string
}

// readCode takes code apart. It knows no regular expressions: one with a quotation mark in it may hide what follows on its line.
func readCode(text string) code {
	var c code
	var out strings.Builder
	for text != "" {
		i := strings.IndexAny(text, "\"'`/")
		if i < 0 {
			break
		}
		out.WriteString(text[:i])
		text = text[i:]
		switch {
		case strings.HasPrefix(text, "//"):
			text = from(text, "\n")
		case strings.HasPrefix(text, "/*"):
			text = strings.TrimPrefix(from(text[2:], "*/"), "*/")
			out.WriteByte(' ')
		case text[0] == '/':
			out.WriteByte('/')
			text = text[1:]
		default:
			var s string
			s, text = literal(text)
			out.WriteString(quoted(len(c.strings)))
			c.strings = append(c.strings, s)
		}
	}
	out.WriteString(text)
	c.text = out.String()
	return c
}

// from is the rest of a text from a mark on; "" without one.
func from(text, mark string) string {
	if i := strings.Index(text, mark); i >= 0 {
		return text[i:]
	}
	return ""
}

// literal reads the string that a text begins with. One that does not end on its line ends there, unless it is a template.
func literal(text string) (s, rest string) {
	quote := text[0]
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case c == quote:
			return b.String(), text[i+1:]
		case c == '\n' && quote != '`':
			return b.String(), text[i:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

func quoted(n int) string { return strconv.Quote(strconv.Itoa(n)) }

// reach is how far behind a call its arguments are looked for.
const reach = 300

// arguments are the strings that calls are given: written there, or under a name that the code gave them before.
func (c code) arguments(call string) (out []string) {
	var named map[string]string
	for _, at := range regexp.MustCompile(call).FindAllStringIndex(c.text, -1) {
		rest := c.text[at[1]:min(at[1]+reach, len(c.text))]
		if i := strings.IndexAny(rest, ";"); i >= 0 {
			rest = rest[:i]
		}
		if named == nil {
			named = c.named()
		}
		for _, m := range regexp.MustCompile(`"(\d+)"|[A-Za-z_$][\w$]*`).FindAllStringSubmatch(rest, -1) {
			s := cmp.Or(c.at(m[1]), named[m[0]])
			if in := regexp.MustCompile(`^\$\{\s*([\w$]+)`).FindStringSubmatch(s); in != nil { // a template that begins with a name
				s = named[in[1]]
			}
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// named are the strings that the code gives a name: const API = "..." and { url: "..." }.
func (c code) named() map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`([A-Za-z_$][\w$]*)\s*[=:]\s*"(\d+)"`).FindAllStringSubmatch(c.text, -1) {
		out[m[1]] = c.at(m[2])
	}
	return out
}

// at is the string of a number.
func (c code) at(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil || n >= len(c.strings) {
		return ""
	}
	return c.strings[n]
}
