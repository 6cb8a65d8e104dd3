#!/bin/sh
# Runs a command under a systemd user manager of its own, in a mount and cgroup namespace that nobody else sees:
# sh user-systemd.sh HOME COMMAND…   Needs root, unshare, systemd and dbus; exit code 77 where that cannot be had.
set -u

if [ "${INSIDE_NAMESPACE:-}" != yes ]; then
  [ "$(id -u)" = 0 ] && command -v unshare >/dev/null && [ -x /lib/systemd/systemd ] && command -v dbus-daemon >/dev/null || exit 77
  INSIDE_NAMESPACE=yes exec unshare --mount --cgroup sh "$0" "$@"
fi

home=$1 && shift
# A manager for a user runs only where it finds the system booted with systemd; here that is only this folder.
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/user/0 && chmod 700 /run/user/0 || exit 77
group=/sys/fs/cgroup/systemd/omega-test-$$
if [ -d /sys/fs/cgroup/systemd ]; then mkdir -p "$group" && echo $$ >"$group/cgroup.procs"; fi
export HOME="$home" XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus
unset INSIDE_NAMESPACE

/lib/systemd/systemd --user >"$home/systemd.log" 2>&1 &
manager=$!
tries=0
until systemctl --user show-environment >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 50 ] && kill -0 "$manager" 2>/dev/null || exit 77
  sleep 0.2
done

"$@"
code=$?
kill -TERM "$manager" 2>/dev/null
wait "$manager" 2>/dev/null
exit "$code"
