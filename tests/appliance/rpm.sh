# shellcheck shell=bash disable=SC2154,SC2034 # run.sh gives and takes what is not assigned or used here
# The RPM: built, read, and installed into a tree that is nobody's. Sourced by run.sh.

rpm_file() { echo "$work/packages/openclaw-edge-$version-$1.x86_64.rpm"; } # RELEASE

rpm_build() { # RELEASE
  EDGE_PACKAGE_VERSION=$version-$1 EDGE_PACKAGE_LEVEL=1 bash "$top/packaging/rpm/build.sh" x86_64 "$bin" "$work/packages"
}

rpm_twice() {
  rpm_build 1 && mv "$(rpm_file 1)" "$work/first.rpm" && rpm_build 1 && cmp "$(rpm_file 1)" "$work/first.rpm"
}

rpm_lint() {
  local said
  said=$(rpmlint --config "$top/packaging/rpm/rpmlint.toml" "$(rpm_file 1)" 2>&1)
  echo "$said"
  grep -qE '0 errors, 0 warnings' <<<"$said"
}

rpm_contents() {
  local places='s:vendor-completions:site-functions:; s:/usr/share/doc/openclaw-edge/copyright:/usr/share/licenses/openclaw-edge/LICENSE:'
  dpkg-deb -c "$deb" | awk '/^-/ { print $1, $6 }' | sed 's: \./: /:' | sed "$places" | grep -vE 'lintian|changelog' | sort >"$work/deb.list"
  rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$(rpm_file 1)" | grep '^-' | sort >"$work/rpm.list"
  diff "$work/deb.list" "$work/rpm.list" || return
  [ "$(rpm -qp --qf '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]' "$(rpm_file 1)" | sort -u)" = root:root ] || return
  rpm -qp --requires "$(rpm_file 1)" | tee /dev/stderr | grep '^libc.so.6' >/dev/null
}

rpm_installs() {
  local tree=$work/rpmroot
  rm -rf "$tree"
  mkdir -p "$tree" && tar -xf "$base" -C "$tree" || return
  rpm_build 2 >/dev/null || return
  # shellcheck disable=SC2016 # the inner shell's own arguments
  local rpm=(unshare --mount bash -c 'mount --bind /proc "$0/proc" && exec rpm --root "$0" --define "_dbpath /var/lib/rpm" "$@"' "$tree")
  "${rpm[@]}" --nodeps -i "$(rpm_file 1)" || return
  local enabled=$tree/etc/systemd/system/multi-user.target.wants/openclaw.service
  grep -q '^openclaw:' "$tree/etc/passwd" || { echo "no account was made"; return 1; }
  [ -L "$enabled" ] || { echo "not enabled"; return 1; }
  [ "$(stat -c %a "$tree/etc/openclaw")" = 750 ] || return
  chroot "$tree" openclaw --version || return
  "${rpm[@]}" --nodeps -V openclaw-edge || return
  "${rpm[@]}" --nodeps -U "$(rpm_file 2)" || return
  [ "$("${rpm[@]}" -q openclaw-edge)" = "openclaw-edge-$version-2.x86_64" ] || return
  [ -L "$enabled" ] || { echo "an upgrade disabled it"; return 1; }
  "${rpm[@]}" --nodeps -U --oldpackage "$(rpm_file 1)" || return
  "${rpm[@]}" --nodeps -e openclaw-edge || return
  if [ -e "$tree/usr/bin/openclaw" ] || [ -L "$enabled" ]; then
    echo "not removed"
    return 1
  fi
  rm -rf "$tree"
}

dnf_tree() { # a Debian with dnf, in $work/dnf; the tree is kept between runs
  local archive=$cache/bookworm-dnf-1.tar tree=$work/dnf
  mkdir -p "$tree"
  if [ ! -s "$archive" ]; then
    tar -xf "$base" -C "$tree" || return
    cp -L /etc/resolv.conf "$tree/etc/resolv.conf" 2>/dev/null
    systemd-nspawn -q -D "$tree" --machine="edge-dnf-$$" --register=no --keep-unit --pipe --setenv=DEBIAN_FRONTEND=noninteractive \
      sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends dnf rpm && rm -rf /var/cache/apt/* /var/lib/apt/lists/*' >"$work/dnf.log" 2>&1 </dev/null || return
    tar -C "$tree" -cf "$archive.part" . && mv "$archive.part" "$archive"
  else
    tar -xf "$archive" -C "$tree"
  fi
}

stand_in() { # DIRECTORY: an RPM that provides what ours asks of a distribution, whose packages are there in another form
  local top=$work/stand-in
  mkdir -p "$top"
  {
    printf 'Name: distribution\nVersion: 1\nRelease: 1\nSummary: Stands in\nLicense: MIT\nBuildArch: x86_64\nAutoReqProv: no\n'
    rpm -qp --requires "$(rpm_file 1)" | grep -v '^rpmlib' | sed 's/ >= / = /' | sort -u | sed 's/^/Provides: /'
    printf '%%description\nStands in.\n%%files\n'
  } >"$top/distribution.spec"
  rpmbuild -bb --quiet --define "_topdir $top" --define "_rpmdir $top/rpms" "$top/distribution.spec" && cp "$top"/rpms/*/*.rpm "$1/"
}

rpm_by_dnf() {
  local tree=$work/dnf
  mkdir -p "$tree/rpms" && cp "$(rpm_file 1)" "$(rpm_file 2)" "$tree/rpms/" && stand_in "$tree/rpms" || return
  cat >"$tree/rpms/steps" <<'STEPS'
set -e
dnf="dnf -y -q --disablerepo=*"
ours() { ls /rpms/openclaw-edge-*-"$1".x86_64.rpm; }
if $dnf install "$(ours 1)" >/rpms/refused 2>&1; then echo "installed without what it needs"; exit 1; fi
grep -q 'nothing provides systemd >= 247' /rpms/refused
$dnf install /rpms/distribution-*.rpm "$(ours 1)"
grep -q '^openclaw:' /etc/passwd
test -L /etc/systemd/system/multi-user.target.wants/openclaw.service
openclaw --version
$dnf upgrade "$(ours 2)"
rpm -q openclaw-edge | grep -- '-2\.x86_64'
$dnf downgrade "$(ours 1)"
rpm -q openclaw-edge | grep -- '-1\.x86_64'
$dnf reinstall "$(ours 1)"
$dnf check
rpm -V openclaw-edge
$dnf remove openclaw-edge
test ! -e /usr/bin/openclaw && test ! -L /etc/systemd/system/multi-user.target.wants/openclaw.service
STEPS
  systemd-nspawn -q -D "$tree" --machine="edge-dnf-$$" --register=no --keep-unit --pipe --private-network bash /rpms/steps </dev/null || return
  rm -rf "$tree"
}

other_architecture() {
  # No arm64 program can be made here: the head of this one says that it is one, which is all that the scripts look at.
  cp "$bin" "$work/arm64" && printf '\xb7\x00' | dd of="$work/arm64" bs=1 seek=18 conv=notrunc status=none || return
  EDGE_PACKAGE_LEVEL=0 bash "$top/packaging/deb/build.sh" arm64 "$work/arm64" "$work/other" || return
  EDGE_PACKAGE_LEVEL=0 bash "$top/packaging/rpm/build.sh" aarch64 "$work/arm64" "$work/other" || return
  [ "$(dpkg-deb -f "$work/other/openclaw-edge_$version-1_arm64.deb" Architecture)" = arm64 ] || return
  [ "$(rpm -qp --qf '%{ARCH}' "$work/other/openclaw-edge-$version-1.aarch64.rpm")" = aarch64 ] || return
  ! bash "$top/packaging/deb/build.sh" arm64 "$bin" "$work/other" && ! bash "$top/packaging/rpm/build.sh" aarch64 "$bin" "$work/other" || return
  rm -rf "$work/other" "$work/arm64"
}
