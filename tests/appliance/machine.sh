# shellcheck shell=bash disable=SC2154,SC2034 # run.sh gives and takes what is not assigned or used here
# A Debian that boots under systemd-nspawn, as a person would have it on a small box. Sourced by run.sh.
#   $work     where everything of this run lies; $cache keeps the bootstrapped tree between runs
root=$work/root state=$work/state leader="" supervisor="" base=$cache/bookworm-2.tar

base_tree() { # the unpacked tree of Debian bookworm in $root
  local tree=$cache/tree.$$
  if [ ! -s "$base" ]; then
    mkdir -p "$cache" || return
    rm -rf "$tree"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,libpam-systemd,polkitd,ca-certificates,libssl3,procps,openssl bookworm "$tree" >"$work/debootstrap.log" 2>&1 || return
    rm -rf "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/*
    tar -C "$tree" -cf "$base.part" . && mv "$base.part" "$base" && rm -rf "$tree"
  fi
  rm -rf "$root"
  mkdir -p "$root" && tar -xf "$base" -C "$root"
  # Its own number, journal on disk (a power cut must not take the evidence along), nothing that wakes up by the clock.
  : >"$root/etc/machine-id"
  mkdir -p "$root/var/log/journal"
  ln -sf /dev/null "$root/etc/systemd/system/apt-daily.timer"
  ln -sf /dev/null "$root/etc/systemd/system/apt-daily-upgrade.timer"
}

boot() { # [--bind=…]: starts the machine and waits until systemd says that it is up
  setsid systemd-nspawn -D "$root" --boot --private-network --register=no --keep-unit --console=read-only --link-journal=no \
    --machine="edge-appliance-$$" "$@" >>"$work/console.log" 2>&1 </dev/null &
  supervisor=$!
  leader=""
  local try
  for try in $(seq 600); do
    leader=$(pgrep -P "$supervisor" | head -n 1 || true) # at first a child that only prepares, then the machine's first process
    if [ -n "$leader" ]; then
      case "$(g systemctl is-system-running 2>/dev/null)" in running | degraded) return 0 ;; esac
    fi
    kill -0 "$supervisor" 2>/dev/null || break
    sleep 0.1
  done
  echo "the machine did not boot (try $try); its console ends:"
  tail -n 20 "$work/console.log"
  return 1
}

halt() { # a hard stop: every process of the machine is gone at once
  if [ -n "$leader" ]; then kill -KILL "$leader" 2>/dev/null || true; fi
  if [ -n "$supervisor" ]; then
    # The supervisor ends when its machine has; a moment later there is nothing to wait for.
    local try
    for try in $(seq 100); do kill -0 "$supervisor" 2>/dev/null || break; sleep 0.1; done
    [ "$try" -lt 100 ] || kill -KILL "$supervisor" 2>/dev/null || true
    wait "$supervisor" 2>/dev/null || true
  fi
  leader="" supervisor=""
}

g() { # COMMAND…: inside the machine, as root
  nsenter -t "$leader" -m -u -i -n -p -C -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=dumb SYSTEMD_PAGER= \
    DEBIAN_FRONTEND=noninteractive "$@"
}

oc() { # ARGUMENTS…: our command line inside the machine, as the service's account
  g runuser -u openclaw -- openclaw --state-dir /var/lib/openclaw --no-color "$@"
}

http() { # curl arguments: the machine has no curl, so ours in its network
  nsenter -t "$leader" -n -- curl -sS --max-time 10 "$@"
}

until_ok() { # SECONDS COMMAND…: asks until it succeeds
  local tries=$(($1 * 10)) try
  shift
  for try in $(seq "$tries"); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  echo "after $try tries: $*"
  "$@"
}

property() { g systemctl show "${2:-openclaw.service}" -p "$1" --value; } # NAME [UNIT]
active() { [ "$(property ActiveState "$@")" = active ]; }                  # [UNIT]
healthy() { http -o /dev/null -f "http://127.0.0.1:${1:-18789}/healthz"; } # [PORT]
# In a pipe grep reads to its end (no -q): what writes into it must not be ended by a reader that has gone, which pipefail would tell as a failure.
logged() { g journalctl -u openclaw.service --no-pager -o cat ${2:+--since "$2"} | grep -F -- "$1" >/dev/null; } # TEXT [SINCE]
digits() { # the six digits that the gateway which runs now has put into the journal
  g journalctl "_SYSTEMD_INVOCATION_ID=$(property InvocationID)" --no-pager -o cat | grep -oE 'and type [0-9]{6}' | tail -n 1 | grep -oE '[0-9]{6}'
}
