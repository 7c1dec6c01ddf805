# shellcheck shell=bash disable=SC2154,SC2034 # run.sh gives and takes what is not assigned or used here
# What the installed service promises. Sourced by run.sh; each function is one test, and its output is shown when it fails.

installs() {
  g dpkg -i "/root/$(basename "$1")" && until_ok 20 active
}

ready_after_install() {
  until_ok 10 healthy || return
  [[ $(property StatusText) == "Listening on http://127.0.0.1:18789/;"* ]] || { property StatusText; return 1; }
  [ "$(property UnitFileState)" = enabled ] && [ "$(property NRestarts)" = 0 ] && [ "$(property WatchdogUSec)" = 1min ]
}

unprivileged() {
  local pid
  pid=$(property MainPID)
  [ "$(g stat -c %U "/proc/$pid")" = openclaw ] || return 1
  g grep -E '^Cap(Eff|Prm|Bnd):' "/proc/$pid/status" | grep -v '0000000000000000$' && return 1
  [ "$(g stat -c %a:%U /var/lib/openclaw)" = 700:openclaw ] && [ "$(g stat -c %a /var/lib/openclaw/gateway-token)" = 600 ]
}

no_words_from_systemd() { # what systemd itself has to say against the unit
  local said
  said=$(g journalctl -b --no-pager -o cat -u openclaw.service _COMM=systemd + _COMM='(openclaw)' | grep -iE 'already exists but|unknown|ignoring|obsolete' || true)
  [ -z "$said" ] || { echo "$said"; return 1; }
}

exposure() { # UNIT: at most 2.0 of 10
  local line score
  line=$(g systemd-analyze security --no-pager "$1" | tail -n 1)
  echo "$line"
  score=$(grep -oE '[0-9]+\.[0-9]' <<<"$line")
  [ -n "$score" ] && [ "${score/./}" -le 20 ]
}

units_verify() {
  local out
  out=$(g systemd-analyze verify --man=no openclaw.service openclaw.socket openclaw@anna.service 2>&1 | grep -F openclaw || true)
  [ -z "$out" ] || { echo "$out"; return 1; }
}

journal_fields() {
  local entry
  entry=$(g journalctl -u openclaw.service -o json --no-pager OPENCLAW_EVENT_ID=2001 -n 1)
  echo "$entry"
  grep -qF '"OPENCLAW_SUBSYSTEM":"hosting"' <<<"$entry" && grep -qF '"PRIORITY":"6"' <<<"$entry" &&
    grep -qF '"SYSLOG_IDENTIFIER":"openclaw"' <<<"$entry" && grep -qF '"OPENCLAW_ADDRESS":"http://127.0.0.1:18789/"' <<<"$entry" &&
    grep -qF '"_TRANSPORT":"journal"' <<<"$entry"
}

turn() { # a message is answered (by the scripted demo: no model server is in reach)
  oc agent --message "hello from the appliance" --session-key agent:main:appliance | tee /dev/stderr | grep . >/dev/null
}

reloads() {
  local pid before
  pid=$(property MainPID)
  before=$(date '+%F %T')
  sleep 1 # the journal is asked by the second
  oc config set logging.level debug || return
  g systemctl reload openclaw.service || return
  until_ok 10 logged "Took over the changed configuration" "$before" || return
  until_ok 10 active || return
  [ "$(property MainPID)" = "$pid" ] || { echo "another process than before"; return 1; }
}

survives_broken_config() {
  local pid code=0
  pid=$(property MainPID)
  g cp -p /var/lib/openclaw/openclaw.json /root/openclaw.json
  g sh -c 'echo "{ gateway: { port: " > /var/lib/openclaw/openclaw.json'
  g systemctl reload openclaw.service
  until_ok 10 logged "openclaw.json" || code=1
  until_ok 10 active || code=1
  healthy || code=1
  [ "$(property MainPID)" = "$pid" ] || code=1
  g systemctl restart openclaw.service && until_ok 10 healthy || code=1 # with the last good one
  g cp -p /root/openclaw.json /var/lib/openclaw/openclaw.json
  g systemctl reload openclaw.service
  return $code
}

drop_in() { # TEXT: for this boot only
  g mkdir -p /run/systemd/system/openclaw.service.d
  g sh -c "printf '[Service]\n$1\n' > /run/systemd/system/openclaw.service.d/test.conf"
  g systemctl daemon-reload
}

no_drop_in() {
  g rm -rf /run/systemd/system/openclaw.service.d
  g systemctl daemon-reload
  g systemctl restart openclaw.service
  until_ok 10 healthy || return
}

watchdog_restarts() {
  drop_in 'WatchdogSec=2\nTimeoutAbortSec=2\nRestartSec=0'
  g systemctl restart openclaw.service
  until_ok 10 healthy || return
  local pid
  pid=$(property MainPID)
  sleep 5 # two and a half periods: it is fed
  [ "$(property MainPID)" = "$pid" ] || { echo "restarted although it worked"; return 1; }
  g kill -STOP "$pid"
  until_ok 30 restarted_from "$pid" || return
  until_ok 10 healthy || return
  logged "Watchdog timeout" || { echo "no word of the watchdog"; return 1; }
  no_drop_in
}

restarted_from() { # PID
  local now
  now=$(property MainPID)
  [ "$now" != "$1" ] && [ "$now" != 0 ] && active
}

killed_restarts() {
  local pid
  pid=$(property MainPID)
  g kill -KILL "$pid"
  until_ok 30 restarted_from "$pid" || return
  until_ok 10 healthy || return
}

stops_in_time() {
  local began=$EPOCHSECONDS
  g systemctl stop openclaw.service || return
  [ "$(property Result)" = success ] && [ "$(property ExecMainStatus)" = 0 ] && [ $((EPOCHSECONDS - began)) -le 5 ] || return
  g systemctl start openclaw.service && until_ok 10 healthy || return
}

service_commands() { # openclaw gateway status|restart|stop|start, over D-Bus
  local before said
  until_ok 20 active || return
  before=$(property MainPID)
  said=$(oc gateway status --json) || { echo "$said"; return 1; }
  { grep -qF '"unit": "openclaw.service"' <<<"$said" && grep -qF '"manager": "system"' <<<"$said" && grep -qF '"state": "active"' <<<"$said" &&
    grep -qF "\"pid\": $before" <<<"$said" && grep -qF '"says": "Listening on http://127.0.0.1:18789/' <<<"$said"; } || { echo "$said"; return 1; }
  said=$(oc doctor) || { echo "$said"; return 1; }
  grep -qF "the gateway's service is active (running)" <<<"$said" || { echo "$said"; return 1; }
  # The service's own account may look, and is told who may do more.
  if said=$(oc gateway restart 2>&1); then echo "allowed to the account: $said"; return 1; fi
  { grep -qF 'sudo systemctl restart openclaw.service' <<<"$said" && [ "$(property MainPID)" = "$before" ]; } || { echo "$said"; return 1; }
  # Root needs neither --state-dir nor a home: the machine's unit is the one in use.
  { said=$(g openclaw gateway restart) && grep -qE '^restarted: active \(running\), process [0-9]+$' <<<"$said"; } || { echo "$said"; return 1; }
  [ "$(property MainPID)" != "$before" ] && until_ok 10 healthy || return
  g openclaw gateway stop && [ "$(property ActiveState)" = inactive ] || return
  g openclaw gateway stop || return # again: nothing to do, and no failure
  g openclaw gateway start && active && until_ok 10 healthy || return
  # Without the bus the answer of the gateway is left, and one sentence about the other.
  said=$(g env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere openclaw --state-dir /var/lib/openclaw gateway status) || { echo "$said"; return 1; }
  grep -qF 'service   none: there is no system bus' <<<"$said" || { echo "$said"; return 1; }
}

socket_activated() {
  g systemctl stop openclaw.service || return
  g systemctl start openclaw.socket || return
  [ "$(property ActiveState)" = inactive ] || return
  healthy || { echo "the first caller was not served"; return 1; }
  active || return
  # Restarted under fire: whoever calls waits, nobody is refused.
  local code=0 caller
  (for _ in $(seq 60); do answered || exit 1; sleep 0.02; done) &
  caller=$!
  for _ in 1 2 3; do g systemctl restart openclaw.service || code=1; done
  wait "$caller" || { echo "a caller was refused during a restart"; code=1; }
  g systemctl stop openclaw.socket openclaw.service
  g systemctl start openclaw.service && until_ok 10 healthy || code=1
  return $code
}

answered() { # a question; asked again, as browsers do, when the process went away before it had read it
  local code
  healthy
  code=$?
  case $code in
    52 | 56) healthy ;;
    *) return $code ;;
  esac
}

calls() { # FILE: one caller after the other until FILE.end is there, at most 1,500; what curl made of each goes to FILE
  local number
  for number in $(seq 1500); do
    if [ -e "$work/calls.end" ]; then break; fi
    answered 2>/dev/null
    echo "$number $?"
  done >"$1"
}

called_during() { # TEXT COMMAND…: no caller is refused while the command runs, four at a time; how many there were is told
  local callers=() number code=0 text=$1
  shift
  rm -f "$work"/calls*
  for number in 1 2 3 4; do
    calls "$work/calls.$number" &
    callers+=($!)
  done
  for number in 1 2 3 4; do until_ok 10 test -s "$work/calls.$number" || code=1; done
  "$@" || code=1
  until_ok 20 healthy || code=1
  touch "$work/calls.end"
  wait "${callers[@]}"
  cat "$work"/calls.[1-4] >"$work/calls"
  # 7: refused. 52 and 56: the process went while it had the connection, twice.
  echo "$text: $(wc -l <"$work/calls") callers, $(grep -c ' 7$' "$work/calls") refused, $(grep -cv ' 0$' "$work/calls") without an answer"
  ! grep -q ' 7$' "$work/calls" || code=1
  return $code
}

three_restarts() { local _; for _ in 1 2 3; do g systemctl restart openclaw.service || return; done; }

refuses_nobody() { # systemd keeps the listeners of a gateway that restarts (FDSTORE=1)
  [ "$(property NFileDescriptorStore)" -ge 1 ] || { echo "systemd keeps $(property NFileDescriptorStore) listeners"; return 1; }
  called_during "three restarts" three_restarts || return
  called_during "killed" killed_restarts || return
  # A kept listener does not decide where the next process listens, and does not stand in its way.
  oc config set gateway.port 18790 && g systemctl restart openclaw.service && until_ok 10 healthy 18790 || return
  ! healthy 18789 2>/dev/null || { echo "still on the port before"; return 1; }
  oc config unset gateway.port && oc config set gateway.bind lan && g systemctl restart openclaw.service && until_ok 10 healthy || return
  nsenter -t "$leader" -n -- sh -c 'grep -q "^ *[0-9]*: 00000000:4965 " /proc/net/tcp || grep -q ":4965 0000.* 0A " /proc/net/tcp6' || { echo "not on every address"; return 1; }
  oc config unset gateway.bind && g systemctl restart openclaw.service && until_ok 10 healthy || return
  g systemctl stop openclaw.service || return
  ! healthy 2>/dev/null || { echo "a stopped gateway still takes callers"; return 1; }
  g systemctl start openclaw.service && until_ok 10 healthy || return
}

tenant() {
  g sh -c 'echo OPENCLAW_GATEWAY_PORT=18801 > /etc/openclaw/anna.env'
  g systemctl start openclaw@anna.service || { g journalctl -u openclaw@anna.service --no-pager -n 20; return 1; }
  until_ok 10 healthy 18801 || return
  [ -L "$root/var/lib/openclaw-anna" ] && [ -s "$root/var/lib/private/openclaw-anna/gateway-token" ] || return
  ! cmp -s "$root/var/lib/private/openclaw-anna/gateway-token" "$root/var/lib/openclaw/gateway-token" || { echo "same token"; return 1; }
  g systemctl stop openclaw@anna.service
}

credential() { # a token by LoadCredential: used, and not written down
  g install -d -m 0700 /etc/credstore
  g sh -c 'printf appliance-credential-0123456789abcdef > /etc/credstore/openclaw.gateway-token'
  g systemctl restart openclaw.service && until_ok 10 healthy || return
  local code
  code=$(http -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer appliance-credential-0123456789abcdef' http://127.0.0.1:18789/v1/models)
  g rm -r /etc/credstore
  g systemctl restart openclaw.service && until_ok 10 healthy || return
  [ "$code" = 200 ] || { echo "answered $code"; return 1; }
}

for_one_person() {
  g systemctl stop openclaw.service
  g useradd --create-home bob
  g loginctl enable-linger bob
  local uid
  uid=$(g id -u bob)
  until_ok 20 g test -S "/run/user/$uid/systemd/private" || return
  local user=(g runuser -u bob -- env "XDG_RUNTIME_DIR=/run/user/$uid" systemctl --user)
  "${user[@]}" start openclaw.service || { "${user[@]}" status openclaw.service; return 1; }
  until_ok 10 healthy || return
  [ -s "$root/home/bob/.openclaw/gateway-token" ] || return
  # The same command restarts a person's own unit, by the private socket of that person's systemd.
  local before said
  before=$("${user[@]}" show openclaw.service -p MainPID --value)
  said=$(g runuser -u bob -- env HOME=/home/bob "XDG_RUNTIME_DIR=/run/user/$uid" openclaw gateway restart --json) || { echo "$said"; return 1; }
  { grep -qF '"manager": "user"' <<<"$said" && [ "$("${user[@]}" show openclaw.service -p MainPID --value)" != "$before" ]; } || { echo "$said"; return 1; }
  until_ok 10 healthy || return
  "${user[@]}" stop openclaw.service
  g loginctl disable-linger bob
  until_ok 20 g sh -c "! test -d /run/user/$uid" || return
  g userdel --remove bob
  g systemctl start openclaw.service
  until_ok 10 healthy || return
}
