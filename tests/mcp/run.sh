#!/usr/bin/env bash
# Speaks to real MCP servers: npm's server-everything (over stdio, streamable HTTP and the older SSE) and server-filesystem, through `openclaw mcp probe`.
# "SKIP mcp: …" and 77 where npm or its registry cannot be reached, or the servers do not start. The last line is "N passed, N failed".
#   bash tests/mcp/run.sh
#   OPENCLAW_BIN=FILE   the gateway (artifacts/bin/openclaw, else the JIT build)     MCP_CACHE=DIR   npm packages (~/.cache/openclaw-edge-mcp)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
version=2026.8.31 # of both servers; a newer one may call its tools otherwise
cache=${MCP_CACHE:-$HOME/.cache/openclaw-edge-mcp}/$version
bin=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
[ -x "$bin" ] || bin=$top/src/OpenClaw.Edge/bin/Release/net10.0/openclaw
passed=0 failed=0 servers=()

skip() { echo "SKIP mcp: $1"; exit 77; }
command -v node >/dev/null || skip "node is not installed"
[ -x "$bin" ] || { echo "FAIL  mcp: $bin is missing"; echo "0 passed, 1 failed"; exit 1; }

work=$(mktemp -d /tmp/edge-mcp.XXXXXX)
# shellcheck disable=SC2317 # called by the trap
clean() {
  local pid
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null; done
  rm -rf "$work"
}
trap clean EXIT

programs=$cache/node_modules/.bin
if [ ! -x "$programs/mcp-server-filesystem" ] || [ ! -x "$programs/mcp-server-everything" ]; then
  command -v npm >/dev/null || skip "npm is not installed"
  # Made beside and renamed: an installation that breaks off is not taken for a whole one.
  mkdir -p "$work/npm" "$(dirname "$cache")" || skip "$cache cannot be written"
  (cd "$work/npm" && timeout --kill-after=10 180 npm install --no-audit --no-fund --ignore-scripts --loglevel=error \
    "@modelcontextprotocol/server-everything@$version" "@modelcontextprotocol/server-filesystem@$version" >"$work/npm.log" 2>&1) ||
    skip "the servers cannot be installed: $(grep -v '^$' "$work/npm.log" | head -n 2 | tr '\n' ' ' | cut -c 1-200)"
  rm -rf "$cache"
  mv "$work/npm" "$cache" 2>/dev/null || cp -a "$work/npm" "$cache" || skip "$cache cannot be written"
  if [ ! -x "$programs/mcp-server-filesystem" ] || [ ! -x "$programs/mcp-server-everything" ]; then skip "npm installed no programs"; fi
fi

free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
start() { # KIND: starts server-everything; its port is in $port
  local pid
  for _ in 1 2 3; do # another program may take the port meanwhile
    port=$(free_port)
    PORT=$port "$programs/mcp-server-everything" "$1" >"$work/$1.log" 2>&1 &
    pid=$!
    servers+=("$pid")
    for _ in $(seq 300); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  done
  skip "server-everything $1 does not listen: $(tail -n 1 "$work/$1.log" | cut -c 1-200)"
}
start streamableHttp && http=$port
start sse && sse=$port
mkdir -p "$work/state" "$work/files"
cat >"$work/state/openclaw.json" <<CONFIG
{ mcp: { servers: {
  everything: { command: "$programs/mcp-server-everything", args: ["stdio"], connectionTimeoutMs: 120000 },
  files: { command: "$programs/mcp-server-filesystem", args: ["$work/files"], connectionTimeoutMs: 120000, toolFilter: { include: ["read_*", "list_*"] } },
  http: { url: "http://127.0.0.1:$http/mcp", connectionTimeoutMs: 120000 },
  older: { url: "http://127.0.0.1:$sse/sse", transport: "sse", connectionTimeoutMs: 120000 },
} } }
CONFIG

answer=$(timeout --kill-after=10 300 "$bin" --state-dir "$work/state" mcp probe --json 2>"$work/probe.log")
code=$?
check() { # TEXT COMMAND…
  local text=$1
  shift
  if "$@"; then passed=$((passed + 1)); echo "ok    $text"; return; fi
  failed=$((failed + 1))
  echo "FAIL  $text"
  { echo "$answer"; cat "$work/probe.log"; } | head -n 20 | sed 's/^/      /'
}
offers() { grep -q "\"$1\"" <<<"$answer"; }
lacks() { ! grep -q "\"$1\"" <<<"$answer"; }
check "probe ends well" [ "$code" -eq 0 ]
check "stdio: everything__echo" offers everything__echo
check "streamable HTTP: http__echo" offers http__echo
check "the older SSE: older__echo" offers older__echo
check "stdio: files__read_text_file" offers files__read_text_file
check "stdio: files__list_directory" offers files__list_directory
check "the filter keeps files__write_file back" lacks files__write_file
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
