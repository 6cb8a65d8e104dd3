#!/bin/sh
# Makes Omega run day and night: from the start of the machine on, and again whenever it ends.

set -u

unit=omega-holding.service
unit_folder="$HOME/.config/systemd/user"

main() {
  root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
  case ${1:-} in
    systemd) with_systemd ;;
    cron) with_cron ;;
    --help | -h | help) usage ;;
    '') usage >&2; exit 2 ;;
    *) fail 2 "$1 is not a way to run day and night." 'scripts/start_24_7.sh --help lists them.' ;;
  esac
}

usage() {
  cat <<'END'
scripts/start_24_7.sh systemd   installs, enables and starts the systemd user unit omega-holding.service
scripts/start_24_7.sh cron      without systemd: starts Omega in the background at each start of the machine
END
}

# fail EXIT-CODE WHAT-HAPPENED WHAT-TO-DO
fail() {
  printf '✗ %s\n  → %s\n' "$2" "$3" >&2
  exit "$1"
}

with_systemd() {
  reach_systemd
  refuse_foreign_unit
  refuse_second_omega
  sh "$root/scripts/node" scripts/prepare.ts || exit $?
  install_unit
  systemctl --user daemon-reload && systemctl --user enable --now "$unit" ||
    fail 1 "systemd did not start $unit." "journalctl --user -u $unit tells why."
  echo "✓ $unit is enabled and started"
  ask_for_linger
  echo 'npm run status shows how it is; npm run stop ends it until the next start of the machine.'
}

# Under su and sudo the address of the user's systemd is missing from the environment.
reach_systemd() {
  command -v systemctl >/dev/null ||
    fail 1 'This machine has no systemd.' 'Without it: scripts/start_24_7.sh cron'
  if [ -z "${XDG_RUNTIME_DIR:-}" ] && [ -d "/run/user/$(id -u)" ]; then
    XDG_RUNTIME_DIR="/run/user/$(id -u)" && export XDG_RUNTIME_DIR
  fi
  systemctl --user show-environment >/dev/null 2>&1 ||
    fail 1 "The systemd of user $(id -un) cannot be reached." \
      'Log in as that user itself (ssh, not su), or without systemd: scripts/start_24_7.sh cron'
}

refuse_foreign_unit() {
  [ -e "$unit_folder/$unit" ] || return 0
  grep '^ExecStart=' "$unit_folder/$unit" | grep -qF "$root/" && return
  fail 1 "A $unit that starts something else lies in $unit_folder; it was not touched." \
    'Look at it, and move it away if it is no longer needed.'
}

refuse_second_omega() {
  systemctl --user is-active --quiet "$unit" && return
  sh "$root/scripts/node" scripts/status.ts --json >/dev/null 2>&1 || return 0
  fail 75 'Omega already runs here, started by hand.' 'Stop it first: npm run stop'
}

# Verified before it takes its place.
install_unit() {
  mkdir -p "$unit_folder" || exit 1
  scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
  escaped=$(printf '%s' "$root" | sed 's/%/%%/g; s/[&|\\]/\\&/g')
  sed "s|@ROOT@|$escaped|g" "$root/scripts/$unit" >"$scratch/$unit" || exit 1
  if command -v systemd-analyze >/dev/null; then
    systemd-analyze --user verify "$scratch/$unit" ||
      fail 1 'systemd refuses the unit; nothing was installed.' 'The lines above say why.'
  fi
  cp "$scratch/$unit" "$unit_folder/$unit" || fail 1 "$unit_folder/$unit cannot be written." 'See who owns that folder.'
  echo "✓ unit written: $unit_folder/$unit"
}

# Without linger systemd ends a user's services when the user logs out.
ask_for_linger() {
  [ "$(loginctl show-user "$(id -un)" --property=Linger --value 2>/dev/null)" = yes ] && return
  if loginctl enable-linger "$(id -un)" 2>/dev/null; then
    echo '✓ linger: it keeps running when you log out'
    return
  fi
  echo '! It would end when you log out. Type once:'
  echo "    sudo loginctl enable-linger $(id -un)"
}

with_cron() {
  line="@reboot cd '$root' && sh scripts/node scripts/start.ts --detach # omega-holding"
  escaped=$(printf '%s' "$line" | sed 's/%/\\%/g')
  command -v crontab >/dev/null ||
    fail 1 'This machine has no crontab.' "Let whatever starts programs here run: cd '$root' && sh scripts/node scripts/start.ts --detach"
  read_crontab
  if printf '%s\n' "$present" | grep -qxF "$escaped"; then echo '✓ the crontab already has it'; return; fi
  { [ -z "$present" ] || printf '%s\n' "$present"; printf '%s\n' "$escaped"; } | crontab - ||
    fail 1 'The crontab could not be written.' 'The line above says why.'
  printf '✓ in the crontab: %s\n' "$escaped"
  echo 'cron starts it with the machine, and not again when it ends. To start it now: npm start -- --detach'
}

# Whoever has none yet is told so by its name; after any other failure a new crontab could wipe out the one there is.
read_crontab() {
  present=$(crontab -l 2>/dev/null) && return
  why=$(LC_ALL=C crontab -l 2>&1 >/dev/null)
  case $why in
    *'no crontab for'*) present= ;;
    *) fail 1 "The crontab could not be read, so it was not touched: ${why:-crontab -l failed}" \
      'See what crontab -l says, and try again.' ;;
  esac
}

main "$@"
