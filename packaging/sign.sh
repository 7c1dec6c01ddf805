#!/usr/bin/env bash
# Signs a release, or makes the key for it. Needs openssl 1.1.1 or newer.
#   bash packaging/sign.sh --new-key FILE     a new Ed25519 key in FILE (0600); prints the line for packaging/release-key.pub
#   bash packaging/sign.sh --public KEY       prints that line again
#   bash packaging/sign.sh KEY DIRECTORY      writes DIRECTORY/SHA256SUMS (of every other file) and SHA256SUMS.sig
#   bash packaging/sign.sh --verify LINE DIRECTORY   whether that key has signed the directory, and every file is the one that was signed
# Once: make the key on a machine that is offline and keep FILE there, or as the secret RELEASE_KEY of the repository. The printed line is the variable
# RELEASE_PUBLIC_KEY of the repository: the workflow writes it to packaging/release-key.pub, and builds with that file trust it. A build without the
# file has no key. A new key: sign one more release with the old one, whose builds have the new line.
set -euo pipefail

public() { openssl pkey -in "$1" -pubout -outform DER | tail -c 32 | base64 -w0; echo; }

case "${1:-}" in
  --new-key)
    file=${2:?--new-key needs a file}
    [ ! -e "$file" ] || { echo "sign.sh: $file is there already" >&2; exit 1; }
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$file")
    public "$file"
    ;;
  --public) public "${2:?--public needs a key}" ;;
  --verify)
    line=${2:?--verify needs the line of a key} directory=${3:?--verify needs a directory}
    cd "$directory"
    raw=$(mktemp -d)
    trap 'rm -rf "$raw"' EXIT
    # An Ed25519 key as openssl reads it: 12 bytes that say so (RFC 8410), then its 32.
    { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; base64 -d <<<"$line"; } >"$raw/key.der"
    base64 -d SHA256SUMS.sig >"$raw/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$raw/key.der" -rawin -in SHA256SUMS -sigfile "$raw/signature" >/dev/null ||
      { echo "sign.sh: SHA256SUMS is not signed by that key" >&2; exit 1; }
    sha256sum --check --strict --quiet SHA256SUMS
    ;;
  "" | -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0" ;;
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
