#!/usr/bin/env bash
# Makes a Debian and an RPM package in dist/ and tries them where that can be
# done (try.sh, and try.sh of systemd). Takes the program that is named, or builds
# it. Without nfpm it says so and ends 0:
#   go install github.com/goreleaser/nfpm/v2/cmd/nfpm@latest
#   VERSION=1.2.3 bash cmd/desirepath/deploy/package/package.sh [BINARY]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
command -v nfpm >/dev/null || { echo "nfpm is not installed: no package was made"; exit 0; }
here=cmd/desirepath/deploy/package
mkdir -p dist
if [ $# -gt 0 ]; then
  install -m 0755 "$1" dist/desirepath
else
  CGO_ENABLED=0 go build -p 2 -trimpath -ldflags="-s -w" -o dist/desirepath ./cmd/desirepath
fi
bash "$here/notices.sh"
export VERSION=${VERSION:-0.0.1}
for packager in deb rpm; do
  nfpm package --config "$here/nfpm.yaml" --packager "$packager" --target dist
done
if command -v lintian >/dev/null; then
  # Go links statically; the program explains itself (--help) and the history is in the repository.
  lintian --fail-on error --allow-root --suppress-tags statically-linked-binary,no-changelog,no-manual-page "dist/desirepath_${VERSION}_"*.deb
fi
[ "$(id -u)" = 0 ] || { echo "not root: the packages were not installed anywhere"; exit 0; }
bash "$here/try.sh" "dist/desirepath_${VERSION}_"*.deb "dist/desirepath-${VERSION}-1."*.rpm
bash cmd/desirepath/deploy/systemd/try.sh "dist/desirepath_${VERSION}_"*.deb
