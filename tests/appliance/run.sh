#!/usr/bin/env bash
# Boots a Debian under systemd-nspawn, installs the package there and checks what a box under the desk goes through.
# Exit code 77 and a line "SKIP appliance: …" where no machine can be booted. The last line is "N passed, N failed".
#   bash tests/appliance/run.sh [--keep] [--only NAME[,NAME…]]      names: package rpm service stress power purge phone
#   OPENCLAW_BIN=FILE      the native binary (artifacts/bin/openclaw)
#   POWER_CUTS=N           how often the plug is pulled (50)
#   APPLIANCE_CACHE=DIR    where the bootstrapped Debian is kept (/var/cache/openclaw-edge-appliance)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
bin=${OPENCLAW_BIN:-$top/artifacts/bin/openclaw}
cache=${APPLIANCE_CACHE:-/var/cache/openclaw-edge-appliance}
STRAIN_MB=${STRAIN_MB:-160} # memory of the group in which the gateway is strained
cuts=${POWER_CUTS:-50} keep=false only="" passed=0 failed=0

skip() { echo "SKIP appliance: $1"; exit 77; }
while [ $# -gt 0 ]; do
  case "$1" in
    --keep) keep=true; shift ;;
    --only) only=",${2:?--only needs names},"; shift 2 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "appliance: unknown argument '$1'; see --help" >&2; exit 2 ;;
  esac
done

[ "$(id -u)" -eq 0 ] || skip "only root can boot a machine"
[ -x "$bin" ] || { echo "FAIL  appliance: $bin is missing; run packaging/publish.sh"; echo "0 passed, 1 failed"; exit 1; }

needed=()
for pair in systemd-nspawn=systemd-container debootstrap=debootstrap sqlite3=sqlite3 mkfs.ext4=e2fsprogs ip=iproute2 curl=curl lintian=lintian \
  dpkg-deb=dpkg rpmbuild=rpm rpmlint=rpmlint faketime=faketime; do
  command -v "${pair%%=*}" >/dev/null || needed+=("${pair#*=}")
done
if [ ${#needed[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || skip "missing ${needed[*]}, and there is no apt-get"
  wait_for_lock=(-o DPkg::Lock::Timeout=300)
  { DEBIAN_FRONTEND=noninteractive apt-get "${wait_for_lock[@]}" install -y -q "${needed[@]}" ||
    { apt-get "${wait_for_lock[@]}" update -q && DEBIAN_FRONTEND=noninteractive apt-get "${wait_for_lock[@]}" install -y -q "${needed[@]}"; }; } >/dev/null 2>&1 ||
    skip "apt-get cannot install ${needed[*]}"
fi

# Not below /tmp: the machine's own file systems must not be in memory.
work=$(mktemp -d /var/tmp/edge-appliance.XXXXXX)
net=edgeapp$$
# shellcheck source=tests/appliance/machine.sh
. "$here/machine.sh"
# shellcheck source=tests/appliance/service.sh
. "$here/service.sh"
# shellcheck source=tests/appliance/rpm.sh
. "$here/rpm.sh"
# shellcheck source=tests/appliance/stress.sh
. "$here/stress.sh"
# shellcheck source=tests/appliance/phone.sh
. "$here/phone.sh"

# shellcheck disable=SC2317 # called by the trap
clean() {
  halt
  ip netns delete "$net" 2>/dev/null
  umount "$state" 2>/dev/null
  if $keep; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap clean EXIT

check() { # TEXT COMMAND…: in this shell, because some of them boot or stop the machine
  local text=$1 log=$work/check.log began=$EPOCHREALTIME
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $text ($(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s)"
    grep -E '^(.* power cuts, |.* callers, |figure: |.* turns, |→ Overall)' "$log" | sed 's/^/      /'
    return 0
  fi
  failed=$((failed + 1))
  echo "FAIL  $text"
  tail -n 30 "$log"
  return 1
}
wanted() { [ -z "$only" ] || [[ $only == *",$1,"* ]]; }
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; exit; }

base_tree || skip "Debian cannot be bootstrapped here ($work/debootstrap.log): $(tail -n 1 "$work/debootstrap.log" 2>/dev/null)"
systemd-nspawn -q -D "$root" --register=no --keep-unit --private-network --pipe /bin/true >/dev/null 2>&1 </dev/null || skip "systemd-nspawn cannot start anything here"

version=$(sed -n 's:.*<EdgeVersion>\(.*\)</EdgeVersion>.*:\1:p' "$top/Directory.Build.props")
package() { EDGE_PACKAGE_VERSION=$1 bash "$top/packaging/deb/build.sh" amd64 "$bin" "$work/packages"; } # VERSION
deb=$work/packages/openclaw-edge_$version-1_amd64.deb newer=$work/packages/openclaw-edge_$version-2_amd64.deb

# shellcheck disable=SC2317 # called by name
twice() { mv "$deb" "$work/first.deb" && package "$version-1" && cmp "$deb" "$work/first.deb"; }

export EDGE_PACKAGE_LEVEL=9
wanted package || EDGE_PACKAGE_LEVEL=0
check "the package is built" package "$version-1" || finish
if wanted package; then
  check "the same twice" twice
  check "lintian has nothing to say" lintian --allow-root --fail-on warning,error "$deb"
  check "at most 9 MB" test "$(stat -c %s "$deb")" -le 9437184
fi
EDGE_PACKAGE_LEVEL=0 package "$version-2" >/dev/null || finish
if wanted rpm; then
  check "the RPM is built, the same twice" rpm_twice
  check "rpmlint has nothing to say" rpm_lint
  check "the RPM has what the .deb has, with the same modes" rpm_contents
  check "installed into a root of its own, upgraded, removed" rpm_installs
  if dnf_tree; then check "dnf refuses it without what it needs, installs, upgrades, takes back and removes it" rpm_by_dnf
  else echo "SKIP dnf: Debian's dnf cannot be installed: $(tail -n 1 "$work/dnf.log")"; fi
  check "packages for arm64 say so, and refuse a program of amd64" other_architecture
fi
cp "$deb" "$newer" "$root/root/"

check "Debian boots" boot || finish
paths >"$work/paths.before"
check "installed, and running when dpkg is done" installs "$deb" || finish

if wanted service; then
  check "ready, enabled, watched" ready_after_install
  check "no privilege; the state is its own" unprivileged
  check "systemd finds nothing to say about the unit" no_words_from_systemd
  check "exposure of the service at most 2.0" exposure openclaw.service
  check "exposure of a tenant at most 2.0" exposure openclaw@anna.service
  check "systemd-analyze verify" units_verify
  check "journal entries have fields" journal_fields
  check "a turn is answered" turn
  check "SIGHUP takes a changed configuration over" reloads
  check "a broken configuration changes nothing, not even at a restart" survives_broken_config
  check "the watchdog restarts a gateway that stands still" watchdog_restarts
  check "killed, it is back" killed_restarts
  check "stops in time" stops_in_time
  check "openclaw gateway status, restart, stop and start by systemd's bus" service_commands
  check "a restart and a kill refuse nobody; another port and another bind are taken" refuses_nobody
  check "started by the first caller; nobody is refused during a restart" socket_activated
  check "a tenant has its own state" tenant
  check "a token by LoadCredential" credential
  check "for one person, as a user unit" for_one_person
fi

if wanted stress; then
  wanted service || turn >/dev/null 2>&1
  check "started without a network; one comes, goes and comes" network_after_start
  check "a browser on the LAN comes to TLS, trusted by the authority's certificate" trusted_on_the_lan
  check "the first visit of a browser: six digits of the journal" first_visit
  no_network
  check "128 MB are enough" memory_capped
  memory_released >/dev/null 2>&1
  check "new work is refused before the kernel kills" load_shed
  check "the clock jumps" clock_jumps
  check "an upgrade keeps the state and restarts" newer "$newer"
  check "a downgrade too" newer "$deb"
  check "an upgrade leaves alone what somebody stopped" stays_stopped "$newer"
  check "removed and installed again, it has its state" comes_back "$deb"
  check "shutdown waits for a turn that runs" shutdown_waits
fi

if wanted power; then
  halt
  check "$cuts power cuts while writing: the database is whole, nothing acknowledged is lost" power_cuts "$cuts"
  check "the machine boots again" boot || finish
fi

if wanted purge; then check "purge leaves nothing, and touches nothing of others" purged; fi
if wanted phone; then
  if phone_tools; then check "from the package to an answer on a phone: three steps, less than 90 s" from_package_to_phone "$deb"
  else echo "SKIP phone: Node, the original's page, playwright or Chromium is missing; run tests/ui/run.sh once"; fi
fi
finish
