#!/usr/bin/env bash
# Looks up known vulnerabilities of what is linked into the program. Those that
# vulnerabilities.allow (or the file ALLOW) names pass until their date. Without
# a way to the database (GOVULNDB is another, file:// too) it says so and ends 0:
# nothing was looked up.
#   bash cmd/desirepath/deploy/vulnerabilities.sh [BINARY]
set -euo pipefail
cd "$(dirname "$0")/../../.."
allow=${ALLOW:-cmd/desirepath/deploy/vulnerabilities.allow}
database=${GOVULNDB:-https://vuln.go.dev}
if ! curl -fsS -m 10 -o /dev/null "$database/index/db.json" 2>/dev/null; then
  echo "offline: $database cannot be reached, so that no vulnerability was looked up"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
binary=${1:-$work/desirepath}
[ -e "$binary" ] || CGO_ENABLED=0 go build -o "$binary" ./cmd/desirepath
go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 -db "$database" -mode binary -format json "$binary" > "$work/found.json"
bad=0
for id in $(tr -d ' \n' < "$work/found.json" | grep -o '"finding":{"osv":"GO-[0-9]*-[0-9]*"' | grep -o 'GO-[0-9-]*' | sort -u); do
  until=$(awk -v id="$id" '$1 == id { print $2 }' "$allow")
  if [ -z "$until" ]; then
    echo "$id: https://pkg.go.dev/vuln/$id"
    bad=1
  elif [[ "$(date -u +%F)" > "$until" ]]; then
    echo "$id: was allowed until $until; look at it again: https://pkg.go.dev/vuln/$id"
    bad=1
  else
    echo "$id: allowed until $until"
  fi
done
[ "$bad" = 0 ] && echo "no vulnerability that is not known and dated"
exit "$bad"
