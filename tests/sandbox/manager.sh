#!/usr/bin/env bash
# Bubblewrap's limits through a real user manager: boots the Debian that tests/appliance keeps, lets an ordinary person in it run
# `openclaw sandbox`, and looks from outside. Exit code 77 and a line "SKIP …" where it cannot be.
#   OPENCLAW_BIN=FILE bash tests/sandbox/manager.sh      the last line is "N passed, N failed"
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${APPLIANCE_CACHE:-/var/cache/openclaw-edge-appliance} bin=${OPENCLAW_BIN:-} passed=0 failed=0
skip() { echo "SKIP user manager: $1"; exit 77; }
[ -x "$bin" ] || skip "it takes the native program (OPENCLAW_BIN)"
[ -s "$cache/bookworm.tar" ] || skip "no Debian to boot; tests/appliance/run.sh makes it"
command -v systemd-nspawn >/dev/null || skip "no systemd-nspawn"
work=$(mktemp -d /var/tmp/edge-manager.XXXXXX)
# shellcheck source=tests/appliance/machine.sh
. "$here/../appliance/machine.sh"
# shellcheck disable=SC2317 # called by the trap
clean() {
  halt
  rm -rf "$work"
}
trap clean EXIT
ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() { failed=$((failed + 1)); echo "FAIL  $1"; }
expect() { # TEXT PATTERN FILE
  if grep -qE -- "$2" "$3"; then ok "$1"; else bad "$1: no '$2' in"; tail -n 20 "$3"; fi
}

base_tree || skip "$cache/bookworm.tar cannot be unpacked"
cp /usr/bin/bwrap "$root/usr/bin/bwrap"
cp "$bin" "$root/usr/bin/openclaw"
ldd /usr/bin/bwrap | grep -o '/[^ ]*' | while read -r library; do [ -e "$root$library" ] || cp -L "$library" "$root$library"; done
# what nspawn lays over /proc forbids every /proc of a namespace inside, which no real machine does
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes
boot --quiet >"$work/boot.log" || skip "no machine boots here: $(tail -n 1 "$work/boot.log")"
g grep -o ' /proc/[^ ]*' /proc/self/mounts | sort -r | while read -r over; do g umount -l "$over" </dev/null; done
g useradd --create-home bob
g loginctl enable-linger bob
uid=$(g id -u bob)
until_ok 20 g test -S "/run/user/$uid/systemd/private" >/dev/null || skip "bob has no user manager"
mkdir -p "$root/home/bob/.openclaw"
printf '%s\n' '{ agents: { defaults: { sandbox: { mode: "all", backend: "bubblewrap", docker: { memory: "128m", memorySwap: "192m", pidsLimit: 50, cpus: 0.5 } } } } }' \
  >"$root/home/bob/.openclaw/openclaw.json"
g chown -R bob:bob /home/bob/.openclaw
bob() { g runuser -u bob -- env HOME=/home/bob XDG_RUNTIME_DIR="/run/user/$uid" "$@"; }

lent=$(g cat "/sys/fs/cgroup/user.slice/user-$uid.slice/user@$uid.service/cgroup.controllers" 2>/dev/null || true)
bob openclaw --no-color sandbox explain >"$work/explain" 2>&1
bob openclaw --no-color sandbox exec 'echo inside; id -u' >"$work/exec" 2>&1
expect "a command runs for an ordinary person beside a user manager" '^inside$' "$work/exec"
if [[ " $lent " == *" memory "* ]]; then
  expect "what the manager was lent holds: $lent" 'holds  memory: 128 MB, by systemd' "$work/explain"
else
  echo "the kernel's control groups here are version 1 (lent: '${lent:-nothing}'): no user manager can limit, which explain must say"
  expect "limits that nobody keeps are not promised" 'partly memory: 128 MB for each process, not for all together: no control groups' "$work/explain"
fi

# As if they had been lent: the manager takes the scope and its properties, whether or not this kernel then counts.
g sh -c "cat >/root/lent" <<LENT
mount -t tmpfs none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/user.slice/user-$uid.slice/user@$uid.service
echo 'cpu memory pids' >/sys/fs/cgroup/user.slice/user-$uid.slice/user@$uid.service/cgroup.controllers
exec runuser -u bob -- env HOME=/home/bob XDG_RUNTIME_DIR=/run/user/$uid openclaw --no-color sandbox "\$@"
LENT
g unshare -m sh /root/lent explain >"$work/explain" 2>&1
expect "lent, they are promised by name" 'holds  fork bombs: 50 processes, by systemd' "$work/explain"
g unshare -m sh /root/lent exec 'echo started; sleep 1000' >"$work/exec" 2>&1 &
running=$!
until_ok 30 grep -q started "$work/exec" >/dev/null || { bad "a command in a scope starts"; cat "$work/exec"; }
bob systemctl --user show -p Id,MemoryMax,MemorySwapMax,TasksMax,CPUQuotaPerSecUSec 'run-*.scope' >"$work/scope" 2>&1
expect "the command is in a scope of the user manager" '^Id=run-.*\.scope$' "$work/scope"
for property in MemoryMax=134217728 MemorySwapMax=67108864 TasksMax=50 CPUQuotaPerSecUSec=500ms; do expect "with $property" "^$property\$" "$work/scope"; done
g pkill -TERM -u bob -x openclaw
wait "$running"
if until_ok 20 g sh -c "! pgrep -u bob -x sleep" >/dev/null; then ok "killed, nothing of it is left"; else bad "something is left of a killed command"; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
