#!/usr/bin/env bash
# Builds the sandbox images for real, with Debian's packages, by the native program on a rootless engine with a network, and works in
# them. Takes minutes and a mirror, so tests/sandbox/run.sh runs it only under SANDBOX_FULL=1.
#   OPENCLAW_BIN=FILE bash tests/sandbox/images.sh DIR USER       the last line is "N passed, N failed"
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?DIR} user=${2:?USER} bin=${OPENCLAW_BIN:-} passed=0 failed=0
base=${APPLIANCE_CACHE:-/var/cache/openclaw-edge-appliance}/bookworm.tar
[ -x "$bin" ] || { echo "SKIP images: it takes the native program (OPENCLAW_BIN)"; exit 77; }
[ -s "$base" ] || { echo "SKIP images: no Debian to stand on; tests/appliance/run.sh makes it"; exit 77; }
socket=$(EDGE_ENGINE_NETWORK=1 bash "$here/engine.sh" rootless "$dir" "$user") || exit 1
trap 'bash "$here/engine.sh" stop "$dir"' EXIT
curl -sS --fail --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' --data-binary "@$base" \
  'http://engine/v1.40/images/create?fromSrc=-&repo=debian&tag=bookworm-slim' >/dev/null || exit 1
mkdir -p "$dir/home"
export HOME=$dir/home OPENCLAW_STATE_DIR=$dir/home OPENCLAW_DOCKER_SOCKET=$socket
check() { # TEXT PATTERN COMMAND…
  local text=$1 pattern=$2 began=$SECONDS
  shift 2
  if timeout 900 "$@" >"$dir/said" 2>&1 && grep -qE -- "$pattern" "$dir/said"; then
    passed=$((passed + 1)) && echo "ok    $text ($((SECONDS - began)) s)"
  else
    failed=$((failed + 1)) && echo "FAIL  $text" && tail -n 20 "$dir/said"
  fi
}
use() { printf '%s\n' "{ agents: { defaults: { sandbox: { mode: \"all\", backend: \"docker\", docker: { image: \"$1\", memory: \"1g\" } } } } }" >"$dir/home/openclaw.json"; } # IMAGE
run() { "$bin" --no-color sandbox exec "$@"; }

check "the plain image is built" 'Successfully tagged openclaw-sandbox:' "$bin" --no-color sandbox build
use openclaw-sandbox:bookworm-slim
check "its tools work" '^42 tools$' run 'python3 -c "print(6*7, end=\" \")"; echo "{\"a\":\"tools\"}" | jq -r .a; git --version; rg --version; curl --version'
check "the one with tools for building too" 'Successfully tagged openclaw-sandbox-common:' "$bin" --no-color sandbox build --common
use openclaw-sandbox-common:bookworm-slim
check "which compile" '^compiled$' run 'printf "#include <stdio.h>\nint main(){puts(\"compiled\");}" >a.c && make -s a && ./a && node -e 0 && python3 -m venv --help >/dev/null'
check "and the one with Chromium" 'Successfully tagged openclaw-sandbox-browser:' "$bin" --no-color sandbox build --browser
use openclaw-sandbox-browser:bookworm-slim
# shellcheck disable=SC2016 # the shell inside expands it
check "which answers on its debugging port" 'webSocketDebuggerUrl' run 'export HOME=/tmp; openclaw-browser >/tmp/log 2>&1 &
for i in $(seq 60); do sleep 1; bash -c "exec 3<>/dev/tcp/127.0.0.1/9221" 2>/dev/null && break; done
bash -c "exec 3<>/dev/tcp/127.0.0.1/9222; printf \"GET /json/version HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n\" >&3; timeout 10 cat <&3" || cat /tmp/log'
"$bin" --no-color sandbox recreate --all --force >/dev/null 2>&1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
