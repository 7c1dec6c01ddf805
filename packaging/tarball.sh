#!/usr/bin/env bash
# Makes the tarball: the binary, its units, skills, completions, man page and licence, to be unpacked wherever a person likes.
#   bash packaging/tarball.sh [amd64|arm64] [BINARY] [OUTPUT DIRECTORY]   by default this machine's, artifacts/bin/openclaw, artifacts/packages
# Two builds of one commit are the same file: times are SOURCE_DATE_EPOCH, by default the commit's.
set -euo pipefail
cd "$(dirname "$0")/.."

arch=${1:-$(dpkg --print-architecture 2>/dev/null || uname -m)} binary=${2:-artifacts/bin/openclaw} out=${3:-artifacts/packages}
case "$arch" in
  amd64 | x86_64) arch=amd64 machine=3e00 ;;
  arm64 | aarch64) arch=arm64 machine=b700 ;;
  *) echo "tarball.sh: '$arch' is not an architecture of this package; use amd64 or arm64" >&2; exit 2 ;;
esac
[ -f "$binary" ] || { echo "tarball.sh: $binary is missing; run packaging/publish.sh first" >&2; exit 1; }
[ "$(od -An -tx1 -j18 -N2 "$binary" | tr -d ' ')" = $machine ] || { echo "tarball.sh: $binary is no $arch program" >&2; exit 1; }

version=${EDGE_PACKAGE_VERSION:-$(sed -n 's:.*<EdgeVersion>\(.*\)</EdgeVersion>.*:\1:p' Directory.Build.props)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=openclaw-edge-$version-linux-$arch
tree=$work/$name
put() { install -D -m "$1" "$2" "$tree/$3"; } # MODE FILE PATH
put 0755 "$binary" bin/openclaw
put 0644 LICENSE LICENSE
put 0644 docs/install.md install.md
put 0644 docs/openclaw.example.json5 openclaw.example.json5
put 0644 packaging/openclaw.1 share/man/man1/openclaw.1
for unit in openclaw.service openclaw@.service openclaw.socket openclaw.sysusers openclaw.tmpfiles user/openclaw.service; do put 0644 "systemd/$unit" "systemd/$unit"; done
for shell in bash zsh fish; do put 0644 "packaging/completions/openclaw.$shell" "completions/openclaw.$shell"; done
for skill in packaging/skills/*/SKILL.md; do put 0644 "$skill" "share/openclaw/${skill#packaging/}"; done
mkdir -p "$out"
tar -C "$work" --owner=0 --group=0 --numeric-owner --sort=name --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
echo "$out/$name.tar.gz: $(stat -c %s "$out/$name.tar.gz") bytes"
