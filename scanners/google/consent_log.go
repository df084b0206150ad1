package google

import (
	"context"
	"fmt"
	"iter"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	reports "google.golang.org/api/admin/reports/v1"
)

// audit reads the audit log: first who gave an app access, then who took it back.
// https://developers.google.com/workspace/admin/reports/v1/appendix/activity/token
func (s *Scanner) audit(ctx context.Context, all apps) error {
	for _, name := range []string{"authorize", "revoke"} {
		for a, err := range s.events(ctx, name) {
			if err != nil {
				return fmt.Errorf("audit log: %w", explain(err, reports.AdminReportsAuditReadonlyScope))
			}
			for _, e := range a.Events {
				if e.Name == name {
					all.note(name, a.Actor.Email, moment(a.Id.Time), e)
				}
			}
		}
	}
	return nil
}

// events yields what people did of a kind, the latest first. Who is left out is not told of.
func (s *Scanner) events(ctx context.Context, name string) iter.Seq2[*reports.Activity, error] {
	call := s.clients.audit.Activities.List("all", "token").Context(as(ctx, s.o.Admin, reports.AdminReportsAuditReadonlyScope)).
		EventName(name).StartTime(s.o.Now().Add(-auditReach).UTC().Format(time.RFC3339)).MaxResults(1000).
		Fields("nextPageToken,items(id(time),actor(email),events(name,parameters(name,value,multiValue,multiMessageValue)))")
	return func(yield func(*reports.Activity, error) bool) {
		for sent := ""; ; {
			answer, err := call.Do()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, a := range answer.Items {
				known := a.Id != nil && a.Actor != nil && a.Actor.Email != ""
				if known && s.counts(a.Actor.Email) && !yield(a, nil) {
					return
				}
			}
			if answer.NextPageToken == "" {
				return
			}
			if answer.NextPageToken == sent {
				yield(nil, errSamePage)
				return
			}
			sent = answer.NextPageToken
			call.PageToken(sent)
		}
	}
}

// counts reports whether somebody is among the people of an app: nobody who is excluded or has left is.
func (s *Scanner) counts(address string) bool {
	at, _ := s.staff.of(address)
	return at == standing{}
}

// note takes one event to the app that it is about.
func (all apps) note(name, who string, at time.Time, e *reports.ActivityEvents) {
	var id, title string
	var scopes []string
	for _, p := range e.Parameters {
		switch p.Name {
		case "client_id":
			id = p.Value
		case "app_name":
			title = p.Value
		case "scope":
			scopes = append(scopes, p.MultiValue...)
		case "scope_data": // the same with the product that each is of; at times alone
			scopes = append(scopes, named(p.MultiMessageValue)...)
		}
	}
	switch {
	case id == "":
	case name == "revoke":
		if a := all[id]; a != nil {
			a.take(who, at)
		}
	default:
		a := all.of(id)
		if !at.Before(a.last) && title != "" {
			a.name = title
		}
		for _, scope := range scopes {
			a.scopes[scope] = true
		}
		a.give(who, at)
	}
}

// named are the scopes that messages name.
func named(messages []*reports.ActivityEventsParametersMultiMessageValue) (scopes []string) {
	for _, m := range messages {
		for _, p := range m.Parameter {
			if p.Name == "scope_name" && p.Value != "" {
				scopes = append(scopes, p.Value)
			}
		}
	}
	return scopes
}

// heldTokens reads, for everybody, which apps hold access to their data now.
// https://developers.google.com/workspace/admin/directory/reference/rest/v1/tokens/list
func (s *Scanner) heldTokens(ctx context.Context, all apps) error {
	for u, err := range s.users(ctx, userFields, false) {
		if err != nil {
			return err
		}
		if s.note(u) != (standing{}) {
			continue
		}
		answer, err := s.directory.Tokens.List(u.Id).Context(as(ctx, s.o.Admin, admin.AdminDirectoryUserSecurityScope)).
			Fields("items(clientId,displayText,scopes)").Do()
		if gone(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("tokens: %w", explain(err, admin.AdminDirectoryUserSecurityScope))
		}
		for _, t := range answer.Items {
			all.held(u.PrimaryEmail, t)
		}
	}
	return nil
}

// held notes a token: an app's access to somebody's data. When it got it is not told.
func (all apps) held(who string, t *admin.Token) {
	if t.ClientId == "" {
		return
	}
	a := all.of(t.ClientId)
	if a.name == "" {
		a.name = t.DisplayText
	}
	for _, scope := range t.Scopes {
		a.scopes[scope] = true
	}
	a.hold(who)
}
