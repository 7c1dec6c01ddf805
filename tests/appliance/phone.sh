# shellcheck shell=bash disable=SC2154,SC2034 # run.sh gives and takes what is not assigned or used here
# From the package to the first answer on a phone, by the clock. Sourced by run.sh.

phone_tools() { # Node, the original's page, playwright and Chromium, as the stage ui has them; a reason where they cannot be had
  # shellcheck source=tests/conformance/install.sh
  . "$top/tests/conformance/install.sh"
  phone_browser=$cache_root/playwright-core-1.65.1 chromium=$(command -v chromium)
  [ -e "$cache/complete" ] && [ -e "$phone_browser/complete" ] && [ -n "$chromium" ]
}

from_package_to_phone() { # PACKAGE, on a machine that has never had it: three steps, as docs/install.md has them
  local began code
  g dpkg --purge openclaw-edge >/dev/null 2>&1
  no_network
  lan || return
  began=$EPOCHREALTIME
  step() { echo "figure: $(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s: $1"; }
  # 1. the package
  g dpkg -i "/root/$(basename "$1")" || return
  step "installed and started"
  # 2. open it to the LAN
  oc config set gateway.bind lan && g systemctl restart openclaw.service && until_ok 20 healthy || return
  until_ok 10 digits || return
  code=$(digits)
  step "open to the LAN, six digits in the journal"
  # 3. the digits, typed on the phone
  ip netns exec "$net" "$node" "$here/phone.mjs" --packages "$original" --playwright "$phone_browser" --chromium "$chromium" \
    --address 10.77.0.1:18789 --digits "$code" --since "$began" || return
  [ $((${EPOCHREALTIME%.*} - ${began%.*})) -lt 90 ] || { echo "more than 90 seconds"; return 1; }
}
