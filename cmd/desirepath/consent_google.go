package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/google"
)

// A googleAccount is one of the service accounts of a Workspace source.
type googleAccount struct {
	google.Credential
	does string                  // what it is for
	asks func(scope string) bool // whether it is the one that asks for a scope
}

// googleAccounts are the one that lists and, where there is one, the one that looks inside.
func googleAccounts(g config.Google) []googleAccount {
	listing := google.Credential{Principal: g.Principal, KeyFile: g.KeyFile}
	depth := google.Credential{Principal: g.DepthPrincipal, KeyFile: g.DepthKeyFile}
	if g.DepthPrincipal+g.DepthKeyFile == "" {
		return []googleAccount{{listing, "which lists and looks inside", func(string) bool { return true }}}
	}
	return []googleAccount{
		{listing, "which lists, and cannot look inside", func(scope string) bool { return !google.ForDepth(scope) }},
		{depth, "which looks inside", google.ForDepth},
	}
}

// scopes are those of some needs that this account asks for. What is granted in Google Cloud instead is no scope.
func (a googleAccount) scopes(needs []scanners.Need, optional bool) (out []string) {
	for _, n := range needs {
		if isScope(n) && n.Optional == optional && a.asks(n.Name) {
			out = append(out, n.Name)
		}
	}
	return out
}

func isScope(n scanners.Need) bool { return strings.HasPrefix(n.Name, "https://") }

// consentGoogle says what an administrator pastes where.
func consentGoogle(w io.Writer, s config.Source, needs []scanners.Need) error {
	fmt.Fprintf(w, "%s: Google Workspace. Scopes, and no others:\n\n", s.Name)
	listNeeds(w, needs)
	fmt.Fprint(w, "\nIn the Admin console, under Security > Access and data control > API controls > Domain-wide delegation > Add new:\n")
	accounts := googleAccounts(*s.Google)
	for _, a := range accounts {
		if err := a.paste(w, needs); err != nil {
			return err
		}
	}
	if len(accounts) == 1 {
		fmt.Fprint(w, "\nA delegation holds for everybody, not for the administrator alone: this account could read everybody's files. With a second service\n"+
			"account, as depth_service_account, the one that lists could not.\n")
	}
	return cloudGoogle(w, accounts, needs)
}

func (a googleAccount) paste(w io.Writer, needs []scanners.Need) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	if a.KeyFile == "" {
		client = "the number under \"Unique ID\" on the page of the service account " + a.Principal
	}
	fmt.Fprintf(w, "\nFor the account %s:\nClient ID: %s\nOAuth scopes: %s\n", a.does, client, strings.Join(a.scopes(needs, false), ","))
	if more := a.scopes(needs, true); len(more) > 0 {
		fmt.Fprintf(w, "and if you want it: %s\n", strings.Join(more, ","))
	}
	return nil
}

// cloudGoogle says what is to be done in Google Cloud.
func cloudGoogle(w io.Writer, accounts []googleAccount, needs []scanners.Need) error {
	fmt.Fprint(w, "\nIn Google Cloud, switch these APIs on in the project of each service account:\n\n")
	var services []string
	for _, n := range needs {
		switch {
		case isScope(n):
			_, service := google.API(n.Name)
			services = append(services, service)
		case strings.HasPrefix(n.Name, "roles/bigquery."):
			services = append(services, "bigquery.googleapis.com")
		}
	}
	if slices.ContainsFunc(accounts, func(a googleAccount) bool { return a.KeyFile == "" }) {
		services = append(services, "iamcredentials.googleapis.com") // which signs where there is no key
	}
	slices.Sort(services)
	fmt.Fprintf(w, "gcloud services enable %s\n", strings.Join(slices.Compact(services), " "))
	for _, a := range accounts {
		if a.KeyFile != "" {
			fmt.Fprintf(w, "\nThe account %s signs in with a key, which can be lost. Safer: let this machine's own account sign for it, and name it by its address.\n", a.does)
			continue
		}
		fmt.Fprintf(w, "\nLet this machine's own account sign for it, and nobody else:\n"+
			"gcloud iam service-accounts add-iam-policy-binding %s --role=roles/iam.serviceAccountTokenCreator --member=serviceAccount:THIS-MACHINE\n", a.Principal)
	}
	for _, n := range needs {
		if strings.HasPrefix(n.Name, "roles/") {
			fmt.Fprintf(w, "\nGrant the account %s the role %s: %s.\n", accounts[0].does, n.Name, n.Purpose)
		}
	}
	return nil
}
