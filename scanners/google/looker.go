package google

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// scopeStudio reads Looker Studio, which Google's own clients for Go do not know.
const scopeStudio = "https://www.googleapis.com/auth/datastudio.readonly"

// studioReads is how often Looker Studio is asked in a minute when all of the quota is ours. Google publishes none, and answers 429 where
// it has had enough, which is waited out.
const studioReads = 600

// reports lists everybody's reports and data sources in Looker Studio.
func (s *Scanner) reports() feature {
	return feature{
		on: s.o.Features.LookerStudio,
		needs: []scanners.Need{{Feature: "looker studio", Name: scopeStudio,
			Purpose: "the names of everybody's reports and data sources in Looker Studio, asked for in each person's name",
			Cost:    "no report in Looker Studio is seen"}},
		reads:  []wire.Rule{admits(s.o.Endpoints.withDefaults().Studio, "v1/assets:search")},
		limits: []quota{{path: "/v1/assets:search", project: studioReads}},
		of:     []inventory.PlaceKind{inventory.PlaceReports},
		places: s.reportPlaces,
		pages:  s.reportPages,
	}
}

// reportsPrefix makes the id of a place with reports of a person's.
const reportsPrefix = "reports:"

// reportPlaces yields a place for everybody. Whether they have any reports is not known before they are asked for.
func (s *Scanner) reportPlaces(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for u, err := range s.users(ctx, userFields, false) {
			if err != nil {
				yield(inventory.Place{}, err)
				return
			}
			s.note(u)
			p := s.myDrive(u)
			p.ID, p.Kind, p.Name = reportsPrefix+p.ID, inventory.PlaceReports, p.Name+" / Looker Studio"
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (s *Scanner) reportPages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	if s.isClosed(p.Owner) {
		return asLastSeen(since)
	}
	return relist(ctx, p, since, s.o.PageSize, func(yield func(inventory.Change, error) bool) {
		for _, kind := range []string{"REPORT", "DATA_SOURCE"} {
			for a, err := range s.studioAssets(ctx, p.Owner, kind) {
				if err != nil {
					yield(inventory.Change{}, err)
					return
				}
				// What others share with them is listed with what those own.
				if owned := inventory.FoldAddress(a.Owner) == inventory.FoldAddress(p.Owner); owned && !a.Trashed && !yield(s.reportChange(p, a), nil) {
					return
				}
			}
		}
	})
}

// A studioAsset is a report or a data source.
// When it was last viewed is not asked for: our own looks would be among them.
// https://developers.google.com/looker-studio/integrate/api/reference/types#Asset
type studioAsset struct {
	Name    string `json:"name"` // its id
	Title   string `json:"title"`
	Type    string `json:"assetType"`
	Owner   string `json:"owner"`
	Creator string `json:"creator"`
	Created string `json:"createTime"`
	Updated string `json:"updateTime"`
	Trashed bool   `json:"trashed"`
}

// studioAssets yields what somebody owns of a kind: Looker Studio takes one kind at a time.
// https://developers.google.com/looker-studio/integrate/api/reference/assets/search
func (s *Scanner) studioAssets(ctx context.Context, who, kind string) iter.Seq2[studioAsset, error] {
	q := url.Values{"assetTypes": {kind}, "owner": {who}, "pageSize": {fmt.Sprint(s.o.PageSize)}}
	return func(yield func(studioAsset, error) bool) {
		for {
			assets, next, err := s.studioPage(as(ctx, who, scopeStudio), q)
			if err != nil {
				yield(studioAsset{}, fmt.Errorf("looker studio: %w", explain(err, scopeStudio)))
				return
			}
			for _, a := range assets {
				if a.Name != "" && !yield(a, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if next == q.Get("pageToken") {
				yield(studioAsset{}, fmt.Errorf("looker studio: %w", errSamePage))
				return
			}
			q.Set("pageToken", next)
		}
	}
}

func (s *Scanner) studioPage(ctx context.Context, q url.Values) (assets []studioAsset, next string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.o.Endpoints.withDefaults().Studio+"v1/assets:search?"+q.Encode(), nil)
	if err != nil {
		return nil, "", err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if err := googleapi.CheckResponse(resp); err != nil {
		return nil, "", err
	}
	var page struct {
		Assets        []studioAsset `json:"assets"`
		NextPageToken string        `json:"nextPageToken"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, studioPageBytes)).Decode(&page); err != nil {
		return nil, "", fmt.Errorf("the answer cannot be read: %w", err)
	}
	return page.Assets, page.NextPageToken, nil
}

// studioPageBytes bounds an answer: a thousand assets of a few hundred bytes each.
const studioPageBytes = 16 << 20

func (s *Scanner) reportChange(p inventory.Place, a studioAsset) inventory.Change {
	id := strings.TrimPrefix(a.Name, "assets/")
	asset := inventory.Asset{
		ID: inventory.NewAssetID(p, id), Tenant: p.Tenant, Place: p.ID, VendorID: id, Kind: inventory.KindReport, Name: a.Title,
		Revision: a.Updated, Created: moment(a.Created), Modified: moment(a.Updated), CreatedBy: a.Creator, Owner: p.Owner,
		URL: studioURL(a.Type, id), Shared: true,
	}
	st := inventory.EmptyStructure()
	st.Format, st.Depth, st.Reader = "looker-"+strings.ToLower(strings.ReplaceAll(a.Type, "_", "-")), inventory.DepthFull, s.o.Reader
	usage := inventory.Usage{People: 1, Widely: true, Facets: inventory.FacetSharing | inventory.FacetEditors} // whom it is shared with is not told
	return inventory.Change{ID: id, Asset: &asset, Inside: &st, Usage: &usage}
}

func studioURL(kind, id string) string {
	if kind == "DATA_SOURCE" {
		return "https://lookerstudio.google.com/datasources/" + url.PathEscape(id)
	}
	return "https://lookerstudio.google.com/reporting/" + url.PathEscape(id)
}
