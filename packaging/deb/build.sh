#!/usr/bin/env bash
# Builds the Debian package from a published binary.
#   bash packaging/deb/build.sh [amd64|arm64] [BINARY] [OUTPUT DIRECTORY]   by default this machine's, artifacts/bin/openclaw, artifacts/packages
# Two builds of one commit are the same file: times are SOURCE_DATE_EPOCH, by default the commit's. EDGE_PACKAGE_VERSION overrides the version,
# EDGE_PACKAGE_LEVEL how hard it is compressed (9).
set -euo pipefail
cd "$(dirname "$0")/../.."

arch=${1:-$(dpkg --print-architecture)} binary=${2:-artifacts/bin/openclaw} out=${3:-artifacts/packages}
case "$arch" in
  amd64) machine=x86-64 ;;
  arm64) machine=aarch64 ;;
  *) echo "deb/build.sh: '$arch' is not an architecture of this package; use amd64 or arm64" >&2; exit 2 ;;
esac
[ -f "$binary" ] || { echo "deb/build.sh: $binary is missing; run packaging/publish.sh first" >&2; exit 1; }
case "$machine/$(od -An -tx1 -j18 -N2 "$binary" | tr -d ' ')" in
  x86-64/3e00 | aarch64/b700) ;;
  *) echo "deb/build.sh: $binary is no $arch program; build it with: bash packaging/publish.sh linux-${arch/amd64/x64}" >&2; exit 1 ;;
esac

version=${EDGE_PACKAGE_VERSION:-$(sed -n 's:.*<EdgeVersion>\(.*\)</EdgeVersion>.*:\1:p' Directory.Build.props)-1}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
umask 022
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
doc=$tree/usr/share/doc/openclaw-edge

put() { install -D -m "$1" "$2" "$tree/$3"; } # MODE FILE PATH
put 0755 "$binary" usr/bin/openclaw
put 0644 systemd/openclaw.service usr/lib/systemd/system/openclaw.service
put 0644 systemd/openclaw@.service usr/lib/systemd/system/openclaw@.service
put 0644 systemd/openclaw.socket usr/lib/systemd/system/openclaw.socket
put 0644 systemd/user/openclaw.service usr/lib/systemd/user/openclaw.service
put 0644 systemd/openclaw.sysusers usr/lib/sysusers.d/openclaw.conf
put 0644 systemd/openclaw.tmpfiles usr/lib/tmpfiles.d/openclaw.conf
put 0644 systemd/drop-ins/rootless-engine.conf usr/share/doc/openclaw-edge/drop-ins/rootless-engine.conf
put 0644 docs/install.md usr/share/doc/openclaw-edge/install.md
put 0644 docs/openclaw.example.json5 usr/share/doc/openclaw-edge/examples/openclaw.example.json5
put 0644 packaging/deb/lintian-overrides usr/share/lintian/overrides/openclaw-edge
put 0644 packaging/deb/copyright usr/share/doc/openclaw-edge/copyright
put 0644 packaging/completions/openclaw.bash usr/share/bash-completion/completions/openclaw
put 0644 packaging/completions/openclaw.zsh usr/share/zsh/vendor-completions/_openclaw
put 0644 packaging/completions/openclaw.fish usr/share/fish/vendor_completions.d/openclaw.fish
for skill in packaging/skills/*/SKILL.md; do put 0644 "$skill" "usr/share/openclaw/${skill#packaging/}"; done
install -d "$tree/usr/share/man/man1"
gzip -9nc packaging/openclaw.1 >"$tree/usr/share/man/man1/openclaw.1.gz"
printf 'openclaw-edge (%s) unstable; urgency=medium\n\n  * Built from the commit of this date; see the release notes.\n\n -- OpenClaw.Edge <packages@openclaw-edge.invalid>  %s\n' \
  "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9nc >"$doc/changelog.Debian.gz"

mkdir "$tree/DEBIAN"
installed=$(($(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f1)))
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$installed/" packaging/deb/control.in >"$tree/DEBIAN/control"
for script in preinst postinst prerm postrm; do install -m 0755 "packaging/deb/$script" "$tree/DEBIAN/$script"; done
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz "-z${EDGE_PACKAGE_LEVEL:-9}" --build "$tree" "$out/openclaw-edge_${version}_$arch.deb" >/dev/null
echo "$out/openclaw-edge_${version}_$arch.deb: $(stat -c %s "$out/openclaw-edge_${version}_$arch.deb") bytes"
