#!/usr/bin/env bash
# Publishes the binary and measures it from outside; the results go to artifacts/load.
#   bash bench/run.sh [arguments of bench/load, see --help]     EDGE_BIN=FILE measures that binary instead
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${EDGE_BIN:-}
if [ -z "$bin" ]; then
  bash packaging/publish.sh
  bin=artifacts/bin/openclaw
fi
dotnet build bench/load -c Release -v q -nologo
exec bench/load/bin/Release/net10.0/OpenClaw.Edge.Load --bin "$bin" "$@"
