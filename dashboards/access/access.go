// Package access says who looks at the inventory, and what they may see of
// it. Names of people are shown only to those who need them for their part.
package access

import (
	"context"
	"net/http"
)

// A Role is the part somebody has in the portal.
type Role string

// The roles. One person can have several.
const (
	// Partner talks with builders: sees who keeps what, and decides.
	Partner Role = "partner"
	// Editor keeps the catalogue of systems: sees needs and verdicts, nobody's name.
	Editor Role = "editor"
	// Auditor checks what desirepath does: sees runs, coverage and who looked, nobody else's name.
	Auditor Role = "auditor"
	// Builder sees all that is known of what they built or keep, and has a say in it.
	Builder Role = "builder"
)

// Roles are all of them, in the order of the documentation.
func Roles() []Role { return []Role{Partner, Editor, Auditor, Builder} }

// A Viewer is who asks for a page. The zero Viewer is nobody and sees nothing.
type Viewer struct {
	Address string // folded; what the sign-on vouches for
	Name    string // as the sign-on gives it, for greeting only
	Roles   []Role
}

// Is tells whether the viewer has one of the roles.
func (v Viewer) Is(any ...Role) bool {
	for _, has := range v.Roles {
		for _, role := range any {
			if has == role {
				return true
			}
		}
	}
	return false
}

// First is the first of the roles that the viewer has, "" if none.
func (v Viewer) First(of []Role) Role {
	for _, role := range of {
		if v.Is(role) {
			return role
		}
	}
	return ""
}

// Here stands for whoever sits at this machine and has not said who they are.
const Here = "at this machine"

// SeesNames tells whether people other than the viewer are named to them.
func (v Viewer) SeesNames() bool { return v.Is(Partner) }

type viewerKey struct{}

// With gives a request's context its viewer.
func With(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// Of tells who asks; nobody when the context does not say.
func Of(ctx context.Context) Viewer {
	v, _ := ctx.Value(viewerKey{}).(Viewer)
	return v
}

// As gives every request the same viewer: whoever sits at this machine.
func As(v Viewer, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(With(r.Context(), v)))
	})
}
