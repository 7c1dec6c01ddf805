using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>Messages on a local socket that carry descriptors, which .NET's sockets cannot send. Layouts are those of 64-bit Linux.
/// Source: https://man7.org/linux/man-pages/man7/unix.7.html (SCM_RIGHTS)</summary>
internal static unsafe partial class ControlMessage
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Rights = 1; // SCM_RIGHTS
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int MostDescriptors = 16; // guess: addresses that one gateway listens on
    private const int HeaderBytes = 16; // struct cmsghdr

    /// <summary>Sends one message with copies of these sockets' descriptors; false when it was not taken.</summary>
    /// <param name="channel">A connected local socket.</param>
    /// <param name="text">The message, not empty.</param>
    /// <param name="sockets">At most sixteen; the others are left out. Must stay open until this returns.</param>
    public static bool SendDescriptors(Socket channel, byte[] text, IReadOnlyList<Socket> sockets)
    {
        int count = Math.Min(sockets.Count, MostDescriptors);
        long* control = stackalloc long[(HeaderBytes + (MostDescriptors * sizeof(int))) / sizeof(long)];
        control[0] = HeaderBytes + (count * sizeof(int));
        int* words = (int*)control;
        words[2] = SocketLevel;
        words[3] = Rights;
        for (int index = 0; index < count; index++)
        {
            words[4 + index] = (int)sockets[index].SafeHandle.DangerousGetHandle();
        }

        fixed (byte* bytes = text)
        {
            Vector vector = new() { Base = bytes, Length = text.Length };
            Header header = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = (control[0] + 7) & ~7L,
            };
            return SendMessage((int)channel.SafeHandle.DangerousGetHandle(), &header, NoSignal) == text.Length;
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendMessage(int socket, Header* message, int flags);

    // struct iovec
    private struct Vector
    {
        public byte* Base;
        public long Length;
    }

    // struct msghdr
    private struct Header
    {
        public void* Name;
        public int NameLength;
        public Vector* Vectors;
        public long VectorCount;
        public void* Control;
        public long ControlLength;
        public int Flags;
    }
}
