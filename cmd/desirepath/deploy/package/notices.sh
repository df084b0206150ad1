#!/usr/bin/env bash
# Writes NOTICES.gz beside itself: the licences of everything that is linked into
# the program, Go itself included, as they ask for. go list knows what that is.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
{ echo "std $(go env GOVERSION) $(go env GOROOT)"
  go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/desirepath | sort -u; } |
  while read -r path version dir; do
    printf '%s %s\n\n' "$path" "$version"
    find "$dir" -maxdepth 1 -type f \( -iname 'licen*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'patents*' \) | sort | xargs -d '\n' cat
    printf '\n%.0s' 1 2; printf -- '-%.0s' {1..76}; printf '\n\n'
  done | gzip -9n > cmd/desirepath/deploy/package/NOTICES.gz
