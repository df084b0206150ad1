package emulator

import (
	"net/http"
	"net/url"
	"strings"
)

// resync is the answer to a cursor that has expired. The location starts again from scratch.
func resync(w http.ResponseWriter, r *http.Request) {
	plain := plainPath(r)
	query := plain.URL.Query()
	query.Del("token")
	writeResync(w, r, http.StatusGone, "resyncRequired", location(r, plain, query))
}

// resync words it as the service does at one time or another, by the cursor: whether the client is to drop what it has or to upload it, with
// or without where to begin, and as if the cursor were no cursor at all
// (https://learn.microsoft.com/graph/api/driveitem-delta, https://github.com/OneDrive/onedrive-sdk-csharp/issues/102).
func (g *graph) resync(w http.ResponseWriter, r *http.Request, p Place) {
	variants := []struct {
		status int
		code   string
		begins bool
	}{
		{http.StatusGone, "resyncRequired", true},
		{http.StatusGone, "resyncChangesApplyDifferences", true},
		{http.StatusGone, "resyncChangesUploadDifferences", true},
		{http.StatusGone, "resyncRequired", false},
		{http.StatusGone, "SyncStateNotFound", false},
		{http.StatusGone, "SyncStateInvalid", false},
		{http.StatusBadRequest, "invalidRequest", false},
	}
	v := variants[scramble(uint64(g.World.Epoch(p.ID)), requestKey(plainPath(r)))%uint64(len(variants))]
	begin := ""
	if v.begins {
		plain := plainPath(r)
		query := plain.URL.Query()
		query.Set("token", g.seal(deltaMark{Place: p.ID, Epoch: g.World.Epoch(p.ID), Since: g.World.Seq(p.ID), Listing: true}))
		begin = location(r, plain, query)
	}
	writeResync(w, r, v.status, v.code, begin)
}

func location(r, plain *http.Request, query url.Values) string {
	at := baseURL(r) + plain.URL.EscapedPath()
	if len(query) > 0 {
		at += "?" + strings.ReplaceAll(query.Encode(), "%24", "$")
	}
	return at
}

func writeResync(w http.ResponseWriter, r *http.Request, status int, code, begin string) {
	if begin != "" {
		w.Header().Set("Location", begin)
	}
	message := "Resync required. Replace any local items with the server's version (including deletes)."
	if status == http.StatusBadRequest {
		message = "Parameter 'DeltaToken' not supported for this request."
	}
	writeGraphError(w, r, status, code, message)
}
