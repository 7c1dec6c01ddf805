#!/usr/bin/env bash
# Compares our gateway with the original: the same scripted clients on both, on loopback. The original comes from npm into a cache
# directory outside the tree. Exit code 77 and a line "SKIP conformance: …" when it cannot be had; 1 when a difference is new.
#   bash tests/conformance/run.sh [--only handshakes,methods,limits,turns,cli,package,stop] [--keep] [--there FILE]
#   OPENCLAW_BIN=FILE              our gateway (artifacts/bin/openclaw, else the JIT build)
#   CONFORMANCE_CACHE=DIR          where the original is kept (~/.cache/openclaw-edge-conformance)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=${CONFORMANCE_OUT:-$top/artifacts/conformance}

skip() { echo "SKIP conformance: $1"; exit 77; }

# shellcheck source=tests/conformance/install.sh
. "$here/install.sh"
install_original

ours=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
[ -x "$ours" ] || ours="dotnet $top/src/OpenClaw.Edge/bin/Release/net10.0/openclaw.dll"
model=$top/bench/load/bin/Release/net10.0/OpenClaw.Edge.Load
[ -x "$model" ] || { echo "conformance: $model is missing; run: dotnet build OpenClaw.Edge.sln -c Release"; echo "0 passed, 1 failed"; exit 1; }

exec timeout --kill-after=20 700 "$node" "$here/compare.mjs" --packages "$original" --ours "$ours" --model "$model" --out "$out" "$@"
