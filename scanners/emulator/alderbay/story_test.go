package alderbay

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"
)

func load(t *testing.T) *Story {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryWorkbookOpens(t *testing.T) {
	for _, a := range load(t).Assets {
		if a.Ext() != ".xlsx" || a.Broken != "" {
			continue
		}
		data, err := a.Content()
		if err != nil {
			t.Error(err)
			continue
		}
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", a.ID, err)
			continue
		}
		if len(f.GetSheetList()) == 0 {
			t.Errorf("%s: no sheets", a.ID)
		}
		f.Close()
	}
}

func TestEveryAssetHasContent(t *testing.T) {
	for _, a := range load(t).Assets {
		if a.Native() {
			if _, err := a.Grid(); err != nil {
				t.Error(err)
			}
			continue
		}
		if data, err := a.Content(); err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v", a.ID, len(data), err)
		}
	}
}
