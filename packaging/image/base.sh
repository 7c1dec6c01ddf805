#!/usr/bin/env bash
# Makes a base image without a shell from Debian's packages: C library, OpenSSL's libraries, certificates, time zones, two accounts.
#   bash packaging/image/base.sh DIRECTORY [amd64|arm64]     writes DIRECTORY/base.tar; then: docker import DIRECTORY/base.tar edge-base:local
# For where the base that packaging/image/Dockerfile names cannot be pulled. Needs apt-get (with its lists), dpkg-deb, tar.
set -euo pipefail
out=${1:?the directory to write to} arch=${2:-$(dpkg --print-architecture)}
mkdir -p "$out"
out=$(cd "$out" && pwd)
tree=$out/tree packages=$out/packages
rm -rf "$tree" "$packages"
mkdir -p "$packages" "$tree"/{etc,tmp,home}

ssl=libssl3
apt-cache show "libssl3:$arch" >/dev/null 2>&1 || ssl=libssl3t64
(cd "$packages" && apt-get download -q "libc6:$arch" "$ssl:$arch" "libgcc-s1:$arch" ca-certificates tzdata >/dev/null 2>&1) ||
  { echo "base.sh: apt-get cannot download libc6, $ssl, libgcc-s1, ca-certificates and tzdata for $arch; run apt-get update" >&2; exit 1; }
for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$tree"; done

# What ca-certificates' own script does: one file of all.
mkdir -p "$tree/etc/ssl/certs"
find "$tree/usr/share/ca-certificates/mozilla" -name '*.crt' -print0 | sort -z | xargs -0 cat >"$tree/etc/ssl/certs/ca-certificates.crt"
rm -rf "$tree"/usr/share/{doc,man,locale,lintian,bug,ca-certificates} "$tree"/usr/sbin "$tree"/etc/{ca-certificates*,ld.so.conf.d} \
  "$tree"/usr/lib/*/gconv "$tree"/usr/share/zoneinfo/{right,posix}
printf 'root:x:0:0:root:/root:/sbin/nologin\nnode:x:1000:1000:OpenClaw:/home/node:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n' >"$tree/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n' >"$tree/etc/group"
printf 'hosts: files dns\n' >"$tree/etc/nsswitch.conf"
chmod 1777 "$tree/tmp"
tar -C "$tree" --owner=0 --group=0 --numeric-owner --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" -cf "$out/base.tar" .
rm -rf "$tree" "$packages"
echo "$out/base.tar: $(stat -c %s "$out/base.tar") bytes"
