#!/bin/sh
# Starts Omega on a machine that may not even have Node: brings in what is missing, then does what `npm start` does.

set -u

main() {
  root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
  cd "$root" || exit 1
  case ${1:-} in
    --help | -h) usage && exit 0 ;;
    --once) need_node && exec npm start --silent -- --once ;;
    --detach) need_node && exec npm start --silent -- --detach ;;
    test) shift && need_node && exec npm test --silent -- "$@" ;;
    '') need_node && exec npm start --silent ;;
    *) fail 2 "$1 is no option of launch_factory.sh." './launch_factory.sh --help shows what it takes.' ;;
  esac
}

usage() {
  cat <<'USAGE'
launch_factory.sh: sets up what is missing, Node included, and starts Omega
  ./launch_factory.sh           in the foreground, until Ctrl-C
  ./launch_factory.sh --once    one heartbeat and one page, then it ends
  ./launch_factory.sh --detach  in the background, until npm run stop
  ./launch_factory.sh test      the tests, as npm test
USAGE
}

# fail EXIT-CODE WHAT-HAPPENED WHAT-TO-DO
fail() {
  printf '✗ %s\n  → %s\n' "$2" "$3" >&2
  exit "$1"
}

# Any Node from 18 up with npm will do: scripts/node brings the right one itself.
need_node() {
  if has_node; then return; fi
  advice='Install Node 24 with npm (https://nodejs.org), and start again.'
  command -v apt-get >/dev/null || fail 1 'This machine has no Node with npm, and no apt-get to install one.' "$advice"
  as_root=
  if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    { [ -t 0 ] && command -v sudo >/dev/null; } || sudo -n true 2>/dev/null ||
      fail 1 'This machine has no Node with npm, and this user may not install one.' \
        'As root: apt-get install --no-install-recommends nodejs npm; then start again.'
  fi
  echo '  Node and npm: installing with apt-get' >&2
  { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends nodejs npm; } >&2 || fail 1 'apt-get could not install Node and npm; it says why above.' "$advice"
  has_node || fail 1 'apt-get installed Node and npm, but they do not run.' "$advice"
  echo "✓ Node $(node --version) and npm" >&2
}

has_node() {
  node --version >/dev/null 2>&1 && command -v npm >/dev/null
}

main "$@"
