package wire

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A Ledger counts the requests of a run by what they were. It never holds an
// id, a name or a query. The zero Ledger is ready; it is safe for concurrent use.
type Ledger struct {
	mu        sync.Mutex
	lines     map[ledgerKey]*inventory.LedgerLine
	refused   int
	mutations int
	units     int
}

type ledgerKey struct {
	host, method, template string
	status                 int
}

// Units is what all requests have cost so far, those whose lines were taken too.
func (l *Ledger) Units() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.units
}

// Take gives the lines and begins anew.
func (l *Ledger) Take() inventory.Ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.sorted()
	l.lines = nil
	return lines
}

// Lines are the counts, sorted by host, template, method and status.
func (l *Ledger) Lines() inventory.Ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sorted()
}

func (l *Ledger) sorted() inventory.Ledger {
	lines := make(inventory.Ledger, 0, len(l.lines))
	for _, n := range l.lines {
		lines = append(lines, *n)
	}
	slices.SortFunc(lines, func(a, b inventory.LedgerLine) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Template, b.Template),
			cmp.Compare(a.Method, b.Method), cmp.Compare(a.Status, b.Status))
	})
	return lines
}

// Mutations is how many requests left by a method that can change anything.
// It is 0, because the guard refuses them; the read-only POSTs that a rule
// lists by path are not among them.
func (l *Ledger) Mutations() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mutations
}

// Refused is how many requests the guard did not let leave.
func (l *Ledger) Refused() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

func (l *Ledger) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused++
}

func (l *Ledger) add(n inventory.LedgerLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch n.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		l.mutations++
	}
	if l.lines == nil {
		l.lines = map[ledgerKey]*inventory.LedgerLine{}
	}
	key := ledgerKey{n.Host, n.Method, n.Template, n.Status}
	line := l.lines[key]
	if line == nil {
		line = &inventory.LedgerLine{Host: n.Host, Method: n.Method, Template: n.Template, Status: n.Status}
		l.lines[key] = line
	}
	l.units += n.Units
	line.Count += n.Count
	line.Units += n.Units
	line.Bytes += n.Bytes
	line.Waited += n.Waited
}

func (t *Transport) line(req *http.Request, status, units int, bytes int64, waited time.Duration) inventory.LedgerLine {
	return inventory.LedgerLine{Host: req.URL.Host, Method: req.Method, Template: t.words.template(req.URL),
		Status: status, Count: 1, Units: units, Bytes: bytes, Waited: waited}
}

// A wordSet is the path segments that may be shown. An allow-list, because a
// name may stand anywhere that an id can.
type wordSet map[string]bool

func newWords(more []string) wordSet {
	w := wordSet{}
	for _, s := range slices.Concat(commonWords(), more) {
		w[s] = true
	}
	return w
}

// template is the path of u with every segment that is not a known word
// replaced, arguments of functions with them.
func (w wordSet) template(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, s := range segments {
		name, _, call := strings.Cut(s, "(")
		switch {
		case s == "" || w[s]:
		case call && w[name]:
			segments[i] = name + "()"
		default:
			segments[i] = "{id}"
		}
	}
	return strings.Join(segments, "/")
}

func commonWords() []string {
	return strings.Fields(`v1.0 beta $batch oauth2 token common organizations discovery instance .well-known openid-configuration
		sites getAllSites oneDrive.getAllSites drives drive users items root delta microsoft.graph.delta content permissions versions lists columns
		organization children metadata identity msi groups applications servicePrincipals
		appRoleAssignedTo oauth2PermissionGrants appCatalogs teamsApps
		v3 v4 files changes startPageToken spreadsheets values admin directory v1 customer export download revisions
		batch upload about projects serviceAccounts v2.0 members reports activity all assets:search`)
}
