package emulator

// aboutKnown is what Drive tells about itself here.
const aboutKnown = "kind,importFormats,exportFormats,maxUploadSize,user(kind,displayName,emailAddress,permissionId,me)"

// about tells who asks, and what documents of Google's are exported as. https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
func (g *google) about(c *call) (any, error) {
	if c.query.Get("fields") == "" {
		return nil, invalid("fields", "The 'fields' parameter is required for this method.")
	}
	office := "application/vnd.openxmlformats-officedocument."
	return object{
		"kind":          "drive#about",
		"importFormats": object{},
		"exportFormats": object{
			"application/vnd.google-apps.spreadsheet":  []string{office + "spreadsheetml.sheet", "application/x-vnd.oasis.opendocument.spreadsheet", "text/csv", "application/pdf"},
			"application/vnd.google-apps.document":     []string{office + "wordprocessingml.document", "application/vnd.oasis.opendocument.text", "text/plain", "application/pdf"},
			"application/vnd.google-apps.presentation": []string{office + "presentationml.presentation", "application/vnd.oasis.opendocument.presentation", "application/pdf"},
			"application/vnd.google-apps.drawing":      []string{"image/svg+xml", "image/png", "application/pdf"},
			"application/vnd.google-apps.script":       []string{"application/vnd.google-apps.script+json"},
		},
		"maxUploadSize": "5242880000000",
		"user":          object{"kind": "drive#user", "displayName": c.who.Name, "emailAddress": c.who.Address, "permissionId": permissionID(c.who.ID), "me": true},
	}, nil
}
