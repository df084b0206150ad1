package google

import (
	"cmp"
	"strings"
	"time"

	"google.golang.org/api/drive/v3"

	"github.com/desirepath/desirepath/inventory"
)

// fileFields is what is asked of a file; Google sends nothing else.
const fileFields = "id,name,mimeType,trashed,parents,driveId,ownedByMe,createdTime,modifiedTime,size,md5Checksum," +
	"headRevisionId,shared,webViewLink,lastModifyingUser/emailAddress"

// Google's own types. https://developers.google.com/workspace/drive/api/guides/mime-types
const (
	nativePrefix = "application/vnd.google-apps."
	typeFolder   = nativePrefix + "folder"
)

// changeOf translates a file as its place shows it.
func changeOf(p inventory.Place, f *drive.File) inventory.Change {
	switch {
	case f.Trashed || !belongs(p, f):
		return inventory.Change{ID: f.Id, Removed: true}
	case f.MimeType == typeFolder:
		return inventory.Change{ID: f.Id, Folder: &inventory.Folder{ID: f.Id, Parent: parent(f), Name: f.Name}}
	default:
		return inventory.Change{ID: f.Id, Asset: assetOf(p, f)}
	}
}

// belongs reports whether a file is the place's own. The changes of a person also tell of files that others share with them, and of
// those they once owned: each file belongs to the drive of its owner, or to its shared drive, and to no other.
func belongs(p inventory.Place, f *drive.File) bool {
	if p.Kind == inventory.PlaceSharedDrive {
		return f.DriveId == p.ID
	}
	return f.OwnedByMe && f.DriveId == ""
}

func assetOf(p inventory.Place, f *drive.File) *inventory.Asset {
	a := &inventory.Asset{
		ID:       inventory.NewAssetID(p, f.Id),
		Tenant:   p.Tenant,
		Place:    p.ID,
		VendorID: f.Id,
		Kind:     kindOf(f.Name, f.MimeType),
		Name:     f.Name,
		Parent:   parent(f),
		URL:      f.WebViewLink,
		MIME:     f.MimeType,
		Revision: revision(f),
		Size:     f.Size,
		Created:  moment(f.CreatedTime),
		Modified: moment(f.ModifiedTime),
		Owner:    p.Owner,
		// Drive leaves it out in shared drives, whose members see everything.
		Shared: f.Shared || p.Kind == inventory.PlaceSharedDrive,
	}
	if f.Md5Checksum != "" {
		a.Hash = "md5:" + f.Md5Checksum
	}
	if f.LastModifyingUser != nil { // nobody when they were not signed in
		a.ModifiedBy = f.LastModifyingUser.EmailAddress
	}
	return a
}

func parent(f *drive.File) string {
	if len(f.Parents) == 0 {
		return ""
	}
	return f.Parents[0] // Drive has allowed one only since 2020
}

// revision changes whenever the content does. Not Drive's version: it counts every share and rename as well. What the content is says
// more than which upload it came with, and is known to Drive's exported inventory too.
func revision(f *drive.File) string {
	if strings.HasPrefix(f.MimeType, nativePrefix) {
		return f.ModifiedTime
	}
	return cmp.Or(f.Md5Checksum, f.HeadRevisionId, f.ModifiedTime)
}

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// kindOf tells what a file is: from its type when that is Google's own, else from its name, and from its type again when the name says nothing.
func kindOf(name, mime string) inventory.Kind {
	if native, ok := strings.CutPrefix(mime, nativePrefix); ok {
		return nativeKind(native)
	}
	if k := inventory.KindOfName(name); k != inventory.KindOther {
		return k
	}
	return inventory.KindOfName(ending(mime))
}

func nativeKind(native string) inventory.Kind {
	switch native {
	case "spreadsheet":
		return inventory.KindSheet
	case "form":
		return inventory.KindForm
	case "script":
		return inventory.KindScript
	case "site":
		return inventory.KindSite
	}
	return inventory.KindOther
}

// ending is the usual ending of names of files of a type, "" for types that do not matter here.
func ending(mime string) string {
	switch mime {
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return ".xlsx"
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.template":
		return ".xltx"
	case "application/vnd.ms-excel":
		return ".xls"
	case "application/vnd.oasis.opendocument.spreadsheet":
		return ".ods"
	case "text/csv":
		return ".csv"
	case "text/tab-separated-values":
		return ".tsv"
	}
	// Types with macros differ in case between programs that write them.
	switch strings.ToLower(mime) {
	case "application/vnd.ms-excel.sheet.macroenabled.12":
		return ".xlsm"
	case "application/vnd.ms-excel.sheet.binary.macroenabled.12":
		return ".xlsb"
	case "application/msaccess", "application/vnd.ms-access":
		return ".accdb"
	}
	return ""
}

// readName is the name under which a reader of files knows the format.
func readName(a inventory.Asset) string {
	if inventory.KindOfName(a.Name) == inventory.KindOther {
		return a.Name + ending(a.MIME)
	}
	return a.Name
}
