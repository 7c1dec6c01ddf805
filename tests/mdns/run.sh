#!/usr/bin/env bash
# Gateways on a LAN of network namespaces: found by our own command, by a JavaScript client and by Avahi; two with one name; an interface that
# flaps; no network at all; goodbye. "SKIP mdns: …" and 77 where no namespaces can be made. The last line is "N passed, N failed".
#   bash tests/mdns/run.sh [--keep]
#   OPENCLAW_BIN=FILE   the gateway (artifacts/bin/openclaw, else the JIT build)     MDNS_CACHE=DIR   npm packages (~/.cache/openclaw-edge-mdns)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${MDNS_CACHE:-$HOME/.cache/openclaw-edge-mdns}
bin=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
[ -x "$bin" ] || bin=$top/src/OpenClaw.Edge/bin/Release/net10.0/openclaw
keep=false passed=0 failed=0
[ "${1:-}" != --keep ] || keep=true

skip() { echo "SKIP mdns: $1"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "only root can make network namespaces"
command -v ip >/dev/null || apt-get install -y -q iproute2 >/dev/null 2>&1 || skip "ip(8) is missing"
[ -x "$bin" ] || { echo "FAIL  mdns: $bin is missing"; echo "0 passed, 1 failed"; exit 1; }

work=$(mktemp -d /tmp/edge-mdns.XXXXXX)
tag=em$$
started=() bus="" models=--no-models
# shellcheck disable=SC2317 # called by the trap
clean() {
  local pid name
  for pid in "${started[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  for name in a b c s; do ip netns delete "$tag$name" 2>/dev/null; done
  if $keep; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap clean EXIT

# One switch in a namespace of its own, three hosts on it; IPv6 link-local addresses come by themselves.
ip netns add "${tag}s" 2>/dev/null || skip "ip netns cannot make a namespace"
ip -n "${tag}s" link add br0 type bridge mcast_snooping 0 || skip "no bridge can be made here"
ip -n "${tag}s" link set br0 up
number=1
for name in a b c; do
  ip netns add "$tag$name"
  ip -n "$tag$name" link set lo up
  ip -n "$tag$name" link add lan0 type veth peer name "p$name" netns "${tag}s"
  ip -n "${tag}s" link set "p$name" master br0 up
  ip -n "$tag$name" address add "10.78.0.$number/24" dev lan0
  ip -n "$tag$name" link set lan0 up
  ip -n "$tag$name" route add 224.0.0.0/4 dev lan0
  number=$((number + 1))
done

on() { local name=$1; shift; ip netns exec "$tag$name" "$@"; } # HOST COMMAND…

gateway() { # HOST NAME [HOSTNAME]: starts a gateway there, as that machine
  local home=$work/$2
  mkdir -p "$home"
  # shellcheck disable=SC2016 # the inner shell's own arguments; every step is an exec, so that $! is the gateway
  ip netns exec "$tag$1" unshare --uts sh -c 'hostname "$0"; exec "$@"' "${3:-kitchen}" env -i PATH="$PATH" HOME="$home" DOTNET_ROOT="${DOTNET_ROOT:-}" OPENCLAW_STATE_DIR="$home/state" \
    OPENCLAW_GATEWAY_BIND=lan OPENCLAW_DISABLE_BONJOUR=0 OPENCLAW_NO_MODEL_SEARCH=1 ${bus:+"DBUS_SYSTEM_BUS_ADDRESS=$bus"} "$bin" gateway run >"$home/log" 2>&1 </dev/null &
  pid=$!
  started+=("$pid")
}

discover() { on "$1" env HOME="$work" "$bin" gateway discover --json ${models:+"$models"}; } # HOST

check() { # TEXT COMMAND…
  local text=$1 log=$work/check.log
  shift
  if "$@" >"$log" 2>&1; then passed=$((passed + 1)); echo "ok    $text"; return 0; fi
  failed=$((failed + 1))
  echo "FAIL  $text"
  tail -n 30 "$log"
  return 1
}

until_ok() { # SECONDS COMMAND…
  local end=$((EPOCHSECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$EPOCHSECONDS" -ge "$end" ]; then "$@"; return; fi
    sleep 0.3
  done
}

finds() { discover "$1" >"$work/found" && cat "$work/found" && shift && local text && for text in "$@"; do grep -qF -- "$text" "$work/found" || return; done; } # HOST TEXT…
finds_not() { discover "$1" >"$work/found" && cat "$work/found" && ! grep -qF -- "$2" "$work/found"; } # HOST TEXT

seen_by_javascript() {
  if [ ! -e "$cache/complete" ]; then
    mkdir -p "$cache" && echo '{"private":true}' >"$cache/package.json"
    npm install --prefix "$cache" --silent --no-audit --no-fund --ignore-scripts bonjour-service@1 >/dev/null 2>&1 || { echo "npm cannot install bonjour-service"; return 1; }
    touch "$cache/complete"
  fi
  cp "$here/browse.cjs" "$cache/browse.cjs"
  on c node "$cache/browse.cjs" "kitchen (OpenClaw)"
}

two_at_once() { # both want the name at the same moment: both are there, one renamed
  gateway b second
  second=$pid
  until_ok 20 finds c '"kitchen (OpenClaw)"' '"kitchen (OpenClaw) (2)"' 'kitchen-2.local' || { cat "$work/second/log"; return 1; }
  kill -0 "$first" && kill -0 "$second"
}

says_goodbye() {
  kill -TERM "$second" && wait "$second"
  until_ok 10 finds_not c '(OpenClaw) (2)'
}

survives_flapping() {
  local turn
  for turn in 1 2 3 4 5 6; do
    ip -n "${tag}a" link set lan0 down
    sleep 0.3
    ip -n "${tag}a" link set lan0 up
    sleep 0.3
  done
  ip -n "${tag}a" route replace 224.0.0.0/4 dev lan0
  until_ok 20 finds c '"kitchen (OpenClaw)"' '10.78.0.1' || { echo "turn $turn"; cat "$work/first/log"; return 1; }
  kill -0 "$first" && on a curl -sS -f -o /dev/null http://127.0.0.1:18789/healthz
}

alive_without_network() {
  ip -n "${tag}b" link set lan0 down
  gateway b alone cellar
  until_ok 20 on b curl -sS -f -o /dev/null http://127.0.0.1:18789/healthz || return
  ip -n "${tag}b" link set lan0 up
  ip -n "${tag}b" route replace 224.0.0.0/4 dev lan0
  until_ok 40 finds c '"cellar (OpenClaw)"' '10.78.0.2' || { cat "$work/alone/log"; return 1; }
}

beside_avahi() { # Avahi on the same machine and on another: it lists us, and all three go on
  command -v avahi-daemon >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends avahi-daemon avahi-utils dbus >/dev/null 2>&1 || { echo "Avahi cannot be installed"; return 1; }
  local host
  for host in a c; do
    mkdir -p "$work/avahi.$host"
    printf '<busconfig><type>system</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>' \
      "$work/avahi.$host" >"$work/avahi.$host/bus.conf"
    ip netns exec "$tag$host" dbus-daemon --config-file="$work/avahi.$host/bus.conf" --nofork --nopidfile >"$work/avahi.$host/bus.log" 2>&1 </dev/null &
    started+=("$!")
    until_ok 10 test -S "$work/avahi.$host/bus" || return
    avahi_daemon "$host"
    [ "$host" != a ] || avahi_a=$avahi
  done
  until_ok 20 avahi_sees || { cat "$work/avahi.c/log"; return 1; }
  until_ok 10 finds c '"kitchen (OpenClaw)"' && kill -0 "$first"
}

avahi_daemon() { # HOST: starts one there; its number is in $avahi
  printf '[server]\nhost-name=avahi-%s\nallow-interfaces=lan0\nuse-ipv4=yes\nuse-ipv6=yes\n' "$1" >"$work/avahi.$1/conf"
  # Its own /run: two daemons must not find each other's pid file.
  # shellcheck disable=SC2016 # the inner shell's own argument
  ip netns exec "$tag$1" unshare --mount sh -c 'mount -t tmpfs none /run && mkdir -p /run/avahi-daemon && exec env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$0/bus" avahi-daemon --no-chroot --no-drop-root --no-rlimits -f "$0/conf"' \
    "$work/avahi.$1" >>"$work/avahi.$1/log" 2>&1 </dev/null &
  avahi=$!
  started+=("$avahi")
}

through_avahi() { # the service stands in Avahi's own records, under Avahi's host name, and under another name where that one is taken
  kill -TERM "$first" && wait "$first"
  on c env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/avahi.c/bus" avahi-publish -s 'kitchen (OpenClaw)' _openclaw-gw._tcp 1 >"$work/squatter.log" 2>&1 </dev/null &
  started+=("$!")
  until_ok 10 grep -qF Established "$work/squatter.log" || { cat "$work/squatter.log"; return 1; }
  bus="unix:path=$work/avahi.a/bus" gateway a through
  through=$pid
  until_ok 30 grep -qF 'through Avahi' "$work/through/log" || { cat "$work/through/log"; return 1; }
  until_ok 20 avahi_has 'kitchen (OpenClaw) #2' avahi-a.local || { cat "$work/avahi" "$work/through/log"; return 1; }
}

avahi_has() { # NAME HOST, as the other Avahi knows it
  on c env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/avahi.c/bus" avahi-browse -rpt _openclaw-gw._tcp >"$work/avahi"
  sed 's/\\032/ /g;s/\\040/(/g;s/\\041/)/g;s/\\035/#/g' "$work/avahi" | grep '^=' | grep -F "$1" | grep -F "$2" | grep -F 'gatewayPort=18789' >/dev/null
}

avahi_comes_and_goes() { # without it the gateway announces itself, and when it is back, through it again
  kill -TERM "$avahi_a" && wait "$avahi_a"
  until_ok 20 finds c '"kitchen.local"' 10.78.0.1 || { cat "$work/through/log"; return 1; }
  avahi_daemon a
  until_ok 30 avahi_has 'kitchen (OpenClaw)' avahi-a.local || { cat "$work/avahi" "$work/through/log"; return 1; }
  [ "$(grep -cF 'through Avahi' "$work/through/log")" -ge 2 ] && kill -0 "$through"
}

avahi_sees() { on c env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/avahi.c/bus" avahi-browse -rpt _openclaw-gw._tcp | tee "$work/avahi" | grep '^=' | grep -F '10.78.0.1' | grep -F 'role=gateway' >/dev/null; }

answering() { # HOST PORT BODY: an HTTP server that says the same to everybody
  on "$1" node -e 'require("http").createServer((_, answer) => answer.end(process.argv[2])).listen(+process.argv[1])' "$2" "$3" >/dev/null 2>&1 </dev/null &
  started+=("$!")
}

model_servers() { # one of each kind, and a port on which something else listens
  answering b 11434 '{"version":"0.5.1"}'
  answering c 1234 '{"object":"list","data":[]}'
  answering b 1234 'It works!'
  until_ok 20 on a curl -sS -f -o /dev/null http://10.78.0.2:11434/ || return
  until_ok 20 on a curl -sS -f -o /dev/null http://10.78.0.2:1234/ || return
  models="" until_ok 30 finds a '"http://10.78.0.2:11434"' '"http://10.78.0.3:1234/v1"' || return
  ! grep -qF 10.78.0.2:1234 "$work/found" || { echo "takes anything for a model server"; return 1; }
  on a env HOME="$work" "$bin" gateway discover --json --no-models >"$work/found" && ! grep -qF 11434 "$work/found"
}

gateway a first
first=$pid
check "ready" until_ok 30 on a curl -sS -f -o /dev/null http://127.0.0.1:18789/healthz
check "found within seconds, with its text" until_ok 5 finds c '"kitchen (OpenClaw)"' '"kitchen.local"' '"role": "gateway"' '"gatewayport": "18789"' '"gatewaydirectreachable": "1"' 10.78.0.1
check "seen by a JavaScript client" seen_by_javascript
check "model servers of the neighbours" model_servers
check "two with one name" two_at_once
check "goodbye: gone at once" says_goodbye
check "an interface that flaps" survives_flapping
check "started without a network, announced when it comes" alive_without_network
check "beside Avahi, and seen by it" beside_avahi && {
  check "announced through Avahi, renamed where the name is taken" through_avahi
  check "Avahi goes and comes back" avahi_comes_and_goes
}
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
