#!/usr/bin/env bash
# Builds the RPM package from a published binary; takes rpmbuild (Debian: apt-get install rpm, Fedora: dnf install rpm-build).
#   bash packaging/rpm/build.sh [x86_64|aarch64] [BINARY] [OUTPUT DIRECTORY]   by default this machine's, artifacts/bin/openclaw, artifacts/packages
# Two builds of one commit are the same file: times are SOURCE_DATE_EPOCH, by default the commit's. EDGE_PACKAGE_VERSION (1.2.3-1) overrides
# the version, EDGE_PACKAGE_LEVEL how hard it is compressed (9).
set -euo pipefail
cd "$(dirname "$0")/../.."

arch=${1:-$(uname -m)} binary=${2:-artifacts/bin/openclaw} out=${3:-artifacts/packages}
case "$arch" in
  x86_64 | amd64) arch=x86_64 machine=3e00 rid=linux-x64 ;;
  aarch64 | arm64) arch=aarch64 machine=b700 rid=linux-arm64 ;;
  *) echo "rpm/build.sh: '$arch' is not an architecture of this package; use x86_64 or aarch64" >&2; exit 2 ;;
esac
command -v rpmbuild >/dev/null || { echo "rpm/build.sh: rpmbuild is missing; install it: apt-get install rpm, or dnf install rpm-build" >&2; exit 1; }
[ -f "$binary" ] || { echo "rpm/build.sh: $binary is missing; run packaging/publish.sh first" >&2; exit 1; }
[ "$(od -An -tx1 -j18 -N2 "$binary" | tr -d ' ')" = $machine ] ||
  { echo "rpm/build.sh: $binary is no $arch program; build it with: bash packaging/publish.sh $rid" >&2; exit 1; }

version=${EDGE_PACKAGE_VERSION:-$(sed -n 's:.*<EdgeVersion>\(.*\)</EdgeVersion>.*:\1:p' Directory.Build.props)-1}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

put() { install -D -m "$1" "$2" "$tree/$3"; } # MODE FILE PATH
put 0755 "$binary" usr/bin/openclaw
put 0644 systemd/openclaw.service usr/lib/systemd/system/openclaw.service
put 0644 systemd/openclaw@.service usr/lib/systemd/system/openclaw@.service
put 0644 systemd/openclaw.socket usr/lib/systemd/system/openclaw.socket
put 0644 systemd/user/openclaw.service usr/lib/systemd/user/openclaw.service
put 0644 systemd/openclaw.sysusers usr/lib/sysusers.d/openclaw.conf
put 0644 systemd/openclaw.tmpfiles usr/lib/tmpfiles.d/openclaw.conf
put 0644 systemd/drop-ins/rootless-engine.conf usr/share/doc/openclaw-edge/drop-ins/rootless-engine.conf
put 0644 docs/openclaw.example.json5 usr/share/doc/openclaw-edge/examples/openclaw.example.json5
put 0644 docs/install.md usr/share/doc/openclaw-edge/install.md
put 0644 LICENSE usr/share/licenses/openclaw-edge/LICENSE
put 0644 packaging/completions/openclaw.bash usr/share/bash-completion/completions/openclaw
put 0644 packaging/completions/openclaw.zsh usr/share/zsh/site-functions/_openclaw
put 0644 packaging/completions/openclaw.fish usr/share/fish/vendor_completions.d/openclaw.fish
for skill in packaging/skills/*/SKILL.md; do put 0644 "$skill" "usr/share/openclaw/${skill#packaging/}"; done
install -d "$tree/usr/share/man/man1"
gzip -9nc packaging/openclaw.1 >"$tree/usr/share/man/man1/openclaw.1.gz"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

sed -e "s|@VERSION@|${version%-*}|g; s|@RELEASE@|${version##*-}|g; s|@TREE@|$tree|; s|@DATE@|$(date -u -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')|" \
  -e "s|w9.xzdio|w${EDGE_PACKAGE_LEVEL:-9}.xzdio|" packaging/rpm/openclaw-edge.spec.in >"$work/openclaw-edge.spec"
log=$work/log
rpmbuild -bb --quiet --target "$arch-linux" --define "_topdir $work/top" --define "_rpmdir $work/rpms" "$work/openclaw-edge.spec" >"$log" 2>&1 ||
  { tail -n 20 "$log" >&2; exit 1; }

mkdir -p "$out"
package=$(find "$work/rpms" -name '*.rpm')
cp "$package" "$out/"
echo "$out/$(basename "$package"): $(stat -c %s "$package") bytes"
