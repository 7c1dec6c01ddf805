using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The system call filter of bubblewrap's sandboxes, as the kernel's own little program: what only administers or
/// attacks a machine is refused, all else is let through. Source: linux/seccomp.h, linux/bpf_common.h; the numbers are those
/// of the kernel's tables.</summary>
internal static class SeccompFilter
{
    private const ushort Load = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort JumpEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort JumpAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private const ushort JumpAnyBit = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private const ushort And = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private const ushort Return = 0x06; // BPF_RET | BPF_K

    private const uint Allow = 0x7FFF0000;
    private const uint KillProcess = 0x80000000;
    private const uint Errno = 0x00050000;
    private const uint NotPermitted = Errno | 1; // EPERM
    private const uint NoSuchCall = Errno | 38; // ENOSYS: the C library then takes the older call
    private const uint NoSuchFamily = Errno | 97; // EAFNOSUPPORT

    private const uint NewNamespaces = 0x7E020000; // CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET
    private const int NumberAt = 0;
    private const int ArchitectureAt = 4;
    private const int FirstArgumentAt = 16;
    private const int SecondArgumentAt = 24;

    // ptrace, process_vm_readv, process_vm_writev, kcmp, syslog, mount, umount2, pivot_root, chroot, swapon, swapoff, reboot,
    // sethostname, setdomainname, init_module, delete_module, finit_module, quotactl, nfsservctl, lookup_dcookie, acct,
    // settimeofday, clock_settime, adjtimex, clock_adjtime, keyctl, add_key, request_key, kexec_load, kexec_file_load, bpf,
    // perf_event_open, userfaultfd, unshare, setns, open_by_handle_at, name_to_handle_at, fanotify_init, vhangup, move_pages,
    // mbind, set_mempolicy, migrate_pages
    private static ReadOnlySpan<ushort> DeniedX64 =>
    [
        101, 310, 311, 312, 103, 165, 166, 155, 161, 167, 168, 169, 170, 171, 175, 176, 313, 179, 180, 212, 163, 164, 227, 159, 305,
        250, 248, 249, 246, 320, 321, 298, 323, 272, 308, 304, 303, 300, 153, 279, 237, 238, 256,
        172, 173, 174, 177, 178, 154, 134, 136, 139, 156, // iopl, ioperm, old module calls, modify_ldt, uselib, ustat, sysfs, _sysctl
    ];

    private static ReadOnlySpan<ushort> DeniedArm64 =>
    [
        117, 270, 271, 272, 116, 40, 39, 41, 51, 224, 225, 142, 161, 162, 105, 106, 273, 60, 42, 18, 89, 170, 112, 171, 266,
        219, 217, 218, 104, 294, 280, 241, 282, 97, 268, 265, 264, 262, 58, 239, 235, 237, 238,
    ];

    // The same on both: io_uring_setup, _enter, _register, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick,
    // pidfd_getfd, process_madvise, mount_setattr, quotactl_fd, memfd_secret
    private static ReadOnlySpan<ushort> DeniedBoth => [425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 443, 447];

    /// <summary>The program for this machine; null on an architecture that is not known.</summary>
    public static byte[]? ForThisMachine() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Build(0xC000003E, isX64: true),
        Architecture.Arm64 => Build(0xC00000B7, isX64: false),
        _ => null,
    };

    private static byte[] Build(uint architecture, bool isX64)
    {
        List<(ushort Code, byte True, byte False, uint Value)> program = [];
        Add(Load, ArchitectureAt);
        Unless(architecture, KillProcess);
        Add(Load, NumberAt);
        if (isX64)
        {
            program.Add((JumpAtLeast, 0, 1, 0x40000000)); // the x32 calls, which nobody uses
            Add(Return, NoSuchCall);
        }

        foreach (ushort number in isX64 ? DeniedX64 : DeniedArm64)
        {
            When(number, NotPermitted);
        }

        foreach (ushort number in DeniedBoth)
        {
            When(number, NotPermitted);
        }

        When(435, NoSuchCall); // clone3: its flags lie in memory, where a filter cannot look

        // clone: no new namespaces
        program.Add((JumpEqual, 0, 4, isX64 ? 56u : 220));
        Add(Load, FirstArgumentAt);
        program.Add((JumpAnyBit, 0, 1, NewNamespaces));
        Add(Return, NotPermitted);
        Add(Return, Allow);

        // socket: unix, inet, inet6, netlink; raw ones of inet not
        program.Add((JumpEqual, 0, 12, isX64 ? 41u : 198));
        Add(Load, FirstArgumentAt);
        program.Add((JumpEqual, 9, 0, 1)); // unix
        program.Add((JumpEqual, 8, 0, 16)); // netlink
        program.Add((JumpEqual, 2, 0, 2));
        program.Add((JumpEqual, 1, 0, 10));
        Add(Return, NoSuchFamily);
        Add(Load, SecondArgumentAt);
        Add(And, 0xF);
        program.Add((JumpEqual, 1, 0, 3)); // SOCK_RAW
        program.Add((JumpEqual, 0, 1, 10)); // SOCK_PACKET
        Add(Return, NotPermitted);
        Add(Return, Allow);

        // ioctl: no keys pushed into a terminal
        program.Add((JumpEqual, 0, 5, isX64 ? 16u : 29));
        Add(Load, SecondArgumentAt);
        program.Add((JumpEqual, 1, 0, 0x5412)); // TIOCSTI
        program.Add((JumpEqual, 0, 1, 0x541C)); // TIOCLINUX
        Add(Return, NotPermitted);
        Add(Return, Allow);

        // personality: the plain ones
        program.Add((JumpEqual, 0, 6, isX64 ? 135u : 92));
        Add(Load, FirstArgumentAt);
        program.Add((JumpEqual, 3, 0, 0));
        program.Add((JumpEqual, 2, 0, 8));
        program.Add((JumpEqual, 1, 0, 0xFFFFFFFF));
        Add(Return, NotPermitted);
        Add(Return, Allow);
        Add(Return, Allow);
        return Pack(program);

        void Add(ushort code, uint value) => program.Add((code, 0, 0, value));

        void When(uint value, uint then)
        {
            program.Add((JumpEqual, 0, 1, value));
            Add(Return, then);
        }

        void Unless(uint value, uint then)
        {
            program.Add((JumpEqual, 1, 0, value));
            Add(Return, then);
        }
    }

    private static byte[] Pack(List<(ushort Code, byte True, byte False, uint Value)> program)
    {
        byte[] bytes = new byte[program.Count * 8];
        for (int i = 0; i < program.Count; i++)
        {
            Span<byte> entry = bytes.AsSpan(i * 8, 8);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, program[i].Code);
            entry[2] = program[i].True;
            entry[3] = program[i].False;
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], program[i].Value);
        }

        return bytes;
    }
}
