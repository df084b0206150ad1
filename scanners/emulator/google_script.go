package emulator

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"
)

// typeScriptExport is what a script project can be had as.
// https://developers.google.com/workspace/drive/api/guides/ref-export-formats
const typeScriptExport = MIMEGoogleScript + "+json"

// export answers drive.files.export, for script projects alone. What is bound to a document is no file, and cannot be had.
func (g *google) export(c *call) (any, error) {
	it, err := g.item(g.viewer(c.who), c.PathValue("file"), true)
	switch {
	case err != nil:
		return nil, err
	case !strings.HasPrefix(it.MIME, "application/vnd.google-apps."):
		return nil, &googleError{http.StatusForbidden, "fileNotExportable", "Export only supports Docs Editors files.", ""}
	case it.MIME != MIMEGoogleScript || c.query.Get("mimeType") != typeScriptExport:
		return nil, &googleError{http.StatusBadRequest, "badRequest", "The requested conversion is not supported.", "convertTo"}
	}
	files := []object{}
	for _, f := range it.script() {
		files = append(files, object{"id": guid(it.ID, f.Name), "name": strings.TrimSuffix(f.Name, path.Ext(f.Name)), "type": f.kind(), "source": f.Source})
	}
	c.w.Header().Set("Content-Type", typeScriptExport)
	c.w.Header().Set("Content-Disposition", "attachment")
	return nil, json.NewEncoder(c.w).Encode(object{"files": files})
}

// script is the code of a project, nothing for one that was made without.
func (it Item) script() []ScriptFile {
	if it.Script == nil {
		return nil
	}
	return it.Script()
}

func (f ScriptFile) kind() string {
	switch {
	case f.Type != "":
		return f.Type
	case strings.HasSuffix(f.Name, ".html"):
		return "html"
	case strings.HasSuffix(f.Name, ".json"):
		return "json"
	}
	return "server_js"
}
