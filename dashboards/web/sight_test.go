package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// TestEveryMethodHasItsRule: with an embedded Source or Desk, a new method
// would be answered whole, to everybody, and nothing would say so.
func TestEveryMethodHasItsRule(t *testing.T) {
	for _, of := range []reflect.Type{reflect.TypeFor[sight](), reflect.TypeFor[ownDesk]()} {
		for i := range of.NumField() {
			if f := of.Field(i); f.Anonymous {
				t.Errorf("%s embeds %s", of, f.Name)
			}
		}
	}
}

// indexed is an inventory whose every record is found by any words, as if all
// names were in them.
type indexed struct{ aviary }

func (x indexed) Search(ctx context.Context, q inventory.Search) (inventory.Found, error) {
	q.Text = ""
	found, err := x.aviary.Search(ctx, q)
	found.Total = inventory.NewTotal(len(x.records), false)
	return found, err
}

// TestNamesAreNotFound: whoever does not see names cannot find out by searching
// whose a file is: not by what is found, nor by how many, nor by further pages.
func TestNamesAreNotFound(t *testing.T) {
	world := indexed{newAviary()}
	for _, c := range []struct {
		who, words string
		want       string
	}{
		{"partner", "Canaria", "[t/p/1 t/p/2] 2"}, // as the index has it
		{"editor", "Canaria", "[] 0"},
		{"editor", "marks canaria", "[] 0"},
		{"editor", `"ana canaria"`, "[] 0"},
		{"auditor", "bea canary", "[] 0"},   // an address in the path
		{"auditor", "c", "[t/p/1 t/p/2] 2"}, // the canary of marks-canary
		{"editor", "coll", "[] 0"},          // what stands for a name is not of the file
		{"editor", "MARKS canary of", "[t/p/1] 1"},
		{"editor", "fin grade", "[t/p/1 t/p/2] 2"},
		{"editor", `"final grad"`, "[] 0"},
		{"editor", `"Final grade"`, "[t/p/1 t/p/2] 2"},
		{"builder", "Canaria", "[t/p/1] 1"}, // it is hers
		{"stranger", "Canaria", "[] 0"},
	} {
		ctx := access.With(t.Context(), viewers()[c.who])
		found, err := sight{world, world}.Search(ctx, inventory.Search{Text: c.words, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		ids := idsOf(found)
		for found.Next != "" {
			if found, err = (sight{world, world}).Search(ctx, inventory.Search{Text: c.words, Limit: 1, Cursor: found.Next}); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, idsOf(found)...)
		}
		if got := fmt.Sprint(ids, " ", found.Total.N); got != c.want || found.Total.More {
			t.Errorf("%s looks for %s: %s, want %s", c.who, c.words, got, c.want)
		}
	}
}

func idsOf(found inventory.Found) (ids []inventory.AssetID) {
	for _, r := range found.Records {
		ids = append(ids, r.Asset.ID)
	}
	return ids
}

// TestPagesOfWhatIsShown goes forth and back.
func TestPagesOfWhatIsShown(t *testing.T) {
	world := newAviary()
	world.records = nil
	for i := range 5 {
		world.records = append(world.records, gradebook(fmt.Sprintf("t/p/%d", i), "marks.xlsx"), gradebook(fmt.Sprintf("t/q/%d", i), "rota.xlsx"))
	}
	look, ctx := sight{indexed{world}, world}, access.With(t.Context(), viewers()["editor"])
	var pages []string
	for _, cursor := range []string{"", "2", "4", "1", "99"} {
		found, err := look.Search(ctx, inventory.Search{Text: "rota", Limit: 2, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, fmt.Sprintf("%v %q %q %d", idsOf(found), found.Previous, found.Next, found.Total.N))
	}
	want := []string{`[t/q/0 t/q/1] "" "2" 5`, `[t/q/2 t/q/3] "0" "4" 5`, `[t/q/4] "2" "" 5`, `[t/q/1 t/q/2] "0" "3" 5`, `[] "3" "" 5`}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, cursor := range []string{"-1", "x"} {
		if _, err := look.Search(ctx, inventory.Search{Text: "rota", Limit: 2, Cursor: cursor}); !errors.Is(err, inventory.ErrCursor) {
			t.Errorf("cursor %s: %v", cursor, err)
		}
	}
}

// ordered keeps how it was asked to sort.
type ordered struct {
	aviary
	by *inventory.Sort
}

func (o ordered) Search(ctx context.Context, q inventory.Search) (inventory.Found, error) {
	*o.by = q.Sort
	return o.aviary.Search(ctx, q)
}

// TestNamesDoNotSort: between which others a masked name stands tells of it.
func TestNamesDoNotSort(t *testing.T) {
	for who, want := range map[string]inventory.Sort{"partner": inventory.ByName, "editor": inventory.ByCertainty, "auditor": inventory.ByCertainty} {
		var by inventory.Sort
		p, err := New(Options{Source: ordered{newAviary(), &by}, Language: "en", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(access.As(viewers()[who], p))
		t.Cleanup(server.Close)
		status, body, _ := get(t, server, "/?show=all&sort=name")
		if status != 200 || by != want || strings.Contains(body, "sort=name") != (who == "partner") {
			t.Errorf("%s: status %d, sorted by %s", who, status, by)
		}
	}
	look, ctx := sight{newAviary(), newAviary()}, access.With(t.Context(), viewers()["editor"])
	for _, err := range look.Records(ctx, inventory.Filter{Text: "canaria"}) {
		if !errors.Is(err, inventory.ErrNotFound) {
			t.Errorf("records by text: %v", err)
		}
	}
}
