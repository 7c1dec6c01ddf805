#!/usr/bin/env bash
# Speaks to real MCP servers: npm's server-everything (over stdio, streamable HTTP and the older SSE) and server-filesystem, through `openclaw mcp probe`.
#   bash tests/mcp.sh BINARY     The servers are installed into a temporary folder; without npm or the registry it says so and passes.
set -euo pipefail
bin=$(realpath "${1:?usage: tests/mcp.sh BINARY}")
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then echo "skipped: npm is not installed"; exit 0; fi
work=$(mktemp -d)
servers=()
finish() {
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
if ! (cd "$work" && timeout 180 npm install --no-audit --no-fund --silent @modelcontextprotocol/server-everything @modelcontextprotocol/server-filesystem >"$work/npm.log" 2>&1); then
  echo "skipped: the servers do not install here: $(tail -n 1 "$work/npm.log")"
  exit 0
fi

free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
start() { # KIND: starts server-everything; its port is in $port
  port=$(free_port)
  PORT=$port "$work/node_modules/.bin/mcp-server-everything" "$1" >"$work/$1.log" 2>&1 &
  servers+=($!)
  for _ in $(seq 150); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "FAIL: server-everything $1 does not listen"; cat "$work/$1.log"; exit 1
}
start streamableHttp && http=$port
start sse && sse=$port
mkdir -p "$work/state" "$work/files"
cat >"$work/state/openclaw.json" <<CONFIG
{ mcp: { servers: {
  everything: { command: "$work/node_modules/.bin/mcp-server-everything", args: ["stdio"] },
  files: { command: "$work/node_modules/.bin/mcp-server-filesystem", args: ["$work/files"], toolFilter: { include: ["read_*", "list_*"] } },
  http: { url: "http://127.0.0.1:$http/mcp" },
  older: { url: "http://127.0.0.1:$sse/sse", transport: "sse" },
} } }
CONFIG
answer=$("$bin" --state-dir "$work/state" mcp probe --json) || { echo "FAIL: $answer"; exit 1; }
for tool in everything__echo http__echo older__echo files__read_text_file files__list_directory; do
  grep -q "\"$tool\"" <<<"$answer" || { echo "FAIL: $tool is not offered: $answer"; exit 1; }
done
if grep -q '"files__write_file"' <<<"$answer"; then echo "FAIL: the filter lets write_file through"; exit 1; fi
echo "ok: $(grep -c '__' <<<"$answer") tools of four servers (stdio, streamable HTTP, SSE)"
