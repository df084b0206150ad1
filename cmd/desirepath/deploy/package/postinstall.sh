#!/bin/sh
# What was at work goes on by the new program. Nothing is started: a
# configuration comes first.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart desirepath-serve.service 'desirepath-worker@*.service' || true
fi
case ${2:-$1} in
  configure | 1) ;; # the first installation, to dpkg and to rpm
  *) exit 0 ;;
esac
cat <<'END'
desirepath: name your sources in /etc/desirepath/desirepath.yaml, then
  desirepath doctor --config /etc/desirepath/desirepath.yaml
  systemctl enable --now desirepath.timer           # a scan every night, or
  systemctl enable --now desirepath-serve.service   # the portal, and with a schedule the nights
END
