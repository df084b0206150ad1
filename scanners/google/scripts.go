package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// typeProject is what Drive hands a standalone Apps Script project out as. Scripts that are bound to a spreadsheet, a form or a document
// are no files, and nobody but Apps Script hands them out: they stay unseen, but for what they leave in spreadsheets and in the audit log.
// https://developers.google.com/apps-script/guides/bound
const typeProject = nativePrefix + "script+json"

// projectLimit is the largest export that Drive makes.
const projectLimit = 10 << 20

// scripts looks into the standalone Apps Script projects that the drives hold.
func (s *Scanner) scripts() feature {
	return feature{
		on: s.o.Features.Scripts,
		needs: []scanners.Need{{Feature: "scripts", Name: scopeContent,
			Purpose: "what standalone Apps Script projects call; their code is looked through and not kept",
			Cost:    "scripts are listed by name, and none is looked into"}},
		reads:   []wire.Rule{admits(s.o.Endpoints.withDefaults().Drive, "files/*/export")},
		kinds:   []inventory.Kind{inventory.KindScript},
		scope:   scopeContent,
		inspect: s.script,
	}
}

// A project is an Apps Script project as Drive exports it.
type project struct {
	Files []struct {
		Name   string `json:"name"`
		Type   string `json:"type"` // server_js, html or json
		Source string `json:"source"`
	} `json:"files"`
}

// script reads what a project calls.
func (s *Scanner) script(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error) {
	resp, err := s.drive.Files.Export(d.Asset.VendorID, typeProject).Context(as(ctx, who, scopeContent)).Download()
	if err != nil {
		return inventory.Structure{}, notExported(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, projectLimit+1))
	switch {
	case err != nil:
		return inventory.Structure{}, fmt.Errorf("export: %w", err)
	case len(body) > projectLimit:
		return inventory.Structure{}, &workbook.Unreadable{Reason: "too-large", Detail: "the project has more than 10 MiB of code"}
	}
	var p project
	if err := json.Unmarshal(body, &p); err != nil {
		// The parser's own words may quote the code.
		return inventory.Structure{}, &workbook.Unreadable{Reason: "damaged", Detail: "its export is not that of a script project"}
	}
	st := outline(p, workbook.Meta{Format: "apps-script", Depth: d.Depth, Personal: s.o.Personal})
	st.BytesRead = int64(len(body))
	return st, nil
}

// notExported tells the refusals of an export that are about the project and not about us.
func notExported(err error) error {
	var answer *googleapi.Error
	if !errors.As(err, &answer) {
		return err
	}
	switch reason(answer) {
	case "exportSizeLimitExceeded":
		return &workbook.Unreadable{Reason: "too-large", Detail: "Drive exports no project of this size"}
	case "cannotExportFile", "fileNotExportable":
		return &workbook.Unreadable{Reason: "refused", Detail: "its owner lets nobody download it, or Drive does not export it"}
	}
	return err
}

// outline is what a project does, told from its code and its manifest.
func outline(p project, m workbook.Meta) inventory.Structure {
	m.Macros.Present = true
	var found sources
	for _, f := range p.Files {
		switch f.Type {
		case "server_js":
			m.Macros.Modules = append(m.Macros.Modules, f.Name)
			found.code(f.Source)
		case "html":
			m.Macros.Modules = append(m.Macros.Modules, f.Name)
		case "json":
			found.manifest(f.Source)
		}
	}
	m.Connections, m.ExternalLinks, m.Macros.Does = found.connections, found.links, found.does()
	return workbook.Build(nil, m)
}

// manifest notes what a project says of itself.
// https://developers.google.com/apps-script/manifest
func (f *sources) manifest(text string) {
	var m struct {
		Dependencies struct {
			EnabledAdvancedServices []struct {
				ServiceID string `json:"serviceId"`
			} `json:"enabledAdvancedServices"`
		} `json:"dependencies"`
		OauthScopes []string        `json:"oauthScopes"`
		Webapp      json.RawMessage `json:"webapp"`
	}
	if json.Unmarshal([]byte(text), &m) != nil {
		return // a manifest that nobody can read grants nothing either
	}
	for _, a := range m.Dependencies.EnabledAdvancedServices {
		f.connect(inventory.Connection{Kind: kindService, Target: "Google/" + a.ServiceID})
	}
	for _, scope := range m.OauthScopes {
		f.connect(permission(scope))
	}
	if len(m.Webapp) > 0 {
		f.connect(inventory.Connection{Kind: kindTrigger, Target: "web page"})
	}
}
