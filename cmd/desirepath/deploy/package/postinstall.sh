#!/bin/sh
# Makes the account. Nothing is started: there is no configuration yet.
set -e
systemd-sysusers desirepath.conf || true
chgrp desirepath /etc/desirepath || true
systemctl daemon-reload || true
echo "desirepath: copy an example from /usr/share/doc/desirepath/examples to /etc/desirepath/desirepath.yaml, then:"
echo "  desirepath doctor --config /etc/desirepath/desirepath.yaml"
echo "  systemctl enable --now desirepath.timer"
