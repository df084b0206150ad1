#!/usr/bin/env bash
# Installs packages, looks, upgrades and removes them, each in a root that lies
# over this machine's like a film and is thrown away: nothing here changes.
# Takes root, and dpkg or rpm.
#   bash cmd/desirepath/deploy/package/try.sh PACKAGE.deb PACKAGE.rpm
set -euo pipefail

# inside is what is done with one package, as root of the film.
inside() {
  local kind=$1
  say() { echo "  $kind: $*"; }
  fail() { say "WRONG: $*"; exit 1; }
  is() { [ "$2" = "$3" ] || fail "$1 is $2, want $3"; }
  # What dpkg and rpm call the same thing; rpm knows nothing of the packages that dpkg installed.
  add() { if [ "$kind" = deb ]; then dpkg --force-confold -i /tmp/package; else rpm --nodeps --replacepkgs -U /tmp/package; fi; }
  remove() { if [ "$kind" = deb ]; then dpkg -r desirepath; else rpm -e desirepath; fi; }
  quietly() { "$@" > /tmp/log 2>&1 || { cat /tmp/log; fail "$*"; }; }

  quietly add
  getent passwd desirepath >/dev/null || fail "there is no account"
  is /etc/desirepath "$(stat -c '%U:%G %a' /etc/desirepath)" "root:desirepath 750"
  is desirepath.yaml "$(stat -c '%U:%G %a' /etc/desirepath/desirepath.yaml)" "root:desirepath 640"
  for unit in /usr/lib/systemd/system/desirepath*; do
    systemd-analyze verify "$unit" || fail "$unit"
    for named in $(sed -n 's/^ExecStart=\(\S*\).*--config \(\S*\)$/\1 \2/p' "$unit"); do
      [ -e "$named" ] || fail "$unit names $named, and it is not there"
    done
  done
  say "installed; $(desirepath version)"

  # A night as the unit has it, by the configuration that came along.
  sed -i 's|^sources: .*|sources: [{name: share, folder: {path: /srv/share}}]|' /etc/desirepath/desirepath.yaml
  mkdir -p /srv/share
  printf 'Volunteer,E-mail,Shift,Hours\nA,a@example.org,1,2\n' > /srv/share/volunteers.csv
  install -d -o desirepath -g desirepath -m 0750 /var/lib/desirepath # what StateDirectory= does
  night() { runuser -u desirepath -- /usr/bin/desirepath scan --config /etc/desirepath/desirepath.yaml; }
  say "$(night 2>&1 | head -n 1)"
  [ -s /var/lib/desirepath/desirepath.db ] || fail "the night left no inventory"

  [ "$kind" = rpm ] || is conffiles "$(dpkg-query -W -f '${Conffiles}\n' desirepath | grep -c /etc/desirepath/)" 2
  quietly add
  grep -q 'path: /srv/share' /etc/desirepath/desirepath.yaml || fail "the configuration was written over"
  say "upgraded; the configuration is as it was"

  quietly remove
  [ ! -e /usr/bin/desirepath ] && [ ! -e /usr/lib/systemd/system/desirepath.service ] || fail "the program is still there"
  [ -s /var/lib/desirepath/desirepath.db ] || fail "the inventory went with the program"
  ls /etc/desirepath/desirepath.yaml* >/dev/null || fail "the configuration went with the program"
  [ "$kind" = rpm ] || quietly dpkg --purge desirepath
  [ -s /var/lib/desirepath/desirepath.db ] || fail "the inventory went with the configuration"
  say "removed; the inventory stayed"
}

if [ "${1:-}" = --inside ]; then
  inside "$2"
  exit
fi
for package in "$@"; do
  kind=${package##*.}
  tool=$([ "$kind" = deb ] && echo dpkg || echo rpm)
  command -v "$tool" >/dev/null || { echo "$tool is not installed: $package was not tried"; continue; }
  echo "$package"
  film=$(mktemp -d)
  unshare --mount -- bash -euc '
    film=$4
    mount -t tmpfs none "$film"
    mkdir "$film/up" "$film/work" "$film/root"
    mount -t overlay none -o "lowerdir=/,upperdir=$film/up,workdir=$film/work" "$film/root"
    mount --rbind /dev "$film/root/dev"
    mount -t proc none "$film/root/proc"
    mount -t tmpfs none "$film/root/tmp"
    cp "$1" "$film/root/tmp/package"
    cp "$2" "$film/root/tmp/try.sh"
    chroot "$film/root" /bin/bash /tmp/try.sh --inside "$3"
  ' bash "$package" "$0" "$kind" "$film"
  rmdir "$film"
done
