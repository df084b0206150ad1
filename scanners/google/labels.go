package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// scopeLabels reads which labels there are. Which of them a file has, the scope for listings shows to whoever names them.
const scopeLabels = "https://www.googleapis.com/auth/drive.admin.labels.readonly"

// labels tells the labels of files by name, so that they can be left out by label.
func (s *Scanner) labels() feature {
	return feature{
		on: s.o.Features.Labels,
		needs: []scanners.Need{{Feature: "labels", Name: scopeLabels, Purpose: "which labels there are, and what they are called; asked for in the administrator's name",
			Cost: "no file is listed while the feature is on, because what is left out by its label could not be told"}},
		reads: []wire.Rule{admits(s.o.Endpoints.withDefaults().Labels, "v2/labels")},
	}
}

// A label is one of the domain's.
type label struct {
	title   string
	choices map[string]string // what can be chosen, by id
}

// labelBook is the domain's labels by id, read once for each listing of places.
type labelBook struct {
	mu  sync.Mutex
	now map[string]label
	err error // why they cannot be read: not asked again for every place
}

func (b *labelBook) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now, b.err = nil, nil
}

// labelsOf are the labels of the domain; none where the feature is off.
func (s *Scanner) labelsOf(ctx context.Context) (map[string]label, error) {
	if !s.o.Features.Labels {
		return nil, nil
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	if s.book.now != nil || s.book.err != nil {
		return s.book.now, s.book.err
	}
	all, err := s.readLabels(as(ctx, s.o.Admin, scopeLabels))
	if err != nil {
		err = fmt.Errorf("labels: %w", explain(err, scopeLabels))
		if ctx.Err() == nil {
			s.book.err = err
		}
		return nil, err
	}
	s.book.now = all
	return all, nil
}

// labelPage is what is read of a page of labels.
// https://developers.google.com/workspace/drive/labels/reference/rest/v2/labels
type labelPage struct {
	Next   string `json:"nextPageToken"`
	Labels []struct {
		ID         string `json:"id"`
		Properties struct {
			Title string `json:"title"`
		} `json:"properties"`
		Fields []struct {
			Selection struct {
				Choices []struct {
					ID         string `json:"id"`
					Properties struct {
						Name string `json:"displayName"`
					} `json:"properties"`
				} `json:"choices"`
			} `json:"selectionOptions"`
		} `json:"fields"`
	} `json:"labels"`
}

func (s *Scanner) readLabels(ctx context.Context) (map[string]label, error) {
	all := map[string]label{}
	ask := url.Values{"useAdminAccess": {"true"}, "publishedOnly": {"true"}, "view": {"LABEL_VIEW_FULL"}, "pageSize": {"200"}}
	for {
		var page labelPage
		if err := s.askLabels(ctx, ask, &page); err != nil {
			return nil, err
		}
		for _, l := range page.Labels {
			known := label{l.Properties.Title, map[string]string{}}
			for _, f := range l.Fields {
				for _, c := range f.Selection.Choices {
					known.choices[c.ID] = c.Properties.Name
				}
			}
			all[l.ID] = known
		}
		if page.Next == "" {
			return all, nil
		}
		if page.Next == ask.Get("pageToken") {
			return nil, errSamePage
		}
		ask.Set("pageToken", page.Next)
	}
}

func (s *Scanner) askLabels(ctx context.Context, ask url.Values, into *labelPage) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.o.Endpoints.withDefaults().Labels+"v2/labels?"+ask.Encode(), nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := googleapi.CheckResponse(resp); err != nil {
		return err
	}
	return json.NewDecoder(io.LimitReader(resp.Body, mostPage)).Decode(into)
}

// labelText is a file's labels by their names, such as "Confidentiality: Secret; Retention". Fields that hold texts, dates or people are
// values, which are not kept.
func labelText(book map[string]label, f *drive.File) string {
	if f.LabelInfo == nil {
		return ""
	}
	var out []string
	for _, l := range f.LabelInfo.Labels {
		known := book[l.Id]
		text := cmp.Or(known.title, l.Id)
		for _, name := range slices.Sorted(maps.Keys(l.Fields)) {
			for _, choice := range l.Fields[name].Selection {
				text += ": " + cmp.Or(known.choices[choice], choice)
			}
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// errBothLabels says that two features exclude each other.
var errBothLabels = errors.New("google: the exported inventory does not tell labels by name, so that what is left out by its label would be listed: switch either features.labels or features.inventory_export off")
