package google

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A refusal is an error that Google answered with, in words that name neither a person nor an address with a token in it.
type refusal struct {
	words string
	kind  error // a sentinel, or nil
	cause *googleapi.Error
}

func (r *refusal) Error() string { return r.words }
func (r *refusal) Unwrap() []error {
	if r.kind == nil {
		return []error{r.cause}
	}
	return []error{r.kind, r.cause}
}

// explain puts an error of a call that was made with a scope into words that say what to do.
func explain(err error, scope string) error {
	var answer *googleapi.Error
	if !errors.As(err, &answer) {
		return wire.Clean(err)
	}
	r := &refusal{cause: answer}
	switch why := reason(answer); {
	case answer.Code == 401:
		r.kind, r.words = inventory.ErrNotPermitted, "not permitted: Google takes no token for this person: the account is suspended, or has no Drive"
	case answer.Code == 429 || answer.Code == 403 && isPace(why):
		r.words = "Google asked for fewer requests until we gave up: run again later, or lower the share of the quota"
	case answer.Code == 403:
		r.kind, r.words = forbidden(why, scope)
	default:
		r.words = fmt.Sprintf("Google answered %d (%s)", answer.Code, why)
	}
	return r
}

// forbidden tells the 403s apart that will not pass by themselves soon.
// https://developers.google.com/workspace/drive/api/guides/handle-errors
func forbidden(why, scope string) (kind error, words string) {
	switch why {
	case "dailyLimitExceeded", "dailyLimitExceededUnreg":
		return nil, "the project's daily quota is used up: run again tomorrow, or ask for more in the Google Cloud console"
	case "accessNotConfigured", "SERVICE_DISABLED":
		return inventory.ErrNotPermitted, "not permitted: the API is switched off in the service account's project: " + enable(scope)
	case "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return inventory.ErrNotPermitted, fmt.Sprintf("not permitted: the scope %s is missing: %s", scope, delegate)
	case "domainPolicy":
		return inventory.ErrNotPermitted, "not permitted: Drive, or access of apps to it, is switched off for this person in the Admin console"
	case "cannotDownloadAbusiveFile":
		return inventory.ErrUnreadable, "unreadable: Google found the file harmful and does not hand it out"
	case "fileNotDownloadable", "cannotDownloadFile":
		return inventory.ErrUnreadable, "unreadable: its keeper does not let it be downloaded"
	case "exportSizeLimitExceeded":
		return inventory.ErrUnreadable, "unreadable: it is larger than Google exports"
	case "downloadQuotaExceeded":
		return nil, "it has been downloaded so often lately that Google hands it out to nobody just now: it is looked at again later"
	case "insufficientFilePermissions", "appNotAuthorizedToFile":
		return inventory.ErrNotPermitted, "not permitted: the person it is read as may not see this of the file"
	}
	return inventory.ErrNotPermitted, fmt.Sprintf("not permitted (%s): asked with the scope %s: if it was never granted, %s", why, scope, delegate)
}

// enable is what switches on the API that a scope is for.
func enable(scope string) string {
	name, service := API(scope)
	return fmt.Sprintf("enable the %s in the Google Cloud console under APIs & Services, or with gcloud services enable %s; it can take minutes to work", name, service)
}

// API is the one that a scope is for, by its name and by what gcloud calls it. It must be switched on in the service account's project.
func API(scope string) (name, service string) {
	switch short := strings.TrimPrefix(scope, "https://www.googleapis.com/auth/"); {
	case strings.HasPrefix(short, "admin."):
		return "Admin SDK API", "admin.googleapis.com"
	case strings.HasPrefix(short, "spreadsheets"):
		return "Google Sheets API", "sheets.googleapis.com"
	case strings.HasPrefix(short, "forms"):
		return "Google Forms API", "forms.googleapis.com"
	case strings.HasPrefix(short, "script"):
		return "Apps Script API", "script.googleapis.com"
	case strings.HasPrefix(short, "datastudio"):
		return "Looker Studio API", "datastudio.googleapis.com"
	case strings.HasSuffix(short, ".labels.readonly"):
		return "Drive Labels API", "drivelabels.googleapis.com"
	case strings.HasPrefix(short, "bigquery"), strings.HasPrefix(short, "cloud-platform"):
		return "BigQuery API", "bigquery.googleapis.com"
	}
	return "Google Drive API", "drive.googleapis.com"
}

// reason is the word that Google gives for an error.
func reason(e *googleapi.Error) string {
	if len(e.Errors) > 0 && e.Errors[0].Reason != "" && e.Errors[0].Reason != "forbidden" {
		return e.Errors[0].Reason
	}
	for _, d := range e.Details {
		if m, ok := d.(map[string]any); ok {
			if why, ok := m["reason"].(string); ok {
				return why
			}
		}
	}
	if len(e.Errors) > 0 {
		return cmp.Or(e.Errors[0].Reason, noReason)
	}
	return noReason
}

const noReason = "no reason given"
