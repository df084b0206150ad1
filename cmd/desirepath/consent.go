package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/microsoft"
)

type consentCmd struct {
	configFile
	Source string `help:"Only this source." placeholder:"NAME"`
}

// Run prints what an administrator is asked for. It asks no tenant anything.
func (cmd consentCmd) Run(a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	sources, err := pick(c, cmd.Source)
	if err != nil {
		return err
	}
	for i, s := range sources {
		if i > 0 {
			fmt.Fprintln(a.Out)
		}
		needs, err := a.needs(c, s)
		if err == nil {
			err = consent(a.Out, s, needs)
		}
		if err != nil {
			return configError{fmt.Errorf("source %s: %w", s.Name, err)}
		}
	}
	return nil
}

// needs are what a source needs for what is switched on, each once.
func (a *app) needs(c config.Config, s config.Source) ([]scanners.Need, error) {
	all, err := a.allNeeds(c, s)
	if err != nil {
		return nil, err
	}
	var needs []scanners.Need
	at := map[string]int{}
	for _, n := range all {
		key := n.Resource + " " + n.Name
		if i, ok := at[key]; ok {
			needs[i].Purpose += "; " + n.Purpose
			continue
		}
		at[key] = len(needs)
		needs = append(needs, n)
	}
	return needs, nil
}

// allNeeds wants nothing of a Microsoft tenant's credential: an administrator
// is asked to consent before there is a certificate.
func (a *app) allNeeds(c config.Config, s config.Source) ([]scanners.Need, error) {
	if m := s.Microsoft; m != nil {
		features := microsoftFeatures(m.Features)
		_, err := microsoft.ServiceOptions(s.Name, microsoftEndpoint(*m), features, c.Scan.Share)
		return microsoft.Needs(microsoft.Options{Features: features}), err
	}
	source, err := a.source(c, s, reader{}, nil)
	if err != nil {
		return nil, err
	}
	checker, ok := source.Scanner.(scanners.Checker)
	if !ok {
		return nil, nil
	}
	return checker.Needs(), nil
}

func consent(w io.Writer, s config.Source, needs []scanners.Need) error {
	switch {
	case s.Microsoft != nil:
		return consentMicrosoft(w, s, needs)
	case s.Google != nil:
		return consentGoogle(w, s, needs)
	}
	fmt.Fprintf(w, "%s: a folder. Let the account that runs desirepath read %s, and give it no right to write.\n", s.Name, s.Folder.Path)
	return nil
}

func consentMicrosoft(w io.Writer, s config.Source, needs []scanners.Need) error {
	var consented, granted []scanners.Need
	for _, n := range needs {
		if n.Grant == "" {
			consented = append(consented, n)
		} else {
			granted = append(granted, n)
		}
	}
	fmt.Fprintf(w, "%s: Microsoft 365. Application permissions of Microsoft Graph, all of them read-only, and no others:\n\n", s.Name)
	listNeeds(w, consented)
	if len(granted) > 0 {
		fmt.Fprint(w, "\nBesides, what no consent gives:\n\n")
		listNeeds(w, granted)
	}
	manifest, err := requiredAccess(consented)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n1. In the app registration's manifest, set:\n\n%s\n", manifest)
	if s.Microsoft.ClientID == "" {
		return nil // an emulator has no page to consent on
	}
	page, err := microsoft.ConsentURL(s.Microsoft.Endpoint, s.Microsoft.TenantID, s.Microsoft.ClientID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n2. Then an administrator who may consent for everybody opens:\n\n%s\n\nIt shows exactly this list. Whatever else it shows was added by somebody else.\n", page)
	return err
}

// requiredAccess is the part of an app registration's manifest that asks for
// the permissions.
func requiredAccess(needs []scanners.Need) (string, error) {
	type access struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	type resource struct {
		AppID  string   `json:"resourceAppId"`
		Access []access `json:"resourceAccess"`
	}
	of := []resource{{AppID: microsoft.GraphID}}
	for _, n := range needs {
		if n.ID == "" {
			continue
		}
		id := cmp.Or(n.Resource, microsoft.GraphID)
		i := slices.IndexFunc(of, func(r resource) bool { return r.AppID == id })
		if i < 0 {
			i, of = len(of), append(of, resource{AppID: id})
		}
		of[i].Access = append(of[i].Access, access{n.ID, "Role"})
	}
	text, err := json.MarshalIndent(map[string][]resource{"requiredResourceAccess": of}, "", "  ")
	return string(text), err
}

func listNeeds(w io.Writer, needs []scanners.Need) {
	for _, n := range needs {
		also := ""
		if n.Optional {
			also = " (may be left out)"
		}
		name := n.Name
		if n.Resource == microsoft.SharePointID {
			name += " of SharePoint"
		}
		fmt.Fprintf(w, "- %s%s: %s. Without it %s.\n", name, also, n.Purpose, n.Cost)
		if n.Grant != "" {
			fmt.Fprintf(w, "  To give it, %s.\n", n.Grant)
		}
	}
}
