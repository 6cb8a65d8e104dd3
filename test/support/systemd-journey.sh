#!/bin/sh
# What an owner does with systemd, told as KEY=value lines: install, kill -9, start by hand beside it, stop.
# sh systemd-journey.sh FOLDER; run by user-systemd.sh.
set -u
cd "$1" || exit 1

omega() { sh scripts/node "scripts/$1.ts" >/dev/null 2>&1; }
main_pid() { systemctl --user show omega-holding.service --property=MainPID --value; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
until_all_ready() {
  tries=0
  until sh scripts/node scripts/status.ts --json 2>/dev/null | grep -o '"state":"ready"' | wc -l | grep -qx 4; do
    tries=$((tries + 1)) && [ "$tries" -lt 100 ] || return 1
    sleep 0.1
  done
}

sh scripts/start_24_7.sh systemd >install.log 2>&1
echo "install=$?"
echo "enabled=$(systemctl --user is-enabled omega-holding.service)"
until_all_ready
echo "ready=$?"

first=$(main_pid)
killed_at=$(now_ms)
kill -9 "$first"
until second=$(main_pid) && [ "$second" != 0 ] && [ "$second" != "$first" ]; do sleep 0.02; done
until_all_ready
echo "readyAgain=$?"
echo "restartMs=$(($(now_ms) - killed_at))"
echo "restarts=$(systemctl --user show omega-holding.service --property=NRestarts --value)"

omega start
echo "startBesideIt=$?"
sh scripts/start_24_7.sh systemd >/dev/null 2>&1
echo "installAgain=$?"
sh scripts/stop_holding.sh >stop.log 2>&1
echo "stop=$?"
echo "afterStop=$(systemctl --user show omega-holding.service --property=ActiveState,Result --value | tr '\n' ' ')"
omega status
echo "status=$?"

systemctl --user start omega-holding.service && until_all_ready
echo "startedBySystemd=$?"
systemctl --user stop omega-holding.service
echo "stoppedBySystemd=$(systemctl --user show omega-holding.service --property=ActiveState,Result --value | tr '\n' ' ')"

sed -i "s|^ExecStart=.*|ExecStart=/bin/sleep 9|" "$HOME/.config/systemd/user/omega-holding.service"
sh scripts/start_24_7.sh systemd >/dev/null 2>&1
echo "foreignUnit=$?"
echo "left=$(pgrep -f "$1/" | grep -vx $$ | wc -l)"
