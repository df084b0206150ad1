package main

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/desirepath/desirepath/"

// TestLayering holds the direction of dependencies: inventory imports nothing
// of ours; scanners, classify and dashboards know inventory and not each
// other; only cmd knows them all. The emulator knows nobody, or a mistake
// shared with a scanner would cancel out, and no scanner knows it: only the
// conformance suite brings the two together.
func TestLayering(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(strings.ReplaceAll(line, module, "~"))
		packages++
		for _, imported := range names[1:] {
			if strings.HasPrefix(imported, "~") && !allowed(names[0][1:], imported[1:]) {
				t.Errorf("%s must not import %s", names[0][1:], imported[1:])
			}
		}
	}
	if packages < 10 {
		t.Fatalf("only %d packages were looked at", packages)
	}
}

func allowed(from, to string) bool {
	room := func(p string) string { return strings.SplitN(p, "/", 2)[0] }
	switch {
	case room(from) == "cmd":
		return true
	case strings.HasPrefix(from, "scanners/emulator"):
		return strings.HasPrefix(to, "scanners/emulator")
	case from == "inventory":
		return false
	case to == "inventory":
		return true
	default:
		return room(from) == room(to) && (to != "scanners/emulator" || from == "scanners/scannertest")
	}
}
