package folder

import (
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// passing reports whether a file is there only while another is open or being
// written: owner files of Office and LibreOffice, and temporary ones.
func passing(name string) bool {
	switch {
	case strings.HasPrefix(name, "~$"), strings.HasPrefix(name, ".~lock."), strings.HasPrefix(name, "._"):
		return true
	case strings.HasPrefix(name, "~"):
		return strings.EqualFold(path.Ext(name), ".tmp")
	}
	return false
}

// housekeeping reports whether a folder belongs to the file system rather than
// to people: bins, and snapshots, which show every file once more for each day.
func housekeeping(name string) bool {
	if strings.HasPrefix(name, ".Trash") {
		return true
	}
	return slices.Contains([]string{
		"$recycle.bin", "recycler", "system volume information", "dfsrprivate", "lost+found",
		"#recycle", "#snapshot", "@eadir", "@recycle", "@recently-snapshot",
		".snapshot", ".snapshots", "~snapshot", ".zfs", ".ckpt",
		".dropbox.cache", ".tmp.drivedownload", ".tmp.driveupload",
	}, strings.ToLower(name))
}

// excluded tells the folders that the scope's rules exclude.
func (s *Scanner) excluded() func(p string) bool {
	rules := inventory.Scope{Exclude: inventory.Rules{Paths: s.Scope.Exclude.Paths}}
	return func(p string) bool {
		return len(rules.Exclude.Paths) > 0 && rules.ExcludesAsset(inventory.Asset{Path: path.Dir(p), Name: path.Base(p)})
	}
}
