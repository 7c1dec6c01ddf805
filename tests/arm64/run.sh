#!/usr/bin/env bash
# The arm64 build on an amd64 machine, by the steps of Dockerfile.arm64 in a Debian of its own: its tools, its linker with SQLite, then
# packaging/publish.sh linux-arm64 and what comes of it (packages, image base, a chat under qemu). Where the compiler's packs for arm64
# cannot be had, what needs them is skipped by name. Exit code 77 and "SKIP arm64: …" where nothing can be tried.
#   bash tests/arm64/run.sh [--keep]
#   ARM64_CACHE=DIR    where the Debian with the tools is kept (/var/cache/openclaw-edge-arm64)
# shellcheck disable=SC2317 # the checks are called by name
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${ARM64_CACHE:-/var/cache/openclaw-edge-arm64}
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
[ ! -x /usr/share/dotnet/dotnet ] || dotnet=/usr/share/dotnet
keep=false passed=0 failed=0
[ "${1:-}" != --keep ] || keep=true

skip() { echo "SKIP arm64: $1"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "only root can make a Debian of its own"
[ "$(uname -m)" = x86_64 ] || skip "the cross build is for amd64 machines, this is $(uname -m): packaging/publish.sh builds natively"
needed=()
for pair in debootstrap=debootstrap systemd-nspawn=systemd-container lintian=lintian rpmbuild=rpm rpmlint=rpmlint readelf=binutils; do
  command -v "${pair%%=*}" >/dev/null || needed+=("${pair#*=}")
done
if [ ${#needed[@]} -gt 0 ]; then
  { apt-get -o DPkg::Lock::Timeout=300 update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q "${needed[@]}"; } >/dev/null 2>&1 ||
    skip "apt-get cannot install ${needed[*]}"
fi

work=$(mktemp -d /var/tmp/edge-arm64.XXXXXX)
root=$work/root
certificates=() # of this machine: what it reaches through a proxy, the tree must trust as well
[ ! -s /etc/ssl/certs/ca-certificates.crt ] || certificates=(--bind-ro=/etc/ssl/certs/ca-certificates.crt)
# shellcheck disable=SC2317 # called by the trap
clean() { if $keep; then echo "kept: $work"; else rm -rf "$work"; fi; }
trap clean EXIT

check() { # TEXT COMMAND…
  local text=$1 log=$work/check.log began=$SECONDS
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $text ($((SECONDS - began)) s)"
    grep -E '^figure: ' "$log" | sed 's/^/      /'
    return 0
  fi
  failed=$((failed + 1))
  echo "FAIL  $text"
  tail -n 30 "$log"
  return 1
}
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; exit; }

in_tree() { # COMMAND…: in the Debian with the tools, with the network of this machine
  systemd-nspawn -q -D "$root" --machine="edge-arm64-$$" --register=no --keep-unit --pipe --bind-ro="$dotnet:/usr/share/dotnet" "${certificates[@]}" --bind="${NUGET_PACKAGES:-$HOME/.nuget}:/root/.nuget" \
    --setenv=DOTNET_CLI_TELEMETRY_OPTOUT=1 --setenv=DOTNET_NOLOGO=1 --setenv=DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 --setenv=DEBIAN_FRONTEND=noninteractive \
    --setenv=PATH=/usr/share/dotnet:/usr/sbin:/usr/bin:/sbin:/bin --chdir=/src "$@" </dev/null
}

tools() { # the RUN of Dockerfile.arm64 that installs, word for word
  local steps
  mkdir -p "$cache" "$root"
  steps=$(sed -n '/^RUN if /,/[^\\]$/p' "$top/Dockerfile.arm64" | sed '1s/^RUN //')
  [ -n "$steps" ] || { echo "Dockerfile.arm64 has no RUN that installs any more"; return 1; }
  local archive
  archive=$cache/tools-$(cksum <<<"$steps" | cut -d' ' -f1).tar
  if [ ! -s "$archive" ]; then
    rm -rf "$cache"/tools-*.tar "$root"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >"$work/debootstrap.log" 2>&1 || { tail -n 3 "$work/debootstrap.log"; return 1; }
    mkdir -p "$root/src" "$root/usr/share/dotnet" "$root/root/.nuget"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
    in_tree env BUILDARCH=amd64 sh -c "${steps/&& rm -rf \/var\/lib\/apt\/lists\/*/}" || return
    in_tree apt-get install -y -q --no-install-recommends qemu-user-static file || return
    tar -C "$root" -cf "$archive.part" . && mv "$archive.part" "$archive"
  else
    tar -xf "$archive" -C "$root"
  fi
}

links() { # a program with SQLite, by the linker's command line of the native build; run by qemu where it is there
  cat >"$root/src/sqlite.c" <<'C'
#include <stdio.h>
#include <sqlite3.h>
int main(void) {
  sqlite3 *db;
  char *error = 0;
  if (sqlite3_open(":memory:", &db) || sqlite3_exec(db, "CREATE VIRTUAL TABLE notes USING fts5(text); INSERT INTO notes VALUES ('hello');", 0, 0, &error)) { puts(error ? error : "open"); return 1; }
  printf("figure: SQLite %s with FTS5 on %s\n", sqlite3_libversion(), sizeof(void *) == 8 ? "arm64" : "32 bits");
  return 0;
}
C
  # shellcheck disable=SC2016 # the inner shell's own
  in_tree bash -ec '
    archive=$(aarch64-linux-gnu-gcc -print-file-name=libsqlite3.a)
    [ -f "$archive" ] || { echo "no libsqlite3.a for arm64: $archive"; exit 1; }
    for linker in bfd lld; do
      clang --target=aarch64-linux-gnu -fuse-ld=$linker -O1 -o sqlite-$linker sqlite.c "$archive" -lm -ldl -lpthread
      readelf -h sqlite-$linker | grep AArch64 >/dev/null
      readelf -d sqlite-$linker | grep NEEDED
      llvm-objcopy --strip-all sqlite-$linker
      qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH=/usr/aarch64-linux-gnu/lib:/lib/aarch64-linux-gnu ./sqlite-$linker
    done'
}

tree_of_source() {
  (cd "$top" && git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - --ignore-failed-read 2>/dev/null) | tar -xf - -C "$root/src"
}

publishes() { in_tree bash packaging/publish.sh linux-arm64; }

compiles() { # the product's code for arm64, by the native compiler of this machine and its framework: all of the build but the last link
  local commands=$top/artifacts/aot/obj/OpenClaw.Edge/release_linux-x64/native/openclaw.ilc.rsp compiler
  compiler=$(grep -m 1 -oE '^-r:.*/runtime\.linux-x64\.microsoft\.dotnet\.ilcompiler/[^/]+/' "$commands") || { echo "$commands names no compiler"; return 1; }
  sed -e 's/^--targetarch:x64$/--targetarch:arm64/' -e "s#^-o:.*#-o:$work/openclaw.o#" -e '/^--exportsfile/d' "$commands" >"$work/openclaw.rsp"
  grep -x -e --targetarch:arm64 "$work/openclaw.rsp" && "${compiler#-r:}tools/ilc" "@$work/openclaw.rsp" || return
  readelf -hW "$work/openclaw.o" | grep 'Machine:.*AArch64' || return
  echo "figure: $((0x$(readelf -SW "$work/openclaw.o" | sed 's/^ *\[ *[0-9]*\] //' | awk '$1 == "__managedcode" { print $5 }'))) bytes of code"
}

program() { # what came out: for the right machine, small, and needing the C library only
  local bin=$root/src/artifacts/bin/openclaw
  readelf -h "$bin" | grep 'Machine:.*AArch64' >/dev/null || return
  readelf -d "$bin" | grep NEEDED
  ! readelf -d "$bin" | grep NEEDED | grep -vE '\[(libc|libm|ld-linux-aarch64)\.so' || { echo "needs more than the C library"; return 1; }
  echo "figure: $(stat -c %s "$bin") bytes"
  [ "$(stat -c %s "$bin")" -le $((24 * 1024 * 1024)) ]
}

emulated() { # starts, answers and stops, under qemu
  # shellcheck disable=SC2016 # the inner shell's own
  in_tree bash -ec '
    run() { qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH=/usr/aarch64-linux-gnu/lib:/lib/aarch64-linux-gnu artifacts/bin/openclaw "$@"; }
    run --version
    run --help >/dev/null
    answer=$(HOME=/tmp timeout 120 bash -c "$(declare -f run); run gateway run --port 28789 --message hello")
    echo "answer: $answer"
    [ -n "$answer" ]'
}

packages() { # both packages of the program, as clean as those of amd64
  local bin=$root/src/artifacts/bin/openclaw out=$work/packages
  bash "$top/packaging/deb/build.sh" arm64 "$bin" "$out" && bash "$top/packaging/rpm/build.sh" aarch64 "$bin" "$out" && bash "$top/packaging/tarball.sh" arm64 "$bin" "$out" || return
  lintian --allow-root --fail-on warning,error "$out"/*.deb || return
  rpmlint --config "$top/packaging/rpm/rpmlint.toml" "$out"/*.rpm | tee /dev/stderr | grep -E '0 errors, 0 warnings' >/dev/null
}

base() { # the image's base for arm64 where none can be pulled: its own libraries run
  cp "$top/packaging/image/base.sh" "$root/src/base.sh"
  # shellcheck disable=SC2016 # the inner shell's own
  in_tree bash -ec '
    apt-get update -q >/dev/null
    bash base.sh /src/base arm64
    mkdir -p /src/base/tree && tar -xf /src/base/base.tar -C /src/base/tree
    for library in libc.so.6 libssl.so.3 libcrypto.so.3 libgcc_s.so.1; do readelf -h "$(find /src/base/tree -name "$library" | head -n 1)" | grep AArch64 >/dev/null; done
    [ ! -e /src/base/tree/bin/sh ]
    echo "figure: $(stat -c %s /src/base/base.tar) bytes"
    cp /src/sqlite-lld /src/base/tree/sqlite
    mkdir -p /src/base/tree/qemu && cp /usr/bin/qemu-aarch64-static /src/base/tree/qemu/
    chroot /src/base/tree /qemu/qemu-aarch64-static /sqlite'
}

if tools >"$work/tools.log" 2>&1; then check "the tools of Dockerfile.arm64 install in Debian" true
elif grep -qE 'Unable to locate|no installation candidate|unmet dependencies' "$work/tools.log"; then
  echo "FAIL  the tools of Dockerfile.arm64 install in Debian"
  tail -n 20 "$work/tools.log"
  echo "0 passed, 1 failed"
  exit 1
else skip "Debian's packages cannot be had: $(tail -n 1 "$work/tools.log")"; fi
tree_of_source || { echo "FAIL  arm64: the source cannot be copied"; exit 1; }
check "numbers and layouts in the source are those of both architectures' headers" in_tree bash tests/arm64/facts.sh gcc aarch64-linux-gnu-gcc
check "clang links for arm64 with Debian's SQLite, and qemu runs it" links
check "the image's base for arm64" base
if publishes >"$work/publish.log" 2>&1; then
  check "packaging/publish.sh linux-arm64" true
  check "an arm64 program that needs the C library only, at most 24 MB" program
  check "it runs under qemu: version, help, a start and an answer" emulated
  check "packages for arm64, clean" packages
elif grep -qE 'NU1101|NU1102|NU1301|Unable to find package|404' "$work/publish.log"; then
  if [ -s "$top/artifacts/aot/obj/OpenClaw.Edge/release_linux-x64/native/openclaw.ilc.rsp" ]; then check "the product compiles for arm64" compiles; fi
  echo "SKIP arm64: the compiler's packs for linux-arm64 cannot be had: $(grep -ohE 'NU1[0-9]+: [^[]*' "$work/publish.log" | sort | head -n 1)"
else
  check "packaging/publish.sh linux-arm64" false
  tail -n 30 "$work/publish.log"
fi
finish
