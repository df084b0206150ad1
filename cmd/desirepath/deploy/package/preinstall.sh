#!/bin/sh
# Makes the account before files are unpacked that are its group's: as
# sysusers.conf says it, or by hand where there is no systemd.
set -e
getent passwd desirepath >/dev/null && exit 0
if command -v systemd-sysusers >/dev/null; then
  echo 'u desirepath - "desirepath" /var/lib/desirepath' | systemd-sysusers --replace=/usr/lib/sysusers.d/desirepath.conf -
else
  useradd --system --user-group --home-dir /var/lib/desirepath --no-create-home --shell /usr/sbin/nologin desirepath
fi
