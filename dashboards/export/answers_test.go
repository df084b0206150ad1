package export

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// TestAnswers edits a list as people do: another order of rows and columns, a
// column gone, a note, a status in capitals.
func TestAnswers(t *testing.T) {
	rows := []Row{
		{ConversationID: "c1", AssetName: "one.xlsx", Status: inventory.Proposed, Since: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
		{ConversationID: "c2", AssetName: "two.xlsx", Status: inventory.Invited},
	}
	var b bytes.Buffer
	if err := XLSX(&b, len(rows), Given(rows), "Alder Bay"); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]string{"P3": " Talking", "S3": "=not a formula, she said"} {
		if err := f.SetCellStr(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.RemoveRow(sheet, 2); err != nil {
		t.Fatal(err)
	}
	if err := f.RemoveCol(sheet, "B"); err != nil {
		t.Fatal(err)
	}
	var edited bytes.Buffer
	if err := f.Write(&edited); err != nil {
		t.Fatal(err)
	}
	got, err := Answers(edited.Bytes())
	want := []Answer{{Line: 2, Conversation: "c2", Status: inventory.Talking, Was: inventory.Invited, Note: "=not a formula, she said"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}

	csv := "\ufeffstatus;conversation_id;note\nagreed;c2;'=1+1\n;;\n"
	got, err = Answers([]byte(csv))
	want = []Answer{{Line: 2, Conversation: "c2", Status: inventory.Agreed, Note: "=1+1"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("csv: %v (-want +got):\n%s", err, diff)
	}
	for _, bad := range []string{"", "a,b\n1,2\n", "PK\x03\x04 cut", "\"open"} {
		if got, err := Answers([]byte(bad)); err == nil {
			t.Errorf("%q gives %v", bad, got)
		}
	}
}
