#!/bin/sh
# Shows Omega's page to your tailnet, over HTTPS and to nobody else: tailscale serve speaks to the edge's unix socket.
# Every step is looked at first; what is missing is told with its command, and nothing is half-done.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
warned_days=14

main() {
  case ${1:-on} in
    on) switch_on ;;
    off) switch_off ;;
    status) show_status ;;
    -h | --help | help) show_help ;;
    *)
      printf '✗ There is no %s.\n  → %s --help shows what there is.\n' "$1" "$0" >&2
      exit 2
      ;;
  esac
}

show_help() {
  cat <<END
ops/tailscale/serve.sh: Omega's page for your tailnet, and for nobody else
  on       looks whether all is there, then has Tailscale serve the page (unless said)
  off      ends that
  status   says whether it is served, and where
END
}

switch_on() {
  require_tailscale
  require_certificates
  require_place
  warn_of_key
  # Without a terminal it would wait for a consent that nobody can give.
  if ! said=$(tailscale serve --bg "unix:$socket" 2>&1 </dev/null); then
    case $said in
      *denied* | *operator* | *sudo*) missing "$said" "sudo tailscale set --operator=$(id -un)" ;;
      *localhost* | *scheme* | *invalid*)
        missing "This Tailscale cannot serve a unix socket: $said" "sudo tailscale update (1.94 can)"
        ;;
      *) missing "tailscale serve failed: $said" "tailscale serve status" ;;
    esac
  fi
  read_served
  [ "$proxy" = "unix:$socket" ] || missing "tailscale serve took it and does not show it" "tailscale serve status"
  [ -S "$socket" ] || printf '! Omega does not run, so there is nothing behind it yet: npm start\n'
  printf '✓ Your page: https://%s/\n' "$name"
}

switch_off() {
  require_command
  read_socket
  read_served
  case $proxy in
    "unix:$socket") ;;
    '') done_already "It is not served." ;;
    *) done_already "What is served at https port 443 is not Omega's; it was not touched." ;;
  esac
  said=$(tailscale serve --https=443 off 2>&1 </dev/null) ||
    missing "tailscale serve failed: $said" "sudo tailscale set --operator=$(id -un)"
  printf '✓ No longer served; on this machine the page is where it was.\n'
}

show_status() {
  require_tailscale
  read_socket
  read_served
  warn_of_key
  if [ "$proxy" != "unix:$socket" ]; then
    printf 'Not served to the tailnet.\n  → %s on\n' "$0"
    exit 1
  fi
  printf '✓ Served at https://%s/\n' "$name"
}

require_command() {
  command -v tailscale >/dev/null 2>&1 ||
    missing "Tailscale is not on this machine" "https://tailscale.com/download, then sudo tailscale up"
}

require_tailscale() {
  require_command
  said=$(ask tailscale status --json) || missing "Tailscale does not answer: $said" "sudo systemctl start tailscaled"
  facts=$(printf '%s' "$said" | read_facts status) ||
    missing "Tailscale's answer cannot be read" "sudo tailscale update"
  state=$(value_of state) name=$(value_of name) days=$(value_of days) certificates=$(value_of certificates)
  [ "$days" != over ] || missing "The key of this machine has expired" "sudo tailscale up --force-reauth"
  case $state in
    Running) ;;
    NeedsLogin) missing "Tailscale is not signed in" "sudo tailscale up" ;;
    NeedsMachineAuth) missing "This machine waits for approval" "https://login.tailscale.com/admin/machines" ;;
    Stopped) missing "Tailscale is switched off" "sudo tailscale up" ;;
    *) missing "Tailscale is not ready yet ($state)" "tailscale status, and this again in a minute" ;;
  esac
  [ -n "$name" ] || missing "This machine has no name in the tailnet" "https://login.tailscale.com/admin/dns, MagicDNS"
}

require_certificates() {
  [ "$certificates" = yes ] ||
    missing "HTTPS is not enabled in your tailnet" "https://login.tailscale.com/admin/dns, HTTPS Certificates"
}

# Nothing of somebody else's is replaced, and the internet is not let in.
require_place() {
  read_socket
  read_served
  [ "$funnel" = no ] || missing "Tailscale Funnel is on: it would show the page to the internet" "tailscale funnel reset"
  case $proxy in
    '' | "unix:$socket") ;;
    *) missing "Something else is served at https port 443 already: $proxy" "tailscale serve --https=443 off" ;;
  esac
}

warn_of_key() {
  [ -n "$days" ] || return 0
  [ "$days" -lt "$warned_days" ] || return 0
  printf '! The key of this machine ends in %s days; then the page is gone from your tailnet.\n' "$days"
  printf '  → https://login.tailscale.com/admin/machines, this machine, "Disable key expiry"\n'
}

read_socket() {
  facts=$(read_facts socket </dev/null) || exit 2
  socket=$(value_of socket)
}

read_served() {
  said=$(ask tailscale serve status --json) || missing "tailscale serve does not answer: $said" "sudo tailscale update"
  facts=$(printf '%s' "$said" | read_facts served) ||
    missing "What tailscale serve says cannot be read" "sudo tailscale update"
  proxy=$(value_of proxy) funnel=$(value_of funnel)
}

# A daemon that hangs must not hang this.
ask() {
  timeout 10 "$@" 2>&1 </dev/null
}

read_facts() {
  "$root/scripts/node" "$root/ops/tailscale/facts.ts" "$1"
}

value_of() {
  printf '%s\n' "$facts" | sed -n "s/^$1=//p"
}

missing() {
  printf '✗ %s\n  → %s\n' "$1" "$2" >&2
  exit 1
}

done_already() {
  printf '%s\n' "$1"
  exit 0
}

main "$@"
