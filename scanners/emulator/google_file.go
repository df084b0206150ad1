package emulator

import (
	"path"
	"strconv"
	"strings"
	"time"
)

// The fields of a file: all there are, and those that are told when nothing in particular is asked for.
const (
	fileKnown = "appProperties,capabilities,clientEncryptionDetails,contentHints,contentRestrictions,copyRequiresWriterPermission,createdTime,description,downloadRestrictions," +
		"driveId,explicitlyTrashed,exportLinks,fileExtension,folderColorRgb,fullFileExtension,hasAugmentedPermissions,hasThumbnail,headRevisionId,iconLink,id,imageMediaMetadata," +
		"inheritedPermissionsDisabled,isAppAuthorized,kind,labelInfo,lastModifyingUser(" + driveUserKnown + "),linkShareMetadata,md5Checksum,mimeType,modifiedByMe,modifiedByMeTime,modifiedTime,name," +
		"originalFilename,ownedByMe,owners(" + driveUserKnown + "),parents,permissionIds,permissions(" + permissionKnown + "),properties,quotaBytesUsed,resourceKey,sha1Checksum,sha256Checksum,shared," +
		"sharedWithMeTime,sharingUser,shortcutDetails,size,spaces,starred,teamDriveId,thumbnailLink,thumbnailVersion,trashed,trashedTime,trashingUser,version,videoMediaMetadata," +
		"viewedByMe,viewedByMeTime,viewersCanCopyContent,webContentLink,webViewLink,writersCanShare"
	fileUsual      = "kind,id,name,mimeType"
	driveUserKnown = "displayName,emailAddress,kind,me,permissionId,photoLink"
)

// file shows what the mask wants of an item. Fields without a value are left out, as Google does.
func (v *viewer) file(it Item, m mask) object {
	if m == nil {
		m = fileMask()
	} else if below, all := m["*"]; all {
		whole := fileMask()
		for name := range whole {
			whole[name] = below
		}
		m = whole
	}
	out := make(object, len(m))
	for name, below := range m {
		v.put(out, name, it, below)
	}
	return out
}

// fileMask is every field of a file, and everything below it.
func fileMask() mask {
	m := known(fileKnown)
	for name := range m {
		m[name] = nil
	}
	return m
}

func (v *viewer) put(out object, name string, it Item, below mask) {
	p := v.place(it)
	value := v.common(name, it, p)
	if value == nil {
		value = v.ownership(name, it, p)
	}
	if value == nil && it.Content != nil {
		value = v.binary(name, it)
	}
	if value != nil {
		out[name] = below.apply(value)
	}
}

// common are the fields that every file has.
func (v *viewer) common(name string, it Item, p Place) any {
	switch name {
	case "kind":
		return "drive#file"
	case "id":
		return it.ID
	case "name":
		return shownName(it, p)
	case "mimeType":
		return it.MIME
	case "trashed":
		return it.Trashed
	case "explicitlyTrashed":
		return it.Explicit
	case "starred", "viewedByMe", "isAppAuthorized", "copyRequiresWriterPermission":
		return false
	case "modifiedByMe":
		return it.ModifiedBy == v.me.ID
	case "spaces":
		return []string{"drive"}
	case "version":
		return number(int64(it.Revision))
	case "quotaBytesUsed":
		return number(it.Size())
	case "webViewLink":
		return webView(it)
	case "createdTime":
		return googleTime(it.Created)
	case "modifiedTime":
		return googleTime(it.Modified)
	case "lastModifyingUser":
		return v.user(it.ModifiedBy)
	case "parents":
		return v.parents(it, p)
	case "capabilities":
		return v.capabilities(it, p)
	case "shortcutDetails":
		return v.shortcut(it)
	case "labelInfo":
		return v.labelInfo(it)
	}
	return nil
}

// ownership are the fields that differ between My Drives and shared drives: the latter have no owners, and do not say what is shared.
// https://developers.google.com/workspace/drive/api/guides/about-shareddrives
func (v *viewer) ownership(name string, it Item, p Place) any {
	if p.Kind == KindSharedDrive {
		switch name {
		case "driveId", "teamDriveId":
			return p.ID
		case "hasAugmentedPermissions":
			return len(it.Grants) > 0
		}
		return nil
	}
	switch name {
	case "owners":
		if owner := v.user(p.Owner); owner != nil {
			return []object{owner.(object)}
		}
	case "ownedByMe":
		return p.Owner == v.me.ID
	case "shared":
		return len(v.grants(it)) > 0
	case "writersCanShare":
		return true
	case "permissions":
		if v.role(it, p) != RoleRead {
			return v.permissions(it, p)
		}
	case "permissionIds":
		if v.role(it, p) != RoleRead {
			return idsOf(v.permissions(it, p))
		}
	case "sharedWithMeTime":
		if p.Owner != v.me.ID {
			return googleTime(it.Modified)
		}
	}
	return nil
}

// binary are the fields of files with bytes of their own, which Google's native types have not.
func (v *viewer) binary(name string, it Item) any {
	switch name {
	case "size":
		return number(it.Size())
	case "headRevisionId":
		return revisionID(it, it.Edition)
	case "originalFilename":
		return it.Name
	case "fileExtension":
		return strings.TrimPrefix(path.Ext(it.Name), ".")
	case "fullFileExtension":
		_, extension, _ := strings.Cut(it.Name, ".")
		return extension
	case "webContentLink":
		return "https://drive.google.example/uc?id=" + it.ID + "&export=download"
	}
	if name != "md5Checksum" && name != "sha1Checksum" && name != "sha256Checksum" {
		return nil
	}
	d, err := it.Content.Digests()
	if err != nil {
		return nil
	}
	return map[string]any{"md5Checksum": d.MD5, "sha1Checksum": d.SHA1, "sha256Checksum": d.SHA256}[name]
}

// shownName of a root is the drive's.
func shownName(it Item, p Place) string {
	if it.Parent != "" {
		return it.Name
	}
	if p.Kind == KindSharedDrive {
		return p.Name
	}
	return "My Drive"
}

// parents are hidden from those who see the file and not the folder.
func (v *viewer) parents(it Item, p Place) any {
	if it.Parent == "" {
		return nil
	}
	if p.Kind == KindMyDrive && p.Owner != v.me.ID {
		folder, ok := v.world.Item(p.ID, it.Parent)
		if !ok || v.role(folder, p) == "" {
			return nil
		}
	}
	return []string{it.Parent}
}

func (v *viewer) capabilities(it Item, p Place) any {
	role := v.role(it, p)
	writes := role != RoleRead && role != RoleComment
	return object{
		"canDownload": !it.Folder && !it.Malware, "canCopy": !it.Folder, "canEdit": writes, "canRename": writes, "canShare": writes,
		"canReadRevisions": writes && !it.Folder, "canListChildren": it.Folder, "canComment": role != RoleRead,
		"canTrash": role == RoleOwner || role == RoleOrganizer, "canDelete": role == RoleOwner || role == RoleOrganizer,
	}
}

func (v *viewer) shortcut(it Item) any {
	target, ok := v.world.findGoogleItem(it.Target)
	if it.Target == "" || !ok {
		return nil
	}
	return object{"targetId": target.ID, "targetMimeType": target.MIME}
}

// webView is below a reserved name, so that nothing in a demo leads to a real file.
func webView(it Item) string {
	switch it.MIME {
	case MIMEGoogleFolder:
		return "https://drive.google.example/drive/folders/" + it.ID
	case MIMEGoogleSheet:
		return "https://docs.google.example/spreadsheets/d/" + it.ID + "/edit?usp=drivesdk"
	case MIMEGoogleForm:
		return "https://docs.google.example/forms/d/" + it.ID + "/edit?usp=drivesdk"
	}
	return "https://drive.google.example/file/d/" + it.ID + "/view?usp=drivesdk"
}

func revisionID(it Item, edition int) string {
	return "0B" + strings.ReplaceAll(guid(it.ID, "revision", strconv.Itoa(edition)), "-", "")
}

// number is how Google writes 64-bit numbers.
func number(n int64) string { return strconv.FormatInt(n, 10) }

// googleTime is a time as Google writes it: with milliseconds.
func googleTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
