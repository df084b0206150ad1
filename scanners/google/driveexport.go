package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// InventoryExport is the BigQuery dataset that Drive's inventory is exported to: everybody's files, whose drives then need not be asked
// in their names. It is a copy, made once a week or a day; whatever is looked into or observed is still asked of Drive.
// https://support.google.com/a/answer/15141054
type InventoryExport struct {
	Project, Dataset string
}

// The roles that the listing account needs in Google Cloud.
const (
	roleViewer = "roles/bigquery.dataViewer" // on the dataset
	roleAsker  = "roles/bigquery.jobUser"    // on the project
)

// driveExport lists drives from the exported inventory.
func (s *Scanner) driveExport() feature {
	x := s.o.Features.InventoryExport
	if x == (InventoryExport{}) {
		return feature{}
	}
	return feature{
		on: true,
		needs: []scanners.Need{
			{Feature: "inventory export", Name: roleViewer,
				Purpose: "read the inventory of Drive that is exported to the dataset " + x.Dataset + " of the project " + x.Project, Cost: "no file in anybody's drive is seen while the feature is on"},
			{Feature: "inventory export", Name: roleAsker,
				Purpose: "ask BigQuery for it in the project " + x.Project + ", which pays for what its queries read", Cost: "no file in anybody's drive is seen while the feature is on"},
		},
		reads: s.warehouse().reads(),
	}
}

// An exported is what is known of the export as it is now. It holds a line for each drive and no file.
type exported struct {
	table    table
	snapshot int64 // when it was made, in microseconds since 1970: what Drive was like up to then
	slices   []*slice
	drives   map[string]stretch // by the id of the drive or its owner, and by the owner's address
}

// A stretch is where the files of a drive lie.
type stretch struct {
	drive string // what the export calls it
	slice *slice
	from  int // its first row in the slice
	rows  int
}

// A slice is a part of the export that is sorted by one query. One query for all would be more than BigQuery sorts; one for each drive
// would read the whole export each time, and is paid for.
type slice struct {
	from, before string // the drives in it: ids from one up to below another; "" is no bound
	last         string // the last drive in it
	rows         int

	turn chan struct{} // held while it is asked for
	job  found         // the query that sorted it; without an ID it was not asked for yet
}

// sliceRows is about how many rows a slice has.
const sliceRows = 5_000_000

// export reads what there is, once for each listing of places.
type export struct {
	mu    sync.Mutex
	now   *exported
	err   error       // why there is none: not asked again for every place
	wider atomic.Bool // the narrower scope was refused
}

// forget makes the next question read the export's state anew.
func (x *export) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.now, x.err = nil, nil
}

func (s *Scanner) exported(ctx context.Context) (*exported, error) {
	s.export.mu.Lock()
	defer s.export.mu.Unlock()
	if s.export.now != nil || s.export.err != nil {
		return s.export.now, s.export.err
	}
	now, err := s.warehouse().read(ctx, cmp.Or(s.o.exportSlice, sliceRows))
	if err != nil {
		err = fmt.Errorf("exported inventory: %w", err)
		if ctx.Err() == nil {
			s.export.err = err
		}
		return nil, err
	}
	s.o.Log.InfoContext(ctx, "drives are listed from the exported inventory", "of", time.UnixMicro(now.snapshot).UTC(), "drives", len(now.drives))
	s.export.now = now
	return now, nil
}

// read finds the table, and where in it each drive's files are.
func (b warehouse) read(ctx context.Context, size int) (*exported, error) {
	t, err := b.table(ctx)
	if err != nil {
		return nil, err
	}
	x := &exported{table: t, drives: map[string]stretch{}}
	err = b.all(ctx, t.index(), func(r record) {
		x.add(r.text(0), r.text(1), int(r.number(2)), size)
		x.snapshot = max(x.snapshot, r.number(3))
	})
	switch {
	case err != nil:
		return nil, err
	case len(x.slices) == 0:
		return nil, errors.New("it is empty; Drive's first export can take days to come")
	}
	return x, nil
}

// add takes in the next drive; they come in the order of their ids.
func (x *exported) add(id, owner string, rows, size int) {
	last := len(x.slices) - 1
	if last < 0 || x.slices[last].rows >= size {
		next := &slice{turn: make(chan struct{}, 1)}
		if last >= 0 {
			next.from = between(x.slices[last].last, id)
			x.slices[last].before = next.from
		}
		x.slices, last = append(x.slices, next), last+1
	}
	in := x.slices[last]
	in.last = id
	at := stretch{id, in, in.rows, rows}
	in.rows += rows
	x.drives[id] = at
	if owner != "" {
		x.drives[inventory.FoldAddress(owner)] = at
	}
}

// between is as much of the second of two ids as tells it from the first: a bound names no drive, which might be excluded.
func between(a, b string) string {
	for i := range len(b) {
		if b[:i+1] > a {
			return b[:i+1]
		}
	}
	return b
}

// An exportPosition is what a cursor into the export says: which export, and how many of the place's files were listed.
type exportPosition struct {
	Export int64 `json:"export"`
	Listed int   `json:"listed"`
	Done   bool  `json:"done,omitempty"`
}

func (p exportPosition) cursor() inventory.Cursor {
	text, err := json.Marshal(p)
	if err != nil {
		return "" // numbers always marshal
	}
	return inventory.Cursor(text)
}

// exportPages yields the files of a drive as they were when the export was made; nothing, if that one was listed before. A new export is
// a listing from scratch.
func (s *Scanner) exportPages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		x, err := s.exported(ctx)
		if err != nil {
			yield(inventory.Page{}, err)
			return
		}
		var at exportPosition
		if since != "" && (json.Unmarshal([]byte(since), &at) != nil || at.Export != x.snapshot) {
			yield(inventory.Page{}, fmt.Errorf("%w: the inventory was exported anew", scanners.ErrCursorExpired))
			return
		}
		at.Export = x.snapshot
		in, named := x.place(p)
		if at.Done || !named {
			at.Done = true
			yield(inventory.Page{Next: at.cursor(), Complete: true}, nil)
			return
		}
		for {
			page, next, err := s.exportPage(ctx, p, x, in, at)
			if !yield(page, err) || err != nil || page.Complete {
				return
			}
			at = next
		}
	}
}

func (s *Scanner) exportPage(ctx context.Context, p inventory.Place, x *exported, in stretch, at exportPosition) (inventory.Page, exportPosition, error) {
	page := inventory.Page{Full: true}
	if n := min(in.rows-at.Listed, s.o.PageSize); n > 0 {
		rows, err := s.warehouse().part(ctx, x, in, at.Listed, n)
		if err != nil {
			return inventory.Page{}, at, fmt.Errorf("exported inventory: %w", err)
		}
		for _, r := range rows {
			if f := x.table.file(p, r); !f.Trashed { // which is gone when the listing is complete, and not before
				page.Changes = append(page.Changes, changeOf(p, f))
			}
		}
		at.Listed += len(rows)
	}
	at.Done = at.Listed >= in.rows
	page.Next, page.Complete = at.cursor(), at.Done
	return page, at, nil
}

// place is where a drive's files are. A drive that the export does not name has no file, or is not covered by it: a new one, or one of a unit
// that is left out. Nobody tells which, so that what is stored of it stays.
func (x *exported) place(p inventory.Place) (stretch, bool) {
	at, named := x.drives[p.ID]
	if !named && p.Owner != "" {
		at, named = x.drives[inventory.FoldAddress(p.Owner)]
	}
	return at, named
}

// part reads some rows of a slice, which is sorted first if it has not been.
func (b warehouse) part(ctx context.Context, x *exported, in stretch, from, n int) ([]record, error) {
	for try := 0; ; try++ {
		job, err := b.sorted(ctx, x, in.slice)
		if err != nil {
			return nil, err
		}
		a, err := b.rows(ctx, job, url.Values{"startIndex": {strconv.Itoa(in.from + from)}, "maxResults": {strconv.Itoa(n)}})
		switch {
		case gone(err) && try == 0: // BigQuery keeps what a query found for a day
			in.slice.drop(job)
			continue
		case err != nil:
			return nil, err
		case len(a.Rows) == 0 || slices.ContainsFunc(a.Rows, func(r record) bool { return r.text(0) != in.drive }):
			return nil, errExportedAnew
		}
		return a.Rows, nil
	}
}

var errExportedAnew = errors.New("the inventory was exported anew while it was read: run again")

// sorted is the query that sorted a slice. Drives that lie in the same slice wait for one another here alone.
func (b warehouse) sorted(ctx context.Context, x *exported, in *slice) (found, error) {
	select {
	case in.turn <- struct{}{}:
	case <-ctx.Done():
		return found{}, context.Cause(ctx)
	}
	defer func() { <-in.turn }()
	if in.job.Job.ID != "" {
		return in.job, nil
	}
	job, err := b.ask(ctx, x.table.files(x.snapshot, in))
	switch {
	case err != nil:
		return found{}, err
	case job.Total != int64(in.rows):
		return found{}, errExportedAnew
	}
	job.Rows = nil
	in.job = job
	return job, nil
}

func (in *slice) drop(job found) {
	in.turn <- struct{}{}
	defer func() { <-in.turn }()
	if in.job.Job.ID == job.Job.ID {
		in.job = found{}
	}
}

// fromExport reports whether a place's files are listed from the export.
func (s *Scanner) fromExport(p inventory.Place) bool {
	return s.o.Features.InventoryExport != (InventoryExport{}) && slices.Contains([]inventory.PlaceKind{inventory.PlaceMyDrive, inventory.PlaceSharedDrive}, p.Kind)
}

// costs are the bytes that BigQuery reads for one listing: every query reads the columns it names of the whole table.
func (b warehouse) costs(ctx context.Context, x *exported) (int64, error) {
	index, files := x.table.index(), x.table.files(x.snapshot, x.slices[0])
	index.DryRun, files.DryRun = true, true
	drives, err := b.ask(ctx, index)
	if err != nil {
		return 0, err
	}
	each, err := b.ask(ctx, files)
	return drives.Bytes + each.Bytes*int64(len(x.slices)), err
}

// checkExport looks whether the export is there and can be read.
func (s *Scanner) checkExport(ctx context.Context) ([]scanners.Check, error) {
	s.export.forget()
	x, err := s.exported(ctx)
	if err != nil {
		return nil, err
	}
	read, err := s.warehouse().costs(ctx, x)
	if err != nil {
		return nil, err
	}
	age := s.o.Now().Sub(time.UnixMicro(x.snapshot)).Truncate(time.Hour)
	c := scanners.Check{Feature: "inventory export", Need: "an inventory that is recent", State: scanners.Good,
		Found: fmt.Sprintf("%s of %v ago, with %d files; a listing of it makes BigQuery read about %s", x.table.name, age, x.table.rows, megabytes(read))}
	if age > staleExport {
		c.State, c.Cost, c.Remedy = scanners.Warning, "what people made since is not seen", "look in the Admin console, under Reporting > Data export, whether Drive's inventory is still exported"
	}
	return []scanners.Check{c}, nil
}

// staleExport is how old a weekly export never is.
const staleExport = 9 * 24 * time.Hour
