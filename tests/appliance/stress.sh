# shellcheck shell=bash disable=SC2154,SC2034 # run.sh gives and takes what is not assigned or used here
# What a box under the desk meets: no network, little memory, a clock that jumps, a plug that is pulled, packages that come and go.
# Sourced by run.sh.

lan_address() { http -o /dev/null -f http://127.0.0.1:18789/healthz && ip netns exec "$net" curl -sS -f -o /dev/null --max-time 5 http://10.77.0.1:18789/healthz; }

lan() { # the machine gets a second one beside it, at 10.77.0.2
  ip netns add "$net"
  ip link add "$net" type veth peer name lan0 netns "$leader" || return
  ip link set "$net" netns "$net"
  ip netns exec "$net" ip address add 10.77.0.2/24 dev "$net"
  ip netns exec "$net" ip link set lo up
  ip netns exec "$net" ip link set "$net" up
  g_net ip address add 10.77.0.1/24 dev lan0
  g_net ip link set lan0 up
}

network_after_start() { # started with nothing but loopback; a network comes, goes and comes again
  oc config set gateway.bind lan || return
  g systemctl restart openclaw.service
  until_ok 10 healthy || return
  lan || return
  until_ok 10 lan_address || return
  local pid
  pid=$(property MainPID)
  for _ in 1 2 3 4 5; do
    g_net ip link set lan0 down
    healthy || { echo "not answering on loopback without a network"; return 1; }
    g_net ip link set lan0 up
  done
  until_ok 10 lan_address || return
  g systemctl restart openclaw.service # and with a network from the start
  until_ok 10 lan_address || return
  [ "$pid" != 0 ]
}

trusted_on_the_lan() { # a browser elsewhere is sent to https, and whoever installed the authority sees no warning
  local away
  away=$(ip netns exec "$net" curl -sS --max-time 5 -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Accept: text/html' http://10.77.0.1:18789/)
  [ "$away" = "307 https://10.77.0.1:18789/" ] || { echo "a browser got: $away"; return 1; }
  [ "$(http -o /dev/null -w '%{http_code}' -H 'Accept: text/html' http://127.0.0.1:18789/)" = 200 ] || { echo "sent away from this machine"; return 1; }
  ip netns exec "$net" curl -sS -f --max-time 5 -o "$work/ca.crt" http://10.77.0.1:18789/openclaw-ca.crt || return
  ip netns exec "$net" curl -sS -f --max-time 5 --cacert "$work/ca.crt" -o /dev/null -w 'TLS %{ssl_verify_result} HTTP %{http_code}\n' https://10.77.0.1:18789/ || return
  local name
  name=$(g hostname)
  ip netns exec "$net" curl -sS -f --max-time 5 --cacert "$work/ca.crt" --resolve "$name.local:18789:10.77.0.1" -o /dev/null "https://$name.local:18789/" || return
  [ "$(stat -c %a "$root/var/lib/openclaw/secrets/tls/ca.key")" = 600 ]
}

first_visit() { # a browser elsewhere, the six digits of the journal, and nothing else
  local code answer page=(ip netns exec "$net" curl -sS -k --max-time 10 -H 'Content-Type: application/json')
  code=$(digits)
  [ -n "$code" ] || { echo "no digits in the journal"; return 1; }
  ! grep -rqF "$code" "$root/var/lib/openclaw/logs" || { echo "the digits are in the log file"; return 1; }
  "${page[@]}" https://10.77.0.1:18789/ | grep -F '<script src=/pair.js>' >/dev/null || { echo "no form"; return 1; }
  answer=$("${page[@]}" -H 'Origin: https://evil.example' -d "{\"code\":\"$code\"}" -o /dev/null -w '%{http_code}' https://10.77.0.1:18789/pair)
  [ "$answer" = 403 ] || { echo "another site got $answer"; return 1; }
  answer=$("${page[@]}" -H 'Origin: http://10.77.0.1:18789' -d "{\"code\":\"$code\"}" -o /dev/null -w '%{http_code}' http://10.77.0.1:18789/pair)
  [ "$answer" = 403 ] || { echo "in the clear: $answer"; return 1; }
  answer=$("${page[@]}" -H 'Origin: https://10.77.0.1:18789' -d "{\"code\":\"$code\"}" https://10.77.0.1:18789/pair)
  grep -qE '"bootstrapToken":"[A-Za-z0-9_-]{43}"' <<<"$answer" || { echo "got: $answer"; return 1; }
  answer=$("${page[@]}" -H 'Origin: https://10.77.0.1:18789' -d "{\"code\":\"$code\"}" -o /dev/null -w '%{http_code}' https://10.77.0.1:18789/pair)
  [ "$answer" = 403 ] || { echo "a second time: $answer"; return 1; }
}

g_net() { nsenter -t "$leader" -n -- "$@"; } # the machine has no ip(8)

no_network() {
  ip netns delete "$net" 2>/dev/null || true
}

memory_capped() { # 104 turns, eight at a time, in 128 MB
  local group=/sys/fs/cgroup/memory/edge-appliance-$$ pid peak killed failed=0 batch
  if [ -d /sys/fs/cgroup/memory ]; then
    # Version 1 gives a container no controller of its own: the limit is set from outside. Whoever starts the service is in the group
    # while it does, so that every page of the gateway is counted from its first on.
    mkdir "$group" && echo $((128 * 1024 * 1024)) >"$group/memory.limit_in_bytes" || return
    g systemctl stop openclaw.service
    echo "$leader" >"$group/cgroup.procs"
    g systemctl start openclaw.service
    echo "$leader" >/sys/fs/cgroup/memory/cgroup.procs
    [ "$(wc -l <"$group/cgroup.procs")" = 1 ] || { echo "not the gateway alone"; return 1; }
  else
    drop_in 'MemoryHigh=infinity\nMemoryMax=128M\nMemorySwapMax=0'
    g systemctl restart openclaw.service
  fi
  until_ok 10 healthy || return
  pid=$(property MainPID)
  for batch in $(seq 13); do
    local callers=() caller
    for caller in $(seq 8); do
      oc agent --message "turn $batch-$caller" --session-key "agent:main:memory-$caller" >/dev/null 2>>"$work/memory.log" &
      callers+=($!)
    done
    for caller in "${callers[@]}"; do wait "$caller" || failed=$((failed + 1)); done
  done
  if [ -d "$group" ]; then
    peak=$(($(cat "$group/memory.max_usage_in_bytes") / 1048576)) killed=$(grep -oE '^oom_kill [0-9]+' "$group/memory.oom_control")
    cp "/proc/$(cat "$group/cgroup.procs")/smaps_rollup" "$work/memory.smaps"
    grep -E '^(Pss|Private_Dirty):' "$work/memory.smaps"
  else
    peak=$(($(property MemoryPeak) / 1048576)) killed="oom_kill $(property NRestarts)"
  fi
  echo "104 turns, $failed failed, peak of the group $peak MB, $killed"
  [ "$(property MainPID)" = "$pid" ] || { echo "another process than before"; return 1; }
  [ "$failed" -eq 0 ] && [ "$killed" = "oom_kill 0" ]
}

memory_released() {
  if [ -d "/sys/fs/cgroup/memory/edge-appliance-$$" ]; then
    g systemctl stop openclaw.service
    until_ok 5 rmdir "/sys/fs/cgroup/memory/edge-appliance-$$" || return
    g systemctl start openclaw.service
    until_ok 10 healthy || return
  else
    no_drop_in
  fi
}

shutdown_waits() { # for a turn that runs, and for nothing before and after
  g systemd-run -q --unit=edge-silent --socket-property=ListenStream=127.0.0.1:9999 sleep infinity # a model server that takes the question and thinks
  oc config set models.providers.silent '{"api":"openai-completions","baseUrl":"http://127.0.0.1:9999/v1","models":[{"id":"model","name":"model"}]}' || return
  oc config set agents.defaults.model silent/model || return
  ! g systemd-inhibit --list --no-pager | grep -F OpenClaw || { echo "held without a turn"; return 1; }
  oc agent --message "think" --session-key agent:main:farewell >"$work/farewell.log" 2>&1 &
  local turn=$! code=0 refusal
  until_ok 10 held || { cat "$work/farewell.log"; g journalctl -u openclaw.service --no-pager -n 20; return 1; }
  g systemctl poweroff || return
  until_ok 4 logged ShuttingDown || { g journalctl --no-pager -n 20; return 1; }
  active || { echo "stopped although a turn runs"; return 1; }
  refusal=$(oc agent --message "one more" --session-key agent:main:late 2>&1) && code=1
  grep -qF 'restart in progress' <<<"$refusal" || { echo "a late turn got: $refusal"; code=1; }
  g systemctl stop edge-silent.socket edge-silent.service # the model is gone, and with it the turn: nothing holds the machine any more
  wait "$turn"
  local try
  for try in $(seq 300); do kill -0 "$supervisor" 2>/dev/null || break; sleep 0.1; done
  [ "$try" -lt 300 ] || { echo "the machine does not go down"; code=1; }
  halt
  boot || return
  until_ok 20 healthy || return
  oc config unset agents.defaults.model && oc config unset models.providers.silent || return
  until_ok 10 turn || return
  return $code
}

held() { # both, and as a delay only
  g systemd-inhibit --list --no-pager >"$work/held"
  grep -F OpenClaw "$work/held" | grep -F shutdown | grep -F delay >/dev/null && grep -F OpenClaw "$work/held" | grep -F sleep | grep -F delay >/dev/null
}

load_shed() { # in a group of its own, beside somebody who takes the memory: refused in time, and taken again afterwards
  local group=/sys/fs/cgroup/edge-strain-$$ home=$work/strain code=0 pid hog other port=18977
  if [ -d /sys/fs/cgroup/memory ]; then
    group=/sys/fs/cgroup/memory/edge-strain-$$
    mkdir "$group" && echo $((STRAIN_MB << 20)) >"$group/memory.limit_in_bytes" || return
  else
    mkdir "$group" && echo $((STRAIN_MB << 20)) >"$group/memory.max" || return
  fi
  mkdir -p "$home"
  # shellcheck disable=SC2016 # the inner shell's own arguments
  sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" env HOME="$home" OPENCLAW_STATE_DIR="$home/state" OPENCLAW_NO_MODEL_SEARCH=1 "$bin" gateway run --port $port >"$home/log" 2>&1 </dev/null &
  pid=$!
  if until_ok 20 strain_answers 200; then
    for _ in 1 2 3; do
      # tail keeps a line that does not end: anonymous memory up to eight megabytes below the limit, until it is killed.
      # shellcheck disable=SC2016
      sh -c 'echo $$ >"$0/cgroup.procs"; (head -c "$1" /dev/zero; exec sleep 60) | tail -n 1 >/dev/null' "$group" "$(strain_room "$group")" &
      hog=$!
      if until_ok 20 strain_answers 503 || kill -0 "$hog" 2>/dev/null; then break; fi
      echo "the kernel ended what fills the memory: the gateway took more than eight megabytes at that moment"
    done
    strain_answers 503 || { echo "never refused"; cat "$group"/memory.usage_in_bytes "$group"/memory.current 2>/dev/null; code=1; }
    curl -sS -D - -o "$home/body" -H "Authorization: Bearer $(cat "$home/state/gateway-token")" -d '{"model":"openclaw","messages":[{"role":"user","content":"hello"}]}' \
      "http://127.0.0.1:$port/v1/chat/completions" | grep -i '^retry-after: 5' >/dev/null || { echo "refused without saying when to come back"; code=1; }
    grep -qF memory_pressure "$home/body" || { echo "refused otherwise: $(cat "$home/body")"; code=1; }
    curl -sS -H "Authorization: Bearer $(cat "$home/state/gateway-token")" "http://127.0.0.1:$port/metrics" | grep -E '^openclaw_(memory|load)' || code=1
    while read -r other; do if [ "$other" != "$pid" ]; then kill -KILL "$other"; fi; done <"$group/cgroup.procs"
    wait "$hog" 2>/dev/null
    until_ok 20 strain_answers 200 || { echo "not taken again"; code=1; }
    kill -0 "$pid" || { echo "the gateway is gone"; code=1; }
  else
    cat "$home/log"; code=1
  fi
  kill -TERM "$pid" && wait "$pid"
  until_ok 5 rmdir "$group" || code=1
  return $code
}

strain_answers() { # CODE of a chat in the strained group
  [ "$(curl -sS -o /dev/null --max-time 10 -w '%{http_code}' -H "Authorization: Bearer $(cat "$work/strain/state/gateway-token")" \
    -d '{"model":"openclaw","messages":[{"role":"user","content":"hello"}]}' http://127.0.0.1:18977/v1/chat/completions)" = "$1" ]
}

strain_room() { # GROUP: what is left of it, without eight megabytes
  local used
  used=$(cat "$1/memory.usage_in_bytes" 2>/dev/null || cat "$1/memory.current")
  echo $(((STRAIN_MB << 20) - used - (8 << 20)))
}

clock_jumps() { # a Pi without a battery: years forward when the time server answers, and back
  local library jump
  library=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
  [ -n "$library" ] || { echo "libfaketime is not installed"; return 1; }
  install -m 0755 "$library" "$root/usr/lib/edge-test-faketime.so"
  echo '+0' >"$root/etc/edge-test-clock"
  # The unit forbids it nothing: a library that is preloaded, and a file that is read.
  drop_in 'Environment=LD_PRELOAD=/usr/lib/edge-test-faketime.so FAKETIME_TIMESTAMP_FILE=/etc/edge-test-clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1\nWatchdogSec=4'
  g systemctl restart openclaw.service
  until_ok 10 healthy || return
  local pid code=0
  pid=$(property MainPID)
  for jump in +3y -3y +40d -1h +0; do
    echo "$jump" >"$root/etc/edge-test-clock"
    sleep 2
    healthy || { echo "not answering after a jump of $jump"; code=1; }
    oc agent --message "what time is it" --session-key agent:main:clock >/dev/null || { echo "no turn after a jump of $jump"; code=1; }
  done
  sleep 5
  [ "$(property MainPID)" = "$pid" ] || { echo "restarted"; code=1; }
  rm -f "$root/usr/lib/edge-test-faketime.so" "$root/etc/edge-test-clock"
  no_drop_in
  return $code
}

newer() { # PACKAGE: an upgrade or a downgrade restarts what runs and keeps the state
  local pid token
  pid=$(property MainPID)
  token=$(cat "$root/var/lib/openclaw/gateway-token")
  g dpkg -i "/root/$(basename "$1")" || return
  until_ok 20 restarted_from "$pid" || return
  until_ok 10 healthy || return
  [ "$(cat "$root/var/lib/openclaw/gateway-token")" = "$token" ] || { echo "another token"; return 1; }
  oc sessions show agent:main:appliance | grep -F "hello from the appliance" >/dev/null || { echo "the conversation is gone"; return 1; }
}

stays_stopped() { # PACKAGE: what somebody stopped or disabled, an upgrade leaves so
  g systemctl disable --now openclaw.service
  g dpkg -i "/root/$(basename "$1")" || return
  [ "$(property ActiveState)" = inactive ] && [ "$(property UnitFileState)" = disabled ] || return
  g systemctl enable openclaw.service && g dpkg -i "/root/$(basename "$1")" || return
  [ "$(property ActiveState)" = inactive ] || { echo "started what was only stopped"; return 1; }
  g systemctl start openclaw.service && until_ok 10 healthy || return
}

comes_back() { # PACKAGE: removed and installed again, it has its state
  local token
  token=$(cat "$root/var/lib/openclaw/gateway-token")
  g dpkg --remove openclaw-edge || return
  [ ! -e "$root/usr/bin/openclaw" ] || return
  g dpkg -i "/root/$(basename "$1")" || return
  until_ok 20 healthy || return
  [ "$(cat "$root/var/lib/openclaw/gateway-token")" = "$token" ]
}

paths() { # every path of the machine that a package may leave behind
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./var/tmp -o -path ./var/log \
    -o -path ./var/cache -o -path ./root -o -path ./var/lib/dpkg -o -path './etc/*-' -o -path ./etc/.pwd.lock -o -path ./etc/.updated \
    -o -path './var/lib/systemd/timers' -o -path ./var/lib/systemd/random-seed -o -path ./var/lib/systemd/linger \) -prune -o -print | sort)
  grep -F openclaw "$root/etc/passwd" "$root/etc/group" "$root/etc/shadow" "$root/etc/gshadow" || true
}

purged() {
  # Looks like ours and is not: must be there afterwards.
  mkdir -p "$root/var/lib/openclaw-notes" "$root/etc/systemd/system/openclaw.service.d"
  echo mine >"$root/var/lib/openclaw-notes/mine"
  echo '[Service]' >"$root/etc/systemd/system/openclaw.service.d/mine.conf"
  g sh -c 'echo OPENCLAW_GATEWAY_PORT=18801 > /etc/openclaw/anna.env; systemctl enable --now openclaw@anna.service' || return
  g dpkg --purge openclaw-edge || return
  [ -z "$(g pgrep -x openclaw)" ] || { echo "still running"; return 1; }
  if [ ! -e "$root/var/lib/openclaw-notes/mine" ] || [ ! -e "$root/etc/systemd/system/openclaw.service.d/mine.conf" ]; then
    echo "deleted what is not its own"
    return 1
  fi
  rm -rf "$root/var/lib/openclaw-notes" "$root/etc/systemd/system/openclaw.service.d"
  paths >"$work/paths.after"
  diff "$work/paths.before" "$work/paths.after" >"$work/paths.diff" || { cat "$work/paths.diff"; return 1; }
}

# --- power cuts ---------------------------------------------------------------------------------------------------------------------
# The state lies on a file system of its own. At the cut that file system is shut down as by a plug that is pulled (what was not
# synced is lost: EXT4_IOC_SHUTDOWN without a flush of its journal), and every process of the machine is killed.

pull_plug() {
  perl -e 'open(my $d, "<", $ARGV[0]) or die "$!"; my $how = pack("L", 2); ioctl($d, 0x8004587d, $how) or die "shutdown: $!"' "$state"
}

mount_state() { mkdir -p "$state" && mount -o loop "$work/state.img" "$state"; }

new_state() { truncate -s 256M "$work/state.img" && mkfs.ext4 -q -F "$work/state.img" && mount_state; }

write_until_cut() { # CUT: says things to the gateway, in four places at once; what it has acknowledged goes to acked.CUT
  local talker
  for talker in 1 2 3 4; do
    (
      for number in $(seq 1000); do
        text="cut-$1-$talker-$number"
        oc gateway call chat.send --json --params \
          "{\"sessionKey\":\"agent:main:cut-$talker\",\"message\":\"$text\",\"idempotencyKey\":\"$text\"}" >/dev/null 2>&1 || exit 0
        echo "$text" >>"$work/acked.$1"
      done
    ) &
  done
}

check_disk() { # CUT: what is on the disk after the cut, before anybody has repaired it; on a copy
  local copy=$work/copy missing
  rm -rf "$copy"
  cp -a "$state/state" "$copy" || return
  local file
  file=$(find "$copy" -maxdepth 1 -name '*.sqlite' -o -maxdepth 1 -name '*.db' | head -n 1)
  [ -n "$file" ] || { echo "no database on the disk"; return 1; }
  local verdict
  verdict=$(sqlite3 "$file" 'PRAGMA integrity_check;' 2>&1)
  [ "$verdict" = ok ] || { echo "cut $1: $verdict"; return 1; }
  sqlite3 "$file" .dump | grep -oE "cut-$1-[0-9]+-[0-9]+" | sort -u >"$work/stored.$1"
  missing=$(sort -u "$work/promised.$1" | comm -23 - "$work/stored.$1")
  [ -z "$missing" ] || { echo "cut $1: acknowledged and lost: $missing"; return 1; }
  # What was answered in the moment of the cut and is not there is told, since it shows what the cut looks like.
  missing=$(sort -u "$work/acked.$1" | comm -23 - "$work/stored.$1")
  [ -z "$missing" ] || echo "cut $1: answered after the cut, and not there: $missing"
}

power_cuts() { # COUNT
  local cut acked=0 code=0
  new_state || return
  for cut in $(seq "$1"); do
    boot "--bind=$state:/var/lib/openclaw" || { code=1; break; }
    until_ok 30 healthy || { echo "cut $cut: not ready after the one before"; g journalctl -b -u openclaw.service --no-pager -n 20; code=1; break; }
    write_until_cut "$cut"
    sleep "$(awk -v seed="$cut" 'BEGIN { srand(seed); printf "%.2f", 0.3 + rand() * 1.2 }')"
    # Only what was acknowledged before the cut is promised: a sync that was under way then may still be answered on a disk that is gone.
    touch "$work/acked.$cut" && cp "$work/acked.$cut" "$work/promised.$cut"
    pull_plug || { code=1; break; }
    halt
    wait
    if ! umount "$state" || ! mount_state; then
      echo "cut $cut: the file system does not mount"
      code=1
      break
    fi
    check_disk "$cut" || { code=1; break; }
    acked=$((acked + $(wc -l <"$work/promised.$cut")))
  done
  halt
  wait
  umount "$state"
  echo "$cut power cuts, $acked messages acknowledged"
  # A test that acknowledges nothing proves nothing.
  [ "$acked" -gt "$1" ] && return $code
}
