package google

import (
	"cmp"
	"errors"
	"fmt"

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
	case answer.Code == 429:
		r.kind, r.words = forbidden("rateLimitExceeded", scope)
	case answer.Code == 403:
		r.kind, r.words = forbidden(why, scope)
	default:
		r.words = fmt.Sprintf("Google answered %d (%s)", answer.Code, why)
	}
	return r
}

// forbidden tells the 403s apart. https://developers.google.com/workspace/drive/api/guides/handle-errors
func forbidden(why, scope string) (kind error, words string) {
	switch {
	case isPace(why):
		return nil, "Google asked for fewer requests until we gave up: run again later, or lower the share of the quota"
	case why == "dailyLimitExceeded":
		return nil, "the project's daily quota is used up: run again tomorrow, or ask for more in the Google Cloud console"
	case why == "accessNotConfigured" || why == "SERVICE_DISABLED":
		return inventory.ErrNotPermitted, "not permitted: the API is switched off in the service account's project: enable the Drive, Sheets and Admin SDK APIs in the Google Cloud console under APIs & Services"
	case why == "insufficientPermissions" || why == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return inventory.ErrNotPermitted, fmt.Sprintf("not permitted: the scope %s is missing: %s", scope, delegate)
	case why == "cannotDownloadAbusiveFile":
		return inventory.ErrUnreadable, "unreadable: Google found the file harmful and does not hand it out"
	case why == "domainPolicy":
		return inventory.ErrNotPermitted, "not permitted: Drive, or access of apps to it, is switched off for this person in the Admin console"
	}
	return inventory.ErrNotPermitted, fmt.Sprintf("not permitted (%s): asked with the scope %s: if it was never granted, %s", why, scope, delegate)
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
