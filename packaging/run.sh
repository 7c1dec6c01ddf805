#!/usr/bin/env bash
# Sets up a Debian-like machine that has the .NET SDK, builds the native binary and runs the gateway on loopback.
#   bash packaging/run.sh                      run the gateway in the foreground
#   bash packaging/run.sh --message "hello"    one streamed turn, then exit
#   bash packaging/run.sh --port N --profile NAME   beside another gateway
set -euo pipefail
cd "$(dirname "$0")/.."

port=18789 message="" profile=()
while [ $# -gt 0 ]; do
  case "$1" in
    --message) message="${2:?--message needs a text}"; shift 2 ;;
    --port) port="${2:?--port needs a number}"; shift 2 ;;
    --profile) profile=(--profile "${2:?--profile needs a name}"); shift 2 ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "run.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
  esac
done

command -v dotnet >/dev/null || { echo "run.sh: the .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2; exit 1; }

bin=artifacts/bin/openclaw
newest=$(find src packaging/publish.sh Directory.*.props Directory.*.targets -newer "$bin" -not -path '*/obj/*' -not -path '*/bin/*' -type f -print -quit 2>/dev/null || echo none)
if [ ! -x "$bin" ] || [ -n "$newest" ]; then
  echo "Building the native binary (about a minute)…" >&2
  bash packaging/publish.sh >&2
fi

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

if [ -z "$message" ]; then
  exec "$bin" "${profile[@]}" gateway run --port "$port"
fi

started="" log=""
stop() {
  if [ -n "$started" ] && kill -TERM "$started" 2>/dev/null; then
    wait "$started" || true
  fi
  if [ -n "$log" ]; then rm -f "$log"; fi
}
trap stop EXIT
if ! answers; then
  log=$(mktemp)
  "$bin" "${profile[@]}" gateway run --port "$port" >"$log" 2>&1 &
  started=$!
  for _ in $(seq 100); do
    answers && break
    kill -0 "$started" 2>/dev/null || { cat "$log" >&2; started=""; exit 1; }
    sleep 0.1
  done
fi
"$bin" "${profile[@]}" agent --port "$port" --message "$message"
