#!/bin/sh
# Ends what is at work when the package goes, not when a newer one takes its
# place: "remove" to dpkg, 0 to rpm. What does not end keeps no package from going.
set -e
case $1 in remove | 0) ;; *) exit 0 ;; esac
if [ -d /run/systemd/system ]; then
  systemctl disable --now desirepath.timer desirepath-serve.service || true
  systemctl stop desirepath.service 'desirepath-worker@*.service' || true
  systemctl disable desirepath-worker@.service || true # all of them
fi
