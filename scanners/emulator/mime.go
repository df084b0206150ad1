package emulator

import (
	"path"
	"strings"
)

// Google's native types that the emulator knows by name.
const (
	MIMEGoogleFolder   = "application/vnd.google-apps.folder"
	MIMEGoogleSheet    = "application/vnd.google-apps.spreadsheet"
	MIMEGoogleForm     = "application/vnd.google-apps.form"
	MIMEGoogleScript   = "application/vnd.google-apps.script"
	MIMEGoogleSite     = "application/vnd.google-apps.site"
	MIMEGoogleShortcut = "application/vnd.google-apps.shortcut"
)

// mimeOf is the media type of an item that was given none: by the extension of its name. A table of our own, because the one of the
// mime package depends on the machine.
func mimeOf(suite string, it Item) string {
	if it.Folder {
		if suite == Google {
			return MIMEGoogleFolder
		}
		return ""
	}
	if it.Sheet != nil {
		return MIMEGoogleSheet
	}
	types := map[string]string{
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
		".xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
		".xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
		".xls":  "application/vnd.ms-excel",
		".ods":  "application/vnd.oasis.opendocument.spreadsheet",
		".csv":  "text/csv",
		".tsv":  "text/tab-separated-values",
		".txt":  "text/plain",
		".pdf":  "application/pdf",
		".zip":  "application/zip",
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
		".html": "text/html",
		".js":   "text/javascript",
		".json": "application/json",
		".py":   "text/x-python",
		".sql":  "application/x-sql",
		".png":  "image/png",
		".jpg":  "image/jpeg",
	}
	if t, ok := types[strings.ToLower(path.Ext(it.Name))]; ok {
		return t
	}
	return "application/octet-stream"
}
