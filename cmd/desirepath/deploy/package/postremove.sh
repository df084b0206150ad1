#!/bin/sh
# The inventory stays, and the account that owns it: conversations are kept
# nowhere else.
set -e
[ ! -d /run/systemd/system ] || systemctl daemon-reload
case $1 in purge | 0) ;; *) exit 0 ;; esac
[ ! -d /var/lib/desirepath ] || echo "desirepath: the inventory stays in /var/lib/desirepath"
