#!/usr/bin/env bash
# The original's web page, from its own npm package, in a real Chromium against our gateway: pairs, chats with streaming, lists sessions.
# Exit code 77 and a line "SKIP ui: …" when Chromium or the packages cannot be had.
#   bash tests/ui/run.sh [--keep] [--show] [--original]
#   --show       prints the page's requests and console
#   --original   runs the same steps against the original gateway: what fails there is the test's own fault
#   OPENCLAW_BIN=FILE              our gateway (artifacts/bin/openclaw, else the JIT build)
#   CONFORMANCE_CACHE=DIR          where npm packages are kept (~/.cache/openclaw-edge-conformance, shared with tests/conformance)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=${UI_OUT:-$top/artifacts/ui}
playwright_version=1.65.1

skip() { echo "SKIP ui: $1"; exit 77; }

# shellcheck source=tests/conformance/install.sh
. "$top/tests/conformance/install.sh"
install_original

browser=$cache_root/playwright-core-$playwright_version
if [ ! -e "$browser/complete" ]; then
  mkdir -p "$browser" || skip "cannot write $browser"
  echo '{"private":true}' >"$browser/package.json" || skip "cannot write $browser"
  timeout 120 npm install --prefix "$browser" "${quiet[@]}" "playwright-core@$playwright_version" || skip "npm cannot install playwright-core@$playwright_version"
  touch "$browser/complete"
fi

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$chromium" ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then skip "Chromium is missing, and only root with apt-get can install it"; fi
  lock=(-o DPkg::Lock::Timeout=300)
  { DEBIAN_FRONTEND=noninteractive timeout 600 apt-get "${lock[@]}" install -y chromium ||
    { apt-get "${lock[@]}" update && DEBIAN_FRONTEND=noninteractive timeout 600 apt-get "${lock[@]}" install -y chromium; }; } >/dev/null 2>&1
  chromium=$(command -v chromium) || skip "apt-get cannot install chromium"
fi

ours=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
[ -x "$ours" ] || ours="dotnet $top/src/OpenClaw.Edge/bin/Release/net10.0/openclaw.dll"
model=$top/bench/load/bin/Release/net10.0/OpenClaw.Edge.Load
[ -x "$model" ] || { echo "ui: $model is missing; run: dotnet build OpenClaw.Edge.sln -c Release"; echo "0 passed, 1 failed"; exit 1; }

exec timeout --kill-after=20 280 "$node" "$here/page.mjs" --packages "$original" --playwright "$browser" --chromium "$chromium" \
  --ours "$ours" --model "$model" --out "$out" "$@"
