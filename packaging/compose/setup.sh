#!/usr/bin/env bash
# Sets the gateway up in Docker: image, directories, token, compose, and the first sign-in.
#   bash packaging/compose/setup.sh [--offline] [--no-start]
# Variables, as the original's script takes them: OPENCLAW_IMAGE, OPENCLAW_CONFIG_DIR (~/.openclaw), OPENCLAW_WORKSPACE_DIR, OPENCLAW_GATEWAY_PORT,
# OPENCLAW_GATEWAY_BIND, OPENCLAW_GATEWAY_TOKEN, OPENCLAW_SANDBOX (1/true/yes/on), OPENCLAW_DOCKER_SOCKET, OPENCLAW_EXTRA_MOUNTS (src:dst[:ro],…).
# What was chosen is kept in .env beside the compose file; running it again changes only what is set.
set -euo pipefail
cd "$(dirname "$0")"

offline=false start=true
for argument in "$@"; do
  case "$argument" in
    --offline) offline=true ;;
    --no-start) start=false ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup.sh: unknown argument '$argument'; see --help" >&2; exit 2 ;;
  esac
done

command -v docker >/dev/null || { echo "setup.sh: docker is missing: https://docs.docker.com/engine/install/" >&2; exit 1; }
if docker compose version >/dev/null 2>&1; then compose=(docker compose)
elif command -v docker-compose >/dev/null; then compose=(docker-compose)
else echo "setup.sh: neither 'docker compose' nor docker-compose is there; install the Compose plugin" >&2; exit 1; fi

kept() { if [ -f .env ]; then sed -n "s/^$1=//p" .env | tail -n 1; fi; } # NAME
choose() { # NAME DEFAULT: the environment, what was kept, the default
  local value=${!1:-}
  [ -n "$value" ] || value=$(kept "$1")
  printf -v "$1" '%s' "${value:-$2}"
}
choose OPENCLAW_IMAGE ghcr.io/openclaw-edge/openclaw-edge:latest
choose OPENCLAW_CONFIG_DIR "$HOME/.openclaw"
choose OPENCLAW_WORKSPACE_DIR "$OPENCLAW_CONFIG_DIR/workspace"
choose OPENCLAW_GATEWAY_PORT 18789
choose OPENCLAW_GATEWAY_BIND lan
choose OPENCLAW_USER "$(id -u):$(id -g)"
choose OPENCLAW_SANDBOX ""
choose OPENCLAW_DOCKER_SOCKET ""
choose OPENCLAW_EXTRA_MOUNTS ""
choose OPENCLAW_GATEWAY_TOKEN "$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"

if $offline; then
  docker image inspect "$OPENCLAW_IMAGE" >/dev/null 2>&1 ||
    { echo "setup.sh: --offline, and $OPENCLAW_IMAGE is not on this machine; load it first: docker load -i FILE" >&2; exit 1; }
else
  docker pull "$OPENCLAW_IMAGE" || docker image inspect "$OPENCLAW_IMAGE" >/dev/null 2>&1 ||
    { echo "setup.sh: $OPENCLAW_IMAGE can neither be pulled nor is it on this machine" >&2; exit 1; }
fi

mkdir -p "$OPENCLAW_CONFIG_DIR" "$OPENCLAW_WORKSPACE_DIR"
chmod 700 "$OPENCLAW_CONFIG_DIR"
umask 077
{
  for name in OPENCLAW_IMAGE OPENCLAW_CONFIG_DIR OPENCLAW_WORKSPACE_DIR OPENCLAW_GATEWAY_PORT OPENCLAW_GATEWAY_BIND OPENCLAW_USER \
    OPENCLAW_SANDBOX OPENCLAW_DOCKER_SOCKET OPENCLAW_EXTRA_MOUNTS OPENCLAW_GATEWAY_TOKEN; do
    echo "$name=${!name}"
  done
  [ ! -f .env ] || grep -vE '^OPENCLAW_(IMAGE|CONFIG_DIR|WORKSPACE_DIR|GATEWAY_PORT|GATEWAY_BIND|USER|SANDBOX|DOCKER_SOCKET|EXTRA_MOUNTS|GATEWAY_TOKEN)=' .env || true
} >.env.new
mv .env.new .env

# What not everybody has goes into a file of its own: sandbox containers through the engine's socket, and further mounts.
extra=docker-compose.extra.yml
mounts=()
case "${OPENCLAW_SANDBOX,,}" in
  1 | true | yes | on)
    [ -n "$OPENCLAW_DOCKER_SOCKET" ] || for socket in "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock" "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/podman/podman.sock"; do
      if [ -S "$socket" ]; then OPENCLAW_DOCKER_SOCKET=$socket; break; fi
    done
    [ -S "$OPENCLAW_DOCKER_SOCKET" ] ||
      { echo "setup.sh: OPENCLAW_SANDBOX is on, and there is no rootless engine; name its socket in OPENCLAW_DOCKER_SOCKET" >&2; exit 1; }
    mounts+=("$OPENCLAW_DOCKER_SOCKET:/var/run/docker.sock")
    ;;
esac
IFS=, read -r -a asked <<<"$OPENCLAW_EXTRA_MOUNTS"
mounts+=("${asked[@]}")
files=(-f docker-compose.yml)
rm -f "$extra"
if [ -n "${mounts[*]:-}" ]; then
  { printf 'services:\n  openclaw-gateway:\n    volumes:\n'; for mount in "${mounts[@]}"; do [ -z "$mount" ] || printf '      - "%s"\n' "$mount"; done; } >"$extra"
  files+=(-f "$extra")
fi

"${compose[@]}" "${files[@]}" config >/dev/null
if $start; then
  "${compose[@]}" "${files[@]}" up -d
  # The container knows its own address only; a phone or a browser needs the machine's.
  read -r address _ <<<"$(hostname -I 2>/dev/null || true)"
  echo "The gateway listens on port $OPENCLAW_GATEWAY_PORT. Its token is in $(pwd)/.env."
  echo "Sign in at https://${address:-ADDRESS}:$OPENCLAW_GATEWAY_PORT/ with the six digits, or with the QR code, that this prints:"
  echo "  cd $(pwd) && ${compose[*]} ${files[*]} exec openclaw-gateway openclaw pair --public-url wss://${address:-ADDRESS}:$OPENCLAW_GATEWAY_PORT"
fi
