#!/usr/bin/env bash
# Builds the program twice, in two folders and with two caches, and compares
# the bytes. Takes some minutes: nothing is taken from an earlier build.
set -euo pipefail
cd "$(dirname "$0")/../../.."
commit=$(git rev-parse HEAD) # for both, whatever is committed meanwhile
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
for n in one two; do
  git archive --prefix="$n-$RANDOM/" "$commit" | tar -x -C "$work"
  (cd "$work/$n"-* && GOCACHE="$work/cache-$n" CGO_ENABLED=0 go build -p 2 -trimpath -buildvcs=false -ldflags="-s -w" -o "$work/$n" ./cmd/desirepath)
done
sha256sum "$work/one" "$work/two"
cmp "$work/one" "$work/two" && echo "the same bytes twice"
