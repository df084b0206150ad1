package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Audit queries (https://learn.microsoft.com/graph/api/resources/security-auditlogquery).
const (
	permAudit   = "AuditLogsQuery.Read.All"
	queriesPath = "/security/auditLog/queries"
)

const (
	auditKept    = 180 * 24 * time.Hour // how long audit records are kept at least
	auditOverlap = 24 * time.Hour       // how late they may come
)

// formsAudit tells which forms there are by the audit log, since Microsoft has
// no interface for forms: their names and who made them, and nothing of what
// they ask. What people answered is not asked for.
func (s *Scanner) formsAudit() feature {
	return feature{
		on: s.o.Features.FormsAudit, needs: []scanners.Need{formsNeed()}, kinds: []inventory.PlaceKind{inventory.PlaceForms},
		pages: s.formPages, check: s.checkForms,
		places: func(context.Context) iter.Seq2[inventory.Place, error] {
			return func(yield func(inventory.Place, error) bool) {
				yield(inventory.Place{Tenant: s.o.Tenant, ID: "forms", Kind: inventory.PlaceForms, Name: "Microsoft Forms", URL: "https://forms.office.com"}, nil)
			}
		},
	}
}

func formsNeed() scanners.Need {
	return scanners.Need{Feature: "forms audit", Name: permAudit, ID: "5e1e9171-754d-478c-812c-f1755a9a4c2d",
		Purpose: "ask the audit log which forms were made, edited or deleted: each night this creates one audit query in the tenant, an object that anybody who may search the audit log can see",
		Cost:    "no form of Microsoft Forms is seen but by the workbook that holds its answers"}
}

// checkForms says what the permission does not: that a query is an object.
func (s *Scanner) checkForms(context.Context) []scanners.Check {
	return []scanners.Check{{Feature: "forms audit", Need: "no more than reading", State: scanners.Warning,
		Found:  "forms_audit is switched on",
		Cost:   "each night creates one audit query in the tenant by a POST; the ledger counts it as a mutation, and it is the only one",
		Remedy: "if that is not wanted, switch forms_audit off: forms are then seen only by the workbooks that hold their answers"}}
}

// A formsMark is what a cursor says: which span of time is asked about, and by
// which query, if that was made already. Without one, from is where the last
// listing ended. Full is a span that begins where the log does.
type formsMark struct {
	query       string
	full        bool
	from, until time.Time
}

func (m formsMark) cursor() inventory.Cursor {
	if m.query == "" {
		return inventory.Cursor("until:" + m.from.UTC().Format(time.RFC3339))
	}
	return inventory.Cursor(fmt.Sprintf("query:%t|%s|%s|%s", m.full, m.from.UTC().Format(time.RFC3339), m.until.UTC().Format(time.RFC3339), m.query))
}

func readFormsMark(c inventory.Cursor) (m formsMark, err error) {
	if at, ok := strings.CutPrefix(string(c), "until:"); ok {
		m.from, err = time.Parse(time.RFC3339, at)
		return m, err
	}
	parts := strings.SplitN(strings.TrimPrefix(string(c), "query:"), "|", 4)
	if len(parts) != 4 {
		return m, errors.New("a cursor that cannot be read")
	}
	m.full, m.query = parts[0] == "true", parts[3]
	if m.from, err = time.Parse(time.RFC3339, parts[1]); err == nil {
		m.until, err = time.Parse(time.RFC3339, parts[2])
	}
	return m, err
}

// formPages asks for what happened since the cursor. The query that was made
// for it is kept in a cursor before its answer is waited for, so that a night
// which is cut leaves no second one behind. No page is Full, not even where the
// whole log is asked: forms that nobody touched while it reaches back are not in
// it, and are there all the same.
func (s *Scanner) formPages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		m, err := s.formsFrom(since)
		if err == nil && m.query == "" {
			if m, err = s.beginForms(ctx, m); err == nil && !yield(inventory.Page{Next: m.cursor()}, nil) {
				return
			}
		}
		var forms []inventory.Change
		if err == nil {
			forms, err = s.forms(ctx, p, m)
		}
		if errors.Is(err, errGone) {
			err = fmt.Errorf("%w: %w", err, scanners.ErrCursorExpired)
		}
		if err != nil {
			yield(inventory.Page{}, fmt.Errorf("%s: %w", p.Name, err))
			return
		}
		gone := slices.IndexFunc(forms, func(c inventory.Change) bool { return c.Removed })
		if gone < 0 {
			gone = len(forms)
		}
		for some := range slices.Chunk(forms[:gone], s.o.PageSize) {
			if !yield(inventory.Page{Changes: some, Next: m.cursor()}, nil) {
				return
			}
		}
		yield(inventory.Page{Changes: forms[gone:], Next: formsMark{from: m.until}.cursor(), Complete: true}, nil)
	}
}

func (s *Scanner) formsFrom(since inventory.Cursor) (formsMark, error) {
	if since == "" {
		return formsMark{full: true, from: s.o.Now().Add(-auditKept)}, nil
	}
	m, err := readFormsMark(since)
	if err != nil {
		return m, fmt.Errorf("%w: %w", err, scanners.ErrCursorExpired)
	}
	if m.query == "" {
		m.from = m.from.Add(-auditOverlap)
	}
	return m, nil
}

// An auditQuery is a query as it is made, and as it is told.
type auditQuery struct {
	ID         string   `json:"id,omitempty"`
	Status     string   `json:"status,omitempty"` // notStarted, running, succeeded, failed or cancelled
	Name       string   `json:"displayName"`
	From       string   `json:"filterStartDateTime"`
	Until      string   `json:"filterEndDateTime"`
	Types      []string `json:"recordTypeFilters"`
	Operations []string `json:"operationFilters"`
}

// What is asked for. Who answered a form is recorded too, and is not our business.
const (
	formMade    = "CreateForm"
	formEdited  = "EditForm"
	formDeleted = "DeleteForm"
)

// beginForms makes the query. One whose answer was lost on the way is asked for
// again, so that there may be two of it.
func (s *Scanner) beginForms(ctx context.Context, m formsMark) (formsMark, error) {
	m.until = s.o.Now().UTC().Truncate(time.Second)
	ask := auditQuery{Name: "desirepath: which forms there are", From: m.from.UTC().Format(time.RFC3339), Until: m.until.Format(time.RFC3339),
		Types: []string{"MicrosoftForms"}, Operations: []string{formMade, formEdited, formDeleted}}
	var made auditQuery
	err := s.auditor().post(ctx, queriesPath, nil, ask, &made)
	if err == nil {
		err = plainID(made.ID)
	}
	m.query = made.ID
	return m, err
}

// auditor asks Graph as other services are asked: the SDK has no part of it
// here that could be linked without all of the security interfaces.
func (s *Scanner) auditor() *caller {
	return &caller{service: service{base: s.graph.base}, tokens: s.o.Tokens, via: s.o.Transport,
		remedy: "give the app registration the application permission " + permAudit + " and have an administrator consent to it"}
}

// A formRecord is what was done to a form.
type formRecord struct {
	At        time.Time `json:"createdDateTime"`
	Operation string    `json:"operation"`
	By        string    `json:"userPrincipalName"`
	Data      struct {
		ID    string `json:"FormId"`
		Name  string `json:"FormName"`
		Roles []any  `json:"FormsUserTypes"` // words, or numbers as in the log they come from
	} `json:"auditData"`
}

func (r formRecord) byOwner() bool {
	return r.Operation == formMade || slices.ContainsFunc(r.Data.Roles, func(role any) bool { return role == "Owner" || role == 1.0 })
}

// forms waits for a query and tells what came of each form that it is about.
// The records come in no order that is promised, so that all forms of the span
// are held until the last one came.
func (s *Scanner) forms(ctx context.Context, p inventory.Place, m formsMark) ([]inventory.Change, error) {
	c := s.auditor()
	err := s.untilReady(ctx, func() (bool, error) {
		var q auditQuery
		err := c.get(ctx, queriesPath+"/"+m.query, nil, &q)
		if q.Status == "failed" || q.Status == "cancelled" {
			err = errors.Join(err, fmt.Errorf("the audit query was not carried out: %w", scanners.ErrCursorExpired))
		}
		return q.Status == "succeeded", err
	})
	if err != nil {
		return nil, err
	}
	told := map[string]*formTold{}
	for r, err := range s.formRecords(ctx, c, m.query) {
		if err != nil {
			return nil, err
		}
		if r.Data.ID == "" {
			continue
		}
		if told[r.Data.ID] == nil {
			told[r.Data.ID] = &formTold{}
		}
		told[r.Data.ID].add(r)
	}
	var out []inventory.Change
	for id, f := range told {
		if c, ok := s.formChange(p, id, f, m.full); ok {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b inventory.Change) int {
		switch { // what goes, goes when all else is known
		case a.Removed && !b.Removed:
			return 1
		case !a.Removed && b.Removed:
			return -1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

func (s *Scanner) formRecords(ctx context.Context, c *caller, query string) iter.Seq2[formRecord, error] {
	return func(yield func(formRecord, error) bool) {
		link := c.address(queriesPath+"/"+query+"/records", url.Values{"$top": {fmt.Sprint(s.o.PageSize)}})
		for link != "" {
			var page struct {
				Value []formRecord `json:"value"`
				Next  string       `json:"@odata.nextLink"`
			}
			err := c.follow(ctx, link, &page)
			if err == nil && page.Next == link {
				err = errors.New("the records lead round in a circle")
			}
			if err != nil {
				yield(formRecord{}, err)
				return
			}
			for _, r := range page.Value {
				if !yield(r, nil) {
					return
				}
			}
			link = page.Next
		}
	}
}

// formTold is what the records of one form come to.
type formTold struct {
	last           formRecord
	made           time.Time
	owner, builder string
	name           string
}

func (f *formTold) add(r formRecord) {
	r.At = r.At.UTC()
	if r.Operation == formMade {
		f.made, f.builder = r.At, r.By
	}
	if r.byOwner() {
		f.owner = r.By
	}
	if r.At.Before(f.last.At) {
		f.name = cmp.Or(f.name, r.Data.Name)
		return
	}
	f.last, f.name = r, cmp.Or(r.Data.Name, f.name)
}

// formChange is what came of a form. An edit of which it is not told whose
// form it was would take the owner's name from what is known, so that it waits
// for one by the owner.
func (s *Scanner) formChange(p inventory.Place, id string, f *formTold, full bool) (inventory.Change, bool) {
	if f.last.Operation == formDeleted {
		return inventory.Change{ID: id, Removed: true}, true
	}
	if f.owner == "" && !full || f.name == "" {
		return inventory.Change{}, false
	}
	a := inventory.Asset{
		ID: inventory.NewAssetID(p, id), Tenant: p.Tenant, Place: p.ID, VendorID: id, Kind: inventory.KindForm, Name: f.name,
		URL:     "https://forms.office.com/Pages/DesignPageV2.aspx?" + url.Values{"subpage": {"design"}, "FormId": {id}}.Encode(),
		Created: f.made, Modified: f.last.At, Revision: f.last.At.Format(time.RFC3339),
		CreatedBy: cmp.Or(f.builder, f.owner), ModifiedBy: f.last.By, Owner: f.owner,
	}
	st := s.told("form")
	return inventory.Change{ID: id, Asset: &a, Inside: &st}, true
}

// inspectForm tells again what the listing told: nothing of what a form asks
// can be read. It is for forms that an older reader was told of.
func (s *Scanner) inspectForm(d inventory.Due) inventory.Structure {
	st := s.told("form")
	st.Revision = d.Asset.Revision
	return st
}
