#!/usr/bin/env bash
# Installs what the native build lacks (Debian packages clang, zlib1g-dev, libsqlite3-dev, and those named as arguments).
#   bash packaging/native-tools.sh [command=package …]
set -euo pipefail

missing=()
command -v clang >/dev/null || missing+=(clang)
command -v gcc >/dev/null || missing+=(gcc)
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
[ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
for pair in "$@"; do
  command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "native-tools.sh: missing ${missing[*]}; install them as root: apt-get install -y ${missing[*]}" >&2; exit 1; }
  as_root=(sudo -n)
fi
command -v apt-get >/dev/null || { echo "native-tools.sh: missing ${missing[*]}, and this system has no apt-get; install them by its own means" >&2; exit 1; }
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
  { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2
