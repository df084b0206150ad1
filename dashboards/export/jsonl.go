package export

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"

	"github.com/desirepath/desirepath/inventory"
)

// JSONL writes the inventory, one asset a line, in the order of records, which
// the store sorts by id. It holds no clock and no run: the same organisation
// gives the same bytes.
func JSONL(w io.Writer, records iter.Seq2[inventory.Record, error]) error {
	buffered := bufio.NewWriter(w)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	for r, err := range records {
		if err != nil {
			return err
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return buffered.Flush()
}
