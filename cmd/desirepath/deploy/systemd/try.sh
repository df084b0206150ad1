#!/usr/bin/env bash
# Boots systemd in a container whose root lies over this machine's like a film,
# installs a package there, and watches the units at work: a night, serve that
# is ready, reads its configuration, hangs and is started anew, and workers on
# PostgreSQL where that is installed. Nothing here changes. Takes root, dpkg and
# systemd-nspawn (package systemd-container); without them it says so and ends 0.
#   bash cmd/desirepath/deploy/systemd/try.sh PACKAGE.deb
set -euo pipefail

fail() { echo "  WRONG: $*"; exit 1; }

# comes waits until a command says what it should.
comes() {
  local want=$1 said=
  shift
  for _ in $(seq 300); do
    said=$("$@" 2>/dev/null || true)
    # shellcheck disable=SC2053 # it is a pattern
    [[ "$said" == $want ]] && return
    sleep 0.1
  done
  fail "$* says $said, not $want"
}

show() { systemctl show --value -p "$2" "$1"; }

# start does not wait for the job: the boot is one itself, and not over.
start() { systemctl --no-block start "$1"; comes "${2:-active}" show "$1" ActiveState; }

a_night() {
  systemctl --no-block start desirepath.service
  comes "*run 1 complete*" journalctl --no-pager -o cat -u desirepath.service
  comes success show desirepath.service Result
  echo "  desirepath.service: $(journalctl --no-pager -o cat -u desirepath.service | grep -m 1 complete)"
}

a_serve() {
  local unit=desirepath-serve.service pid
  start $unit
  comes "the next night begins*" show $unit StatusText
  systemctl --no-block reload $unit
  comes "*configuration was read again*" journalctl --no-pager -o cat -u $unit
  comes active show $unit ActiveState
  pid=$(show $unit MainPID)
  echo "  $unit: ready, reloaded, \"$(show $unit StatusText)\"; $(grep -h -E '^(CapEff|NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr -s '\t\n' '  ')"
  kill -STOP "$pid" # hangs
  comes 1 show $unit NRestarts
  comes active show $unit ActiveState
  [ "$(show $unit MainPID)" != "$pid" ] || fail "$unit hung and was not started anew"
  echo "  $unit: hung, and was started anew"
  systemctl --no-block stop $unit
  comes inactive show $unit ActiveState
}

some_workers() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
  [ -n "$bin" ] || { echo "  PostgreSQL is not installed: workers were not tried"; return; }
  install -d -o postgres /run/pg
  runuser -u postgres -- bash -c "cd /run/pg && $bin/initdb -D data -A trust >/dev/null && $bin/pg_ctl -D data -o '-k /run/pg -h 127.0.0.1' -l log -w start >/dev/null && $bin/createuser -h /run/pg desirepath && $bin/createdb -h /run/pg -O desirepath desirepath"
  sed -i 's|^store: .*|store: postgres://desirepath@127.0.0.1/desirepath\nscan: {workers: true}|' /etc/desirepath/desirepath.yaml
  start desirepath-worker@1.service
  start desirepath-worker@2.service
  runuser -u desirepath -- desirepath scan --config /etc/desirepath/desirepath.yaml >/run/night 2>&1 || { cat /run/night; fail "no night with workers"; }
  systemctl --no-block stop 'desirepath-worker@*.service'
  for n in 1 2; do
    comes inactive show "desirepath-worker@$n.service" ActiveState
    comes success show "desirepath-worker@$n.service" Result
  done
  echo "  desirepath-worker@1, @2: there, $(head -n 1 /run/night), and gone when asked to"
}

inside() {
  dpkg -i /opt/try/package.deb >/dev/null
  sed -i 's|^sources: .*|sources: [{name: share, folder: {path: /srv/share}}]|; s|^# schedule|schedule|' /etc/desirepath/desirepath.yaml
  mkdir -p /srv/share
  printf 'Volunteer,E-mail,Shift,Hours\nA,a@example.org,1,2\n' >/srv/share/volunteers.csv
  for unit in desirepath desirepath-serve desirepath-worker@; do # beginning within a boot, and not for minutes
    mkdir -p "/etc/systemd/system/$unit.service.d"
    printf '[Unit]\nDefaultDependencies=no\n[Service]\nRestartSec=1s\n' >"/etc/systemd/system/$unit.service.d/try.conf"
  done
  echo 'WatchdogSec=4s' >>/etc/systemd/system/desirepath-serve.service.d/try.conf
  systemctl daemon-reload
  a_night
  a_serve
  some_workers
  dpkg -r desirepath >/dev/null 2>&1
  [ -s /var/lib/desirepath/desirepath.db ] || fail "the inventory went with the program"
  echo "  all of it was seen"
}

if [ "${1:-}" = --inside ]; then
  inside
  exit
fi
for tool in systemd-nspawn dpkg; do
  command -v $tool >/dev/null || { echo "$tool is not installed: the units were not tried"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "not root: the units were not tried"; exit 0; }
film=$(mktemp -d)
echo "$1"
# shellcheck disable=SC2016
unshare --mount -- bash -euc '
  mount -t tmpfs none "$1"
  mkdir "$1/up" "$1/work" "$1/root"
  mount -t overlay none -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
  root=$1/root
  mkdir -p "$root/opt/try"
  cp "$2" "$root/opt/try/package.deb"
  cp "$3" "$root/opt/try/try.sh"
  : >"$root/etc/fstab"
  rm -f "$root/etc/machine-id"
  ln -s /dev/null "$root/etc/systemd/system/network-online.target" # there is no network in there
  printf "[Unit]\nDefaultDependencies=no\nAfter=dbus.service\nWants=dbus.service\n[Service]\nType=oneshot\nTimeoutStartSec=180\nExecStart=/bin/bash /opt/try/try.sh --inside\nStandardOutput=file:/opt/try/said\nStandardError=inherit\nExecStopPost=/bin/systemctl --no-block exit\n" >"$root/etc/systemd/system/try.service"
  timeout 240 systemd-nspawn -q -D "$root" --register=no --keep-unit --private-network -b -- --unit=try.service </dev/null >"$1/boot" 2>&1 || true
  cat "$root/opt/try/said" || tail "$1/boot"
  grep -q "all of it was seen" "$root/opt/try/said"
' bash "$film" "$1" "$0"
rmdir "$film"
