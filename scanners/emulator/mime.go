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
	switch strings.ToLower(path.Ext(it.Name)) {
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".xlsm":
		return "application/vnd.ms-excel.sheet.macroEnabled.12"
	case ".xlsb":
		return "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
	case ".xltx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.template"
	case ".xls":
		return "application/vnd.ms-excel"
	case ".ods":
		return "application/vnd.oasis.opendocument.spreadsheet"
	case ".csv":
		return "text/csv"
	case ".tsv":
		return "text/tab-separated-values"
	case ".txt":
		return "text/plain"
	case ".pdf":
		return "application/pdf"
	case ".zip":
		return "application/zip"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".pptx":
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	case ".html":
		return "text/html"
	case ".js":
		return "text/javascript"
	case ".json":
		return "application/json"
	case ".py":
		return "text/x-python"
	case ".sql":
		return "application/x-sql"
	case ".png":
		return "image/png"
	case ".jpg":
		return "image/jpeg"
	}
	return "application/octet-stream"
}
