#!/usr/bin/env bash
# Signs a release, or makes the key for it. Needs openssl 1.1.1 or newer.
#   bash packaging/sign.sh --new-key FILE     a new Ed25519 key in FILE (0600); prints the line for packaging/release-key.pub
#   bash packaging/sign.sh KEY DIRECTORY      writes DIRECTORY/SHA256SUMS (of every other file) and SHA256SUMS.sig
# Once: make the key on a machine that is offline, keep FILE there or as the secret RELEASE_KEY of the repository, and commit the printed line in
# packaging/release-key.pub; builds from then on trust it. A new key: sign one more release with the old one, in which the new one is committed.
set -euo pipefail

public() { openssl pkey -in "$1" -pubout -outform DER | tail -c 32 | base64 -w0; echo; }

case "${1:-}" in
  --new-key)
    file=${2:?--new-key needs a file}
    [ ! -e "$file" ] || { echo "sign.sh: $file is there already" >&2; exit 1; }
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$file")
    public "$file"
    ;;
  "" | -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0" ;;
  *)
    key=$(realpath "$1") directory=${2:?sign.sh needs a key and a directory}
    cd "$directory"
    find . -maxdepth 1 -type f ! -name 'SHA256SUMS*' -printf '%P\0' | sort -z | xargs -0 sha256sum -- >SHA256SUMS
    raw=$(mktemp)
    trap 'rm -f "$raw"' EXIT
    openssl pkeyutl -sign -inkey "$key" -rawin -in SHA256SUMS -out "$raw"
    base64 -w0 "$raw" >SHA256SUMS.sig
    echo "signed $(wc -l <SHA256SUMS) files for the key $(public "$key")"
    ;;
esac
