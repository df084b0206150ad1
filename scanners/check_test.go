package scanners_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/scanners"
)

// Who cannot reach a tenant is told of proxies and authorities; who cannot
// reach an emulator, that it does not run.
func TestReachSaysWhatToDo(t *testing.T) {
	for address, want := range map[string]string{
		"https://graph.microsoft.com/v1.0/users": "HTTPS_PROXY",
		"http://127.0.0.1:8365/v1.0/users":       "emulator",
	} {
		got := scanners.Reach(t.Context(), address, nowhere{}, time.Now)
		if len(got) != 1 || got[0].State != scanners.Failed || !strings.Contains(got[0].Remedy, want) {
			t.Errorf("%s: %+v", address, got)
		}
	}
}

type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }
