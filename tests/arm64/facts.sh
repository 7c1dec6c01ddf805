#!/usr/bin/env bash
# Numbers and layouts of the kernel and the C library that the source states, against the headers of an architecture, by its compiler.
#   bash tests/arm64/facts.sh COMPILER…      for example: gcc aarch64-linux-gnu-gcc
# A fact is a line "file|what the source says|what C must find true"; the source must still say it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
core=src/OpenClaw.Edge.Core
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

facts=$(cat <<FACTS
$core/Platform/FileNative.cs|s_arm64 ? 0x4000 : 0x10000|O_DIRECTORY == (ARM ? 0x4000 : 0x10000)
$core/Platform/FileNative.cs|s_arm64 ? 0x8000 : 0x20000|O_NOFOLLOW == (ARM ? 0x8000 : 0x20000)
$core/Platform/FileNative.cs|s_arm64 ? 61 : 217|SYS_getdents64 == (ARM ? 61 : 217)
$core/Platform/FileNative.cs|Create = 0x40;|O_CREAT == 0x40
$core/Platform/FileNative.cs|Exclusive = 0x80;|O_EXCL == 0x80
$core/Platform/FileNative.cs|NonBlock = 0x800;|O_NONBLOCK == 0x800
$core/Platform/FileNative.cs|CloseOnExec = 0x80000;|O_CLOEXEC == 0x80000
$core/Platform/FileNative.cs|PathOnly = 0x200000;|O_PATH == 0x200000
$core/Platform/FileNative.cs|OpenAt2Number = 437;|SYS_openat2 == 437
$core/Platform/FileNative.cs|EmptyPath = 0x1000;|AT_EMPTY_PATH == 0x1000
$core/Platform/FileNative.cs|SymlinkNoFollow = 0x100;|AT_SYMLINK_NOFOLLOW == 0x100
$core/Platform/FileNative.cs|ErrorTooManyLinks = 40;|ELOOP == 40
$core/Platform/FileNative.cs|ErrorNoSyscall = 38;|ENOSYS == 38
$core/Platform/FileNative.cs|[FieldOffset(28)]|offsetof(struct statx, stx_mode) == 28
$core/Platform/FileNative.cs|[FieldOffset(40)]|offsetof(struct statx, stx_size) == 40
$core/Platform/FileNative.cs|[FieldOffset(96)]|offsetof(struct statx, stx_ctime) == 96
$core/Platform/FileNative.cs|Size = 256|sizeof(struct statx) == 256
$core/Sandbox/SandboxNative.cs|[FieldOffset(20)]|offsetof(struct statx, stx_uid) == 20
$core/Sandbox/SandboxNative.cs|[FieldOffset(24)]|offsetof(struct statx, stx_gid) == 24
$core/Platform/Processes/ExecNative.cs|PidFdOpen = 434;|SYS_pidfd_open == 434
$core/Platform/Processes/ExecNative.cs|NoControl = 0x100;|O_NOCTTY == 0x100
$core/Platform/Processes/ExecNative.cs|SpawnSetSession = 0x80;|POSIX_SPAWN_SETSID == 0x80
$core/Platform/Processes/ExecNative.cs|SpawnSetSignalDefaults = 0x04;|POSIX_SPAWN_SETSIGDEF == 4
$core/Platform/Processes/ExecNative.cs|SpawnSetSignalMask = 0x08;|POSIX_SPAWN_SETSIGMASK == 8
$core/Platform/TerminalEcho.cs|LocalFlagsAt = 12;|offsetof(struct termios, c_lflag) == 12 && sizeof(struct termios) <= 128
$core/Platform/TerminalEcho.cs|Echo = 8;|ECHO == 8
$core/Platform/InheritedListeners.cs|BothWays = 2;|SHUT_RDWR == 2 && F_SETFD == 2 && FD_CLOEXEC == 1
$core/Platform/ControlMessage.cs|HeaderBytes = 16;|sizeof(struct cmsghdr) == 16 && offsetof(struct cmsghdr, cmsg_level) == 8 && offsetof(struct cmsghdr, cmsg_type) == 12
$core/Platform/ControlMessage.cs|public void* Control;|sizeof(struct msghdr) == 56 && offsetof(struct msghdr, msg_iov) == 16 && offsetof(struct msghdr, msg_control) == 32 && offsetof(struct msghdr, msg_controllen) == 40
$core/Platform/ControlMessage.cs|Rights = 1;|SCM_RIGHTS == 1 && SOL_SOCKET == 1 && MSG_NOSIGNAL == 0x4000
$core/Sandbox/LandlockNative.cs|CreateRuleset = 444;|SYS_landlock_create_ruleset == 444 && SYS_landlock_add_rule == 445 && SYS_landlock_restrict_self == 446
$core/Sandbox/SeccompFilter.cs|0xC00000B7, isX64: false|(ARM ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64) == (ARM ? 0xC00000B7 : 0xC000003E)
$core/Sandbox/SeccompFilter.cs|isX64 ? 56u : 220|SYS_clone == (ARM ? 220 : 56) && SYS_clone3 == 435
$core/Sandbox/SeccompFilter.cs|isX64 ? 41u : 198|SYS_socket == (ARM ? 198 : 41)
$core/Sandbox/SeccompFilter.cs|isX64 ? 16u : 29|SYS_ioctl == (ARM ? 29 : 16)
$core/Sandbox/SeccompFilter.cs|isX64 ? 135u : 92|SYS_personality == (ARM ? 92 : 135)
FACTS
)

filter=$top/$core/Sandbox/SeccompFilter.cs
listed() { sed -n "/ReadOnlySpan<ushort> $1 =>/,/];/p" "$filter" | sed 's://.*::' | grep -oE '\b[0-9]+\b'; } # ARRAY
named() { # FIRST-WORD: the comment that begins with it, as one name a line
  awk -v first="// $1" '{ sub(/^ */, "") } index($0, first) == 1 { on = 1 } on { if (substr($0, 1, 2) != "//") exit; print substr($0, 3) }' "$filter" |
    sed 's/^ The same on both://' | tr ',' '\n' | tr -d ' ' | sed '/^$/d'
}

{
  cat <<'HEAD'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#ifdef __aarch64__
#define ARM 1
#else
#define ARM 0
#endif
HEAD
  while IFS='|' read -r file says expression; do
    grep -qF -- "$says" "$top/$file" || { echo "facts: $file does not say '$says' any more; correct the table in tests/arm64/facts.sh" >&2; exit 1; }
    echo "_Static_assert($expression, \"$(basename "$file"): ${says//\"/}\");"
  done <<<"$facts"
  # The two tables of the filter, by the names in the comment above them.
  paste -d' ' <(named ptrace) <(listed DeniedX64 | head -n 43) <(listed DeniedArm64) | while read -r name x64 arm64; do
    # What an architecture never had has no number in its headers.
    echo "#ifdef SYS_$name"
    echo "_Static_assert(SYS_$name == (ARM ? $arm64 : $x64), \"SeccompFilter.cs: $name\");"
    echo "#endif"
  done
  paste -d' ' <(named 'The same on both' | sed 's/^_/io_uring_/; s/^io_uring_io_uring_/io_uring_/') <(listed DeniedBoth) | while read -r name number; do
    printf '#ifdef SYS_%s\n_Static_assert(SYS_%s == %s, "SeccompFilter.cs: %s");\n#endif\n' "$name" "$name" "$number" "$name"
  done
} >"$work/facts.c"

if [ "$(named ptrace | wc -l)" -ne 43 ] || [ "$(listed DeniedArm64 | wc -l)" -ne 43 ]; then
  echo "facts: the filter names $(named ptrace | wc -l) calls and has $(listed DeniedArm64 | wc -l) numbers for arm64; 43 are expected" >&2
  exit 1
fi
for compiler in "$@"; do
  "$compiler" -std=c11 -Wall -c -o "$work/facts.o" "$work/facts.c"
  echo "figure: $(grep -c _Static_assert "$work/facts.c") facts hold for $("$compiler" -dumpmachine)"
done
