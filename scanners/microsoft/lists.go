package microsoft

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/sites"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// listsPrefix makes a place's id of a site's, whose libraries are places too.
const listsPrefix = "lists:"

// listsPlace is the place of all lists of a site. Whether it has any is not
// known before they are listed.
func (s *Scanner) listsPlace(site models.Siteable) inventory.Place {
	return inventory.Place{
		Tenant: s.o.Tenant, ID: listsPrefix + text(site.GetId()), Kind: inventory.PlaceLists,
		Name: text(site.GetDisplayName()) + " / Lists", URL: text(site.GetWebUrl()), Site: text(site.GetWebUrl()), Geo: geo(site),
	}
}

// listPages lists the lists of a site anew
// (https://learn.microsoft.com/graph/api/list-list): Graph tells no changes of them.
func (s *Scanner) listPages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return relist(ctx, p, since, s.o.PageSize, s.lists(ctx, p))
}

func (s *Scanner) lists(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Change, error] {
	return func(yield func(inventory.Change, error) bool) {
		for l, err := range s.siteLists(ctx, strings.TrimPrefix(p.ID, listsPrefix)) {
			if err == nil && !kept(l) {
				continue
			}
			var a inventory.Asset
			if err == nil {
				a, err = s.listAsset(ctx, p, l)
			}
			if !yield(inventory.Change{ID: a.VendorID, Asset: &a}, err) || err != nil {
				return
			}
		}
	}
}

func (s *Scanner) siteLists(ctx context.Context, site string) iter.Seq2[models.Listable, error] {
	// Lists of the system are told of only to who selects "system".
	fields := []string{"id", "name", "displayName", "list", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime", "webUrl", "eTag"}
	get := func(link string) (models.ListCollectionResponseable, error) {
		all := sites.NewItemListsRequestBuilderInternal(map[string]string{"site%2Did": site}, s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, &sites.ItemListsRequestBuilderGetRequestConfiguration{
			QueryParameters: &sites.ItemListsRequestBuilderGetQueryParameters{Select: fields, Top: ptr(int32(s.o.PageSize))}})
	}
	return explained(list[models.Listable](s.graph, get), permSites)
}

// kept reports whether a list is one that people keep: not a library, which
// is a place of its own, and nothing that only the system shows.
func kept(l models.Listable) bool {
	info := l.GetList()
	return info != nil && l.GetSystem() == nil && !yes(info.GetHidden()) && !strings.HasSuffix(text(info.GetTemplate()), "Library")
}

// listKind tells lists of records from those for pages, news and talk.
func listKind(template string) inventory.Kind {
	switch template {
	case "genericList", "customGrid", "tasks", "tasksWithTimelineAndHierarchy", "ganttTasks", "issueTracking", "contacts", "events", "survey":
		return inventory.KindList
	default:
		return inventory.KindOther
	}
}

func (s *Scanner) listAsset(ctx context.Context, p inventory.Place, l models.Listable) (inventory.Asset, error) {
	a := inventory.Asset{
		ID: inventory.NewAssetID(p, text(l.GetId())), Tenant: p.Tenant, Place: p.ID, VendorID: text(l.GetId()),
		Kind: listKind(text(l.GetList().GetTemplate())), Name: text(l.GetDisplayName()), URL: text(l.GetWebUrl()),
		Created: when(l.GetCreatedDateTime()), Modified: when(l.GetLastModifiedDateTime()),
		Shared: true, // with whoever may see the site
	}
	if a.VendorID == "" {
		return a, errors.New("Microsoft Graph sent a list without an id")
	}
	a.Revision = a.Modified.Format(time.RFC3339) + " " + text(l.GetETag())
	var err error
	if a.CreatedBy, err = s.addressOf(ctx, l.GetCreatedBy()); err == nil {
		a.ModifiedBy, err = s.addressOf(ctx, l.GetLastModifiedBy())
	}
	return a, err
}

// inspectList reads the columns of a list, and no item of it.
func (s *Scanner) inspectList(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	var columns []workbook.Column
	for c, err := range s.listColumns(ctx, d.Asset) {
		if errors.Is(err, errGone) {
			return inventory.Structure{}, fmt.Errorf("%w: %w", inventory.ErrStale, err)
		}
		if err != nil {
			return inventory.Structure{}, err
		}
		if ours(c) {
			columns = append(columns, column(c))
		}
	}
	st := workbook.Declared(d.Asset.Name, columns, workbook.Meta{Format: "list", Depth: d.Depth, Personal: s.o.Personal})
	st.Revision, st.Reader = d.Asset.Revision, s.o.Reader
	return st, nil
}

func (s *Scanner) listColumns(ctx context.Context, a inventory.Asset) iter.Seq2[models.ColumnDefinitionable, error] {
	get := func(link string) (models.ColumnDefinitionCollectionResponseable, error) {
		keys := map[string]string{"site%2Did": strings.TrimPrefix(a.Place, listsPrefix), "list%2Did": a.VendorID}
		all := sites.NewItemListsItemColumnsRequestBuilderInternal(keys, s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, nil)
	}
	return explained(list[models.ColumnDefinitionable](s.graph, get), permSites)
}

// ours reports whether somebody chose to have a column. Every list has those
// of the system, and most have its Title, which says something once it was
// given another name.
func ours(c models.ColumnDefinitionable) bool {
	name := text(c.GetName())
	switch {
	case yes(c.GetHidden()), text(c.GetColumnGroup()) == "_Hidden":
		return false
	case yes(c.GetReadOnly()) && c.GetCalculated() == nil:
		return false
	case strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "_x"): // _x0023_ stands for "#"
		return false
	case name == "Title":
		return text(c.GetDisplayName()) != "Title"
	}
	return !slices.Contains([]string{"ContentType", "Attachments", "Author", "Editor", "Created", "Modified", "ID", "Edit", "DocIcon",
		"ItemChildCount", "FolderChildCount", "AppAuthor", "AppEditor", "ComplianceAssetId", "LinkTitle", "LinkTitleNoMenu"}, name)
}

func column(c models.ColumnDefinitionable) workbook.Column {
	out := workbook.Column{Heading: text(c.GetDisplayName()), Type: inventory.ColumnText}
	switch {
	case c.GetCalculated() != nil:
		out.Type, out.Formula = inventory.ColumnFormula, text(c.GetCalculated().GetFormula())
	case c.GetNumber() != nil, c.GetCurrency() != nil:
		out.Type = inventory.ColumnNumber
	case c.GetDateTime() != nil:
		out.Type = inventory.ColumnDate
	case c.GetBoolean() != nil:
		out.Type = inventory.ColumnBool
	case c.GetChoice() != nil:
		out.Choices = c.GetChoice().GetChoices()
	}
	return out
}

func yes(b *bool) bool { return b != nil && *b }

func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
