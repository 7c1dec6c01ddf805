#!/usr/bin/env bash
# Sandboxes against real engines and bubblewrap: installs what it needs, starts engines of its own, ends them. Needs root on Debian.
#   bash tests/sandbox/run.sh        SANDBOX_OUT=DIR keeps logs and numbers there
# The last line is "N passed, N failed"; exit 77 with a line "SKIP …" when it cannot run at all.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
out=${SANDBOX_OUT:-artifacts/test-results/sandbox}
core=tests/OpenClaw.Edge.Core.Tests/bin/Release/net10.0/OpenClaw.Edge.Core.Tests
functional=tests/OpenClaw.Edge.Tests/bin/Release/net10.0/OpenClaw.Edge.Tests
passed=0 failed=0
mkdir -p "$out"
out=$(cd "$out" && pwd)

[ "$(id -u)" -eq 0 ] || { echo "SKIP docker: needs root, to start engines"; exit 77; }
command -v apt-get >/dev/null || { echo "SKIP docker: needs Debian's packages"; exit 77; }
[ -x "$core" ] || { echo "SKIP docker: $core is not built"; exit 77; }

missing=()
for pair in dockerd=docker.io rootlesskit=rootlesskit slirp4netns=slirp4netns newuidmap=uidmap fuse-overlayfs=fuse-overlayfs bwrap=bubblewrap \
  busybox=busybox-static podman=podman catatonit=catatonit crun=crun gcc=gcc curl=curl setpriv=util-linux; do
  command -v "${pair%%=*}" >/dev/null || missing+=("${pair##*=}")
done
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
if [ ${#missing[@]} -gt 0 ]; then
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$out/apt.log" 2>&1 ||
    { tail -n 5 "$out/apt.log"; echo "SKIP docker: cannot install ${missing[*]}"; exit 77; }
fi

user=edgesbx
began=$SECONDS
place=$(mktemp -d /tmp/edge-engines.XXXXXX)
chmod 755 "$place"
end() {
  for engine in rootless rootful podman broken full; do bash tests/sandbox/engine.sh stop "$place/$engine"; done
  umount -R "$place"/*/data/* "$place/broken/data" 2>/dev/null
  rm -rf --one-file-system "$place" 2>/dev/null
}
trap end EXIT

ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() { failed=$((failed + 1)); echo "FAIL  $1"; }
attribute() { grep -o " $2=\"[0-9]*\"" <<<"$1" | head -n 1 | grep -o '[0-9]*' || echo 0; }
suite() { # NAME COMMAND…: sums an xUnit run
  local name=$1 line
  shift
  : >"$out/$name.xml"
  chmod 666 "$out/$name.xml" # another user may write it
  timeout --kill-after=10 600 "$@" -noColor -noLogo -xml "$out/$name.xml" >"$out/$name.log" 2>&1
  line=$(grep -o '<assembly [^>]*>' "$out/$name.xml" 2>/dev/null | head -n 1)
  if [ -z "$line" ]; then bad "$name did not end"; tail -n 30 "$out/$name.log"; return; fi
  passed=$((passed + $(attribute "$line" passed)))
  failed=$((failed + $(attribute "$line" failed) + $(attribute "$line" errors)))
  echo "$name: $(attribute "$line" total) tests, $(attribute "$line" failed) failed, $(attribute "$line" skipped) skipped"
  if [ "$(attribute "$line" failed)" != 0 ]; then grep -A 12 '\[FAIL\]' "$out/$name.log" | head -n 60; fi
}
apart() { # NAME CODE: adds what a script of its own counted
  local totals
  totals=$(grep -oE '^[0-9]+ passed, [0-9]+ failed$' "$out/$1.log" | tail -n 1)
  grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$out/$1.log"
  if [ -n "$totals" ]; then
    passed=$((passed + ${totals%% *})) failed=$((failed + $(grep -oE '[0-9]+ failed' <<<"$totals" | grep -oE '[0-9]+')))
  elif [ "$2" != 77 ]; then
    bad "$1: the run did not end"
  fi
}
none_left() { # ENGINE SOCKET
  local left
  left=$(curl -s --unix-socket "$2" 'http://engine/v1.41/containers/json?all=true' | grep -o '"Names":\["[^"]*"' | tr '\n' ' ')
  if [ -z "$left" ]; then ok "$1: no container is left"; else bad "$1: left behind: $left"; fi
}

bash tests/sandbox/engine.sh user "$user"
bash tests/sandbox/engine.sh probe "$place/probe" || bad "the probe does not compile"
chmod 755 "$place/probe"
export OPENCLAW_TEST_PROBE=$place/probe
if [ -x "${OPENCLAW_BIN:-}" ]; then
  cp "$OPENCLAW_BIN" "$place/openclaw" && chmod 755 "$place/openclaw" # where every user can read it
  export OPENCLAW_BIN=$place/openclaw
  echo "with the native program, which adds Landlock to bubblewrap"
else
  unset OPENCLAW_BIN
fi

# the registry comes without its service
if (cd "$place" && apt-get download docker-registry && dpkg -x docker-registry_*.deb packages) >"$out/registry.log" 2>&1; then
  PATH=$PATH:$place/packages/usr/bin
else
  echo "registry: Debian's docker-registry cannot be had, so nothing is pulled: $(tail -n 1 "$out/registry.log")"
fi
faults() { # NAME DIR KIND: the engine there is stopped, killed, frozen and filled
  echo "exec bash $PWD/tests/sandbox/engine.sh control $2 $3 $user \"\$1\"" >"$2/control"
  OPENCLAW_TEST_FAULTS=$2/control OPENCLAW_TEST_FAULTS_SOCKET=$2/run/docker.sock suite "$1" "$core" -class '*EngineFaultTests'
}

suite bubblewrap-root "$core" -class '*InBubblewrapTests'
home=$(getent passwd "$user" | cut -d: -f6)
readable=$(stat -c %A "$PWD" "$core" | grep -c 'r-x$')
if [ "$readable" = 2 ]; then
  runtime=$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App .*\[\(.*\)\/shared\/.*/\1/p' | tail -n 1)
  suite bubblewrap-user setpriv --reuid "$user" --regid "$user" --init-groups -- env -i HOME="$home" PATH=/usr/bin:/bin DOTNET_ROOT="$runtime" \
    OPENCLAW_TEST_PROBE="$OPENCLAW_TEST_PROBE" OPENCLAW_BIN="${OPENCLAW_BIN:-}" "$core" -class '*InBubblewrapTests'
else
  echo "bubblewrap-user: not run, $user cannot read $PWD"
fi

bash tests/sandbox/manager.sh >"$out/manager.log" 2>&1
apart manager $?

if [ "${SANDBOX_FULL:-}" = 1 ]; then
  mkdir -p "$place/full"
  bash tests/sandbox/images.sh "$place/full" "$user" >"$out/images.log" 2>&1
  apart images $?
else
  echo "images: built on a base without packages; SANDBOX_FULL=1 builds them for real"
fi

for engine in rootless rootful; do
  if socket=$(bash tests/sandbox/engine.sh "$engine" "$place/$engine" "$user" 2>"$out/$engine.start.log") && bash tests/sandbox/engine.sh image "$socket"; then
    export OPENCLAW_TEST_ENGINE=$socket
    bash tests/sandbox/engine.sh image "$socket" debian:bookworm-slim # what the Dockerfiles stand on
    OPENCLAW_TEST_PULL=
    if command -v docker-registry >/dev/null; then
      OPENCLAW_TEST_PULL=$(bash tests/sandbox/engine.sh registry "$place/$engine" "$socket" 2>"$out/$engine.registry.log") ||
        bad "$engine: no registry: $(tail -n 1 "$out/$engine.registry.log")"
    fi
    OPENCLAW_TEST_PULL=$OPENCLAW_TEST_PULL suite "client-$engine" "$core" -class '*EngineClientTests'
    suite "docker-$engine" "$core" -class '*InDockerTests'
    if [ "$engine" = rootless ]; then
      suite docker-functional "$functional" -class '*Runs_commands_in_a_sandbox' -class '*Stays_up_under_attack' -class '*SandboxCommandTests'
      rm -f "$out/numbers"
      OPENCLAW_TEST_NUMBERS=1 OPENCLAW_TEST_NUMBERS_FILE=$out/numbers suite numbers "$core" -method '*InDockerTests.Costs_no_more*'
      cat "$out/numbers"
      faults "faults-$engine" "$place/$engine" "$engine"
    fi
    none_left "$engine" "$socket"
    unset OPENCLAW_TEST_ENGINE
  else
    bad "$engine dockerd does not start"
    tail -n 20 "$out/$engine.start.log"
  fi
done

# a disk of its own, which is soon full
mkdir -p "$place/broken/data"
if mount -t tmpfs -o size=192m none "$place/broken/data" && socket=$(bash tests/sandbox/engine.sh rootful "$place/broken" 2>"$out/broken.start.log") &&
  bash tests/sandbox/engine.sh image "$socket"; then
  faults faults-rootful "$place/broken" rootful
  none_left broken "$socket"
  bash tests/sandbox/engine.sh stop "$place/broken"
else
  bad "an engine on a small disk does not start"
  tail -n 20 "$out/broken.start.log"
fi

if socket=$(bash tests/sandbox/engine.sh podman "$place/podman" "$user" 2>"$out/podman.start.log") && bash tests/sandbox/engine.sh image "$socket"; then
  OPENCLAW_TEST_PODMAN=$socket suite podman "$core" -class '*PodmanWireTests' -showLiveOutput
  grep -h 'podman:' "$out/podman.log" | head -n 3
  none_left podman "$socket"
else
  bad "podman's service does not start"
  tail -n 20 "$out/podman.start.log"
fi

echo "took $((SECONDS - began)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
