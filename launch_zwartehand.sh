#!/bin/sh
# Starts Zwartehand, the owner's second bot, as a process of its own. It needs Redis: Omega's while that runs, or REDIS_URL.

set -u

main() {
  root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
  cd "$root" || exit 1
  case ${1:-} in
    --help | -h) exec sh scripts/node scripts/zwartehand.ts --help ;;
    '' | --detach | --stop) exec sh scripts/node scripts/zwartehand.ts "$@" ;;
    *) fail 2 "$1 is no option of launch_zwartehand.sh." './launch_zwartehand.sh --help shows what it takes.' ;;
  esac
}

# fail EXIT-CODE WHAT-HAPPENED WHAT-TO-DO
fail() {
  printf '✗ %s\n  → %s\n' "$2" "$3" >&2
  exit "$1"
}

main "$@"
