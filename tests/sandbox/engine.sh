#!/usr/bin/env bash
# Starts and stops container engines of the tests' own; nothing else on the machine is touched.
#   engine.sh user NAME                    makes the test user with its ranges of subordinate ids
#   engine.sh rootless DIR NAME            rootless dockerd of that user; prints its socket
#   engine.sh rootful DIR                  dockerd of root; prints its socket. EDGE_ENGINE_NETWORK=1 gives it, as rootless, a bridge of its own
#   engine.sh podman DIR NAME              podman's Docker-compatible API of that user; prints its socket
#   engine.sh image SOCKET [NAME]          imports a busybox image as openclaw-sandbox:bookworm-slim
#   engine.sh registry DIR SOCKET          a registry of the engine's own in DIR; prints the name of an image to pull
#   engine.sh control DIR KIND NAME VERB   start, stop, kill, freeze or thaw that engine; fill or free its disk, when it has one
#   engine.sh probe FILE                   compiles the program that tries what a shell cannot
#   engine.sh stop DIR                     ends what was started in DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

as() { # USER COMMAND…
  local user=$1
  shift
  exec setpriv --reuid "$user" --regid "$user" --init-groups -- env -i HOME="/home/$user" USER="$user" PATH=/usr/sbin:/usr/bin:/sbin:/bin XDG_RUNTIME_DIR="${dir:-/tmp}/run" "$@"
}

# What a rootless engine starts stays in one control group, as under systemd, so that nothing outlives it.
group_of() { # DIR
  local tree
  for tree in /sys/fs/cgroup/pids /sys/fs/cgroup; do
    if [ -e "$tree/cgroup.procs" ]; then echo "$tree/edge-$(basename "$(dirname "$1")")-$(basename "$1")"; return; fi
  done
}
empty_group() { # DIR
  local group try
  group=$(group_of "$1")
  for try in $(seq 1 100); do
    [ -n "$(cat "${group:-/nowhere}/cgroup.procs" 2>/dev/null)" ] || break
    xargs -r kill -KILL <"$group/cgroup.procs" 2>/dev/null || true
    sleep 0.1
  done
  rmdir "${group:-/nowhere}" 2>/dev/null || true
}
gone() { # PID: until it is, at most half a minute
  local try
  for try in $(seq 1 150); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.2; done
  echo "engine.sh: process $1 is still there after ${try} looks" >&2
  return 1
}

wait_for() { # SOCKET LOG: until the engine answers, at most a minute
  local try
  for try in $(seq 1 120); do
    if [ -S "$1" ] && curl -s --max-time 2 --unix-socket "$1" http://engine/_ping >/dev/null; then return; fi
    sleep 0.5
  done
  echo "engine.sh: no answer on $1 after ${try} tries; its log ends:" >&2
  tail -n 20 "$2" >&2
  return 1
}

case "${1:-}" in
  user)
    id "$2" >/dev/null 2>&1 || useradd -m -s /bin/bash "$2"
    grep -q "^$2:" /etc/subuid || usermod --add-subuids 200000-265535 --add-subgids 200000-265535 "$2"
    [ -c /dev/net/tun ] && chmod 666 /dev/net/tun
    mount --make-rshared / 2>/dev/null || true
    ;;
  rootless)
    dir=$2 user=$3
    mkdir -p "$dir/run" "$dir/data"
    chmod 755 "$dir"
    chown -R "$user:$user" "$dir/run" "$dir/data"
    chmod 700 "$dir/run"
    group=$(group_of "$dir")
    mkdir -p "$group" 2>/dev/null || group=
    (
      [ -z "$group" ] || echo "$BASHPID" >"$group/cgroup.procs" || true
      network=(--iptables=false --bridge=none)
      [ -z "${EDGE_ENGINE_NETWORK:-}" ] || network=() # its own, in its own namespace
      as "$user" setsid /usr/share/docker.io/contrib/dockerd-rootless.sh "${network[@]}" --data-root "$dir/data" \
        --exec-root "$dir/run/exec" -p "$dir/run/docker.pid" -H "unix://$dir/run/docker.sock"
    ) >"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    wait_for "$dir/run/docker.sock" "$dir/log"
    echo "$dir/run/docker.sock"
    ;;
  rootful)
    dir=$2
    mkdir -p "$dir/run" "$dir/data"
    network=(--bridge=none)
    [ -z "${EDGE_ENGINE_NETWORK:-}" ] || network=()
    setsid dockerd --iptables=false "${network[@]}" --data-root "$dir/data" --exec-root "$dir/run/exec" -p "$dir/run/docker.pid" \
      -H "unix://$dir/run/docker.sock" >"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    wait_for "$dir/run/docker.sock" "$dir/log"
    echo "$dir/run/docker.sock"
    ;;
  podman)
    dir=$2 user=$3
    mkdir -p "$dir/run/podman" "$dir/data"
    chmod 755 "$dir"
    chown -R "$user:$user" "$dir/run" "$dir/data"
    as "$user" setsid podman --root "$dir/data" --runroot "$dir/run/podman" system service --time 0 "unix://$dir/run/podman.sock" \
      >"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    wait_for "$dir/run/podman.sock" "$dir/log"
    echo "$dir/run/podman.sock"
    ;;
  image)
    # the image is a static busybox and an account; no registry is needed
    socket=$2 name=${3:-openclaw-sandbox:bookworm-slim} root=$(mktemp -d)
    mkdir -p "$root"/{bin,etc,tmp,var/tmp,run,proc,sys,dev,workspace,agent,home/sandbox}
    cp "$(command -v busybox)" "$root/bin/busybox"
    "$root/bin/busybox" --install -s "$root/bin" 2>/dev/null || true
    for link in "$root"/bin/*; do [ -L "$link" ] && ln -sf busybox "$link"; done
    printf 'root:x:0:0:root:/root:/bin/sh\nsandbox:x:1000:1000::/home/sandbox:/bin/sh\n' >"$root/etc/passwd"
    printf 'root:x:0:\nsandbox:x:1000:\n' >"$root/etc/group"
    chmod 1777 "$root/tmp" "$root/var/tmp"
    # a package manager that only says what it was asked, for the base of the Dockerfiles
    for stub in apt-get useradd; do printf '#!/bin/sh\necho "%s $*"\n' "$stub" >"$root/bin/$stub"; done
    chmod 755 "$root/bin/apt-get" "$root/bin/useradd"
    mkdir -p "$root/usr/local/bin"
    chown 1000:1000 "$root/home/sandbox"
    if bash "$0" probe "$root/bin/probe"; then cp "$root/bin/probe" "$root/bin/probe-setuid" && chmod 4755 "$root/bin/probe-setuid"; fi
    tar -C "$root" -c . | curl -sS --fail --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' --data-binary @- \
      "http://engine/v1.40/images/create?fromSrc=-&repo=${name%%:*}&tag=${name##*:}" >/dev/null
    rm -rf "$root"
    ;;
  registry)
    # Debian's registry on the loopback that the engine sees, which needs no certificate there; with one image in it, eight
    # megabytes of noise, which the engine does not have any more
    dir=$2/registry socket=$3 run=$2/run
    program=$(command -v docker-registry) || { echo "engine.sh: no docker-registry" >&2; exit 1; }
    mkdir -p "$dir"
    printf 'version: 0.1\nstorage: { filesystem: { rootdirectory: %s/store }, delete: { enabled: false } }\nhttp: { addr: "127.0.0.1:0" }\n' "$dir" >"$dir/config.yml"
    setsid nsenter -n -t "$(cat "$run/docker.pid")" "$program" serve "$dir/config.yml" >"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    for _ in $(seq 1 100); do
      port=$(grep -o 'listening on 127.0.0.1:[0-9]*' "$dir/log" 2>/dev/null | grep -o '[0-9]*$' || true)
      [ -n "$port" ] && break
      sleep 0.1
    done
    [ -n "$port" ] || { echo "engine.sh: the registry does not start: $(tail -n 1 "$dir/log")" >&2; exit 1; }
    name=127.0.0.1:$port/edge/noise
    mkdir "$dir/noise"
    head -c 8388608 /dev/urandom >"$dir/noise/noise"
    call() { curl -sS --fail --unix-socket "$socket" "$@" >>"$dir/calls"; }
    tar -C "$dir/noise" -c . | call -X POST -H 'Content-Type: application/x-tar' --data-binary @- "http://engine/v1.40/images/create?fromSrc=-&repo=$name&tag=1"
    call -X POST -H 'X-Registry-Auth: e30K' "http://engine/v1.40/images/$name/push?tag=1"
    call -X DELETE "http://engine/v1.40/images/$name:1"
    grep -q '"aux"' "$dir/calls" || { echo "engine.sh: not pushed: $(tail -n 1 "$dir/calls")" >&2; exit 1; }
    echo "$name:1"
    ;;
  control)
    dir=$2 kind=$3 user=$4 verb=$5
    pid=$(cat "$dir/run/docker.pid" 2>/dev/null || true)
    case "$verb" in
      start)
        if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then exit 0; fi
        rm -f "$dir/run/docker.pid"
        exec bash "$0" "$kind" "$dir" "$user"
        ;;
      stop) kill -TERM "$pid" && gone "$pid" ;;
      kill) if [ "$kind" = rootless ]; then empty_group "$dir"; else kill -KILL "$pid"; fi && gone "$pid" ;;
      freeze) kill -STOP "$pid" ;;
      thaw) [ -z "$pid" ] || kill -CONT "$pid" 2>/dev/null || true ;;
      fill) mountpoint -q "$dir/data" || { echo "engine.sh: $dir/data is no disk of its own" >&2; exit 1; }
        dd if=/dev/zero of="$dir/data/fill" bs=64k 2>/dev/null || true ;;
      free) rm -f "$dir/data/fill" ;;
    esac
    ;;
  probe)
    # attacks that a shell cannot make
    cc=$(command -v gcc || command -v clang) || { echo "engine.sh: no C compiler, so no probe" >&2; exit 1; }
    "$cc" -static -O1 -o "$2" "$here/probe.c"
    ;;
  stop)
    dir=$2
    [ -s "$dir/pid" ] || exit 0
    pid=$(cat "$dir/pid")
    kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 1 40); do kill -0 "$pid" 2>/dev/null || break; sleep 0.25; done
    kill -KILL -- "-$pid" 2>/dev/null || true
    empty_group "$dir"
    rm -f "$dir/pid"
    [ ! -s "$dir/registry/pid" ] || kill -TERM "$(cat "$dir/registry/pid")" 2>/dev/null || true
    ;;
  *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
