package google

import (
	"errors"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// TestReasonsAreToldApart answers a listing with each of Google's words for no, and wants those that mean "later" to be asked again, and
// the others to be said in words with a remedy, at once.
func TestReasonsAreToldApart(t *testing.T) {
	cases := []struct {
		code   int
		reason string
		kind   error
		again  bool
		words  string
	}{
		{403, "rateLimitExceeded", nil, true, "fewer requests"},
		{403, "userRateLimitExceeded", nil, true, "fewer requests"},
		{403, "quotaExceeded", nil, true, "fewer requests"},
		{429, "rateLimitExceeded", nil, true, "fewer requests"},
		{429, "RATE_LIMIT_EXCEEDED", nil, true, "fewer requests"},
		{503, "backendError", nil, true, "503 (backendError)"},
		{500, "internalError", nil, true, "500 (internalError)"},
		{403, "dailyLimitExceeded", nil, false, "tomorrow"},
		{403, "accessNotConfigured", inventory.ErrNotPermitted, false, "gcloud services enable drive.googleapis.com"},
		{403, "SERVICE_DISABLED", inventory.ErrNotPermitted, false, "gcloud services enable drive.googleapis.com"},
		{403, "insufficientPermissions", inventory.ErrNotPermitted, false, "drive.metadata.readonly is missing"},
		{403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", inventory.ErrNotPermitted, false, "drive.metadata.readonly is missing"},
		{403, "domainPolicy", inventory.ErrNotPermitted, false, "switched off for this person"},
		{403, "insufficientFilePermissions", inventory.ErrNotPermitted, false, "may not see"},
		{403, "cannotDownloadAbusiveFile", inventory.ErrUnreadable, false, "harmful"},
		{403, "fileNotDownloadable", inventory.ErrUnreadable, false, "downloaded"},
		{403, "downloadQuotaExceeded", nil, false, "just now"},
		{403, "forbidden", inventory.ErrNotPermitted, false, "not permitted (forbidden)"},
		{401, "authError", inventory.ErrNotPermitted, false, "suspended"},
		{400, "badRequest", nil, false, "400 (badRequest)"},
		{404, "notFound", nil, false, "404 (notFound)"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			s := newScripted(t, answers{"/drive/v3/changes/startPageToken": refuses(c.code, c.reason)})
			_, err := pages(t, s.scanner(t), mine, "")
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want %q in it", err, c.words)
			}
			for _, kind := range []error{inventory.ErrNotPermitted, inventory.ErrUnreadable} {
				if errors.Is(err, kind) != (kind == c.kind) {
					t.Errorf("error %v is %v: %t", err, kind, errors.Is(err, kind))
				}
			}
			if again := len(s.asked) == 3; again != c.again { // the scripted scanner tries three times
				t.Errorf("asked %d times, again: %t", len(s.asked), c.again)
			}
		})
	}
}

// TestNewerErrorsAreUnderstoodToo reads the shape that Google's newer APIs refuse in.
func TestNewerErrorsAreUnderstoodToo(t *testing.T) {
	body := object{"error": object{"code": 403, "status": "PERMISSION_DENIED", "message": "no", "details": []any{
		object{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com"},
	}}}
	s := newScripted(t, answers{"/drive/v3/changes/startPageToken": always(403, body)})
	if _, err := pages(t, s.scanner(t), mine, ""); err == nil || !strings.Contains(err.Error(), "gcloud services enable") {
		t.Errorf("error %v", err)
	}
}
