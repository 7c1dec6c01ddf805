#!/usr/bin/env bash
# Starts and stops container engines of the tests' own; nothing else on the machine is touched.
#   engine.sh user NAME                    makes the test user with its ranges of subordinate ids
#   engine.sh rootless DIR NAME            rootless dockerd of that user; prints its socket
#   engine.sh rootful DIR                  dockerd of root; prints its socket
#   engine.sh podman DIR NAME              podman's Docker-compatible API of that user; prints its socket
#   engine.sh image SOCKET [NAME]          imports a busybox image as openclaw-sandbox:bookworm-slim
#   engine.sh probe FILE                   compiles the program that tries what a shell cannot
#   engine.sh stop DIR                     ends what was started in DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

as() { # USER COMMAND…
  local user=$1
  shift
  exec setpriv --reuid "$user" --regid "$user" --init-groups -- env -i HOME="/home/$user" USER="$user" PATH=/usr/sbin:/usr/bin:/sbin:/bin XDG_RUNTIME_DIR="${dir:-/tmp}/run" "$@"
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
    as "$user" setsid /usr/share/docker.io/contrib/dockerd-rootless.sh --iptables=false --bridge=none --data-root "$dir/data" \
      --exec-root "$dir/run/exec" -p "$dir/run/docker.pid" -H "unix://$dir/run/docker.sock" >"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    wait_for "$dir/run/docker.sock" "$dir/log"
    echo "$dir/run/docker.sock"
    ;;
  rootful)
    dir=$2
    mkdir -p "$dir/run" "$dir/data"
    setsid dockerd --iptables=false --bridge=none --data-root "$dir/data" --exec-root "$dir/run/exec" -p "$dir/run/docker.pid" \
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
    if bash "$0" probe "$root/bin/probe"; then cp "$root/bin/probe" "$root/bin/probe-setuid" && chmod 4755 "$root/bin/probe-setuid"; fi
    tar -C "$root" -c . | curl -sS --fail --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' --data-binary @- \
      "http://engine/v1.40/images/create?fromSrc=-&repo=${name%%:*}&tag=${name##*:}" >/dev/null
    rm -rf "$root"
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
    rm -f "$dir/pid"
    ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
