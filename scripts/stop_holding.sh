#!/bin/sh
# Ends Omega: through systemd where its unit is up, else by asking, 25 s of patience, then KILL. Says what it ended;
# exit code 1 if a process or the lock remains. The same as npm run stop; --from-unit is systemd's own ExecStop.
exec sh "$(dirname -- "$0")/node" scripts/stop.ts "$@"
