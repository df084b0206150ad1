package microsoft

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

const permReports = "Reports.Read.All"

// The usage reports that tell when a OneDrive and a site were last used, over
// the longest period there is
// (https://learn.microsoft.com/graph/api/reportroot-getonedriveusageaccountdetail).
const (
	oneDriveUsage = "getOneDriveUsageAccountDetail(period='D180')"
	siteUsage     = "getSharePointSiteUsageDetail(period='D180')"
)

// usageReports has no places of its own: it tells which of the others were
// used last.
func (s *Scanner) usageReports() feature {
	return feature{
		on: s.o.Features.UsageReports,
		needs: []scanners.Need{{Feature: "usage reports", Name: permReports, ID: "230c1aed-a721-4c5d-9cb4-a90514e508ef", Optional: true,
			Purpose: "when each site and OneDrive was last used, so that the liveliest are listed first",
			Cost:    "places are listed in the order in which Graph names them"}},
		places: func(context.Context) iter.Seq2[inventory.Place, error] {
			return func(func(inventory.Place, error) bool) {}
		},
		check: s.checkUsage,
	}
}

// An activity is when places were last used, by whatever the reports name them
// by: the address of a site, its id, or the address of its owner.
type activity map[string]time.Time

// activity reads the usage reports. They only order the work, so that what
// cannot be read of them is logged and the places keep Graph's order.
func (s *Scanner) activity(ctx context.Context) activity {
	if !s.o.Features.UsageReports {
		return nil
	}
	a := activity{}
	for _, name := range []string{oneDriveUsage, siteUsage} {
		concealed := 0
		err := s.report(ctx, name, func(u usage) bool {
			if u.concealed() {
				concealed++
			}
			a.note(u)
			return true
		})
		switch {
		case err != nil:
			s.o.Log.WarnContext(ctx, "usage report not read, places keep their order", "scanner", s.o.Tenant, "err", err)
		case concealed > 0:
			s.o.Log.WarnContext(ctx, "usage report conceals names, places keep their order", "scanner", s.o.Tenant, "concealed", concealed)
		}
	}
	return a
}

// note keeps when a place was used by all its names; those that are concealed
// fit nothing.
func (a activity) note(u usage) {
	for _, key := range []string{u.url, u.id, u.owner} {
		if key = fold(key); key != "" && u.last.After(a[key]) {
			a[key] = u.last
		}
	}
}

// stamp says of places of a site when it was last used.
func (a activity) stamp(site models.Siteable, places []inventory.Place) {
	if len(a) == 0 {
		return
	}
	// The id is "host,collection,web", and the reports count by collection.
	parts := strings.Split(text(site.GetId()), ",")
	for i, p := range places {
		places[i].Active = a.of(p)
		if len(parts) == 3 && places[i].Active.IsZero() {
			places[i].Active = a[fold(parts[1])]
		}
	}
}

// of is when a place was last used. Its site tells less of a OneDrive than
// its owner.
func (a activity) of(p inventory.Place) time.Time {
	if at := a[fold(p.Owner)]; p.Owner != "" && !at.IsZero() {
		return at
	}
	return a[fold(p.Site)]
}

func fold(name string) string { return strings.ToLower(strings.TrimSuffix(name, "/")) }

// A usage is one line of a usage report.
type usage struct {
	url, id, owner string
	last           time.Time // zero: not within the period
}

// concealed reports whether names were replaced by hashes, as an
// administrator can have it.
func (u usage) concealed() bool {
	return regexp.MustCompile(`^[0-9A-F]{32}$`).MatchString(cmp.Or(u.owner, u.url))
}

// report reads a usage report line by line until take has enough. Graph sends
// on to an address that carries its own right.
func (s *Scanner) report(ctx context.Context, name string, take func(usage) bool) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.graph.base.String()+"/reports/"+name, nil)
	if err != nil {
		return err
	}
	token, err := s.o.Tokens.GetAuthorizationToken(ctx, s.graph.base, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.o.Transport.RoundTrip(req)
	if err != nil {
		return wire.Clean(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		return explain(refusal(resp.StatusCode, nil), permReports)
	}
	if req, err = download(ctx, resp.Header.Get("Location")); err != nil {
		return err
	}
	if resp, err = s.o.Transport.RoundTrip(req); err != nil {
		return wire.Clean(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d to a usage report", req.URL.Host, resp.StatusCode)
	}
	return readUsage(resp.Body, take)
}

// readUsage reads the CSV of a report by the names of its columns: which there
// are has changed over the years.
func readUsage(r io.Reader, take func(usage) bool) error {
	lines := csv.NewReader(r)
	lines.FieldsPerRecord, lines.ReuseRecord = -1, true
	head, err := lines.Read()
	if err != nil {
		return fmt.Errorf("usage report: %w", err)
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.TrimPrefix(name, "\ufeff")] = i
	}
	if _, ok := at["Last Activity Date"]; !ok {
		return errors.New("usage report: it has no column Last Activity Date")
	}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("usage report: %w", err)
		}
		field := func(name string) string {
			if i, ok := at[name]; ok && i < len(line) {
				return strings.Clone(line[i])
			}
			return ""
		}
		u := usage{url: field("Site URL"), id: field("Site Id"), owner: field("Owner Principal Name")}
		u.last, _ = time.Parse(time.DateOnly, field("Last Activity Date")) // empty: not within the period
		if field("Is Deleted") != "True" && !take(u) {
			return nil
		}
	}
}

// checkUsage looks whether the reports show names. It never changes whether
// they do: concealing them protects people, and is the organisation's choice.
func (s *Scanner) checkUsage(ctx context.Context) []scanners.Check {
	c := scanners.Check{Feature: "usage reports", Need: "names in usage reports", State: scanners.Good, Found: "they show names"}
	hidden := false
	err := s.report(ctx, oneDriveUsage, func(u usage) bool {
		hidden = u.concealed()
		return u.owner == "" // the first that has one tells
	})
	switch {
	case errors.Is(err, inventory.ErrNotPermitted):
		return nil // the permission is told of as missing
	case err != nil:
		c.State, c.Found, c.Cost, c.Remedy = refusedOrFailed(err), "", "places are listed in the order in which Graph names them", err.Error()
	case hidden:
		c.State, c.Found = scanners.Warning, "they are concealed"
		c.Cost = "when a place was last used is not known, so that places are listed in the order in which Graph names them"
		c.Remedy = "leave it like that, or have an administrator show names in the Microsoft 365 admin center under Org settings, Reports; " +
			"everybody who reads reports would see them then, and desirepath never changes it"
	}
	return []scanners.Check{c}
}
