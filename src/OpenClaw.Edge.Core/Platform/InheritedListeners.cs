using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>Listening sockets that systemd opened for this service (<c>LISTEN_FDS</c>). Each is handed out once; those that
/// nobody took are closed with this object. Not thread-safe.
/// Source: https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html</summary>
public sealed partial class InheritedListeners : IDisposable
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START
    private const int MaxListeners = 16; // guess: addresses that one gateway listens on
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    private readonly List<Socket> _sockets;

    private InheritedListeners(List<Socket> sockets)
    {
        _sockets = sockets;
        Endpoints = [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
    }

    /// <summary>Where they listen; empty without socket activation.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Takes over what <c>LISTEN_PID</c> and <c>LISTEN_FDS</c> promise to this process.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="processId">This process; descriptors that were meant for another are not touched.</param>
    /// <exception cref="IOException">A descriptor is not a listening TCP socket.</exception>
    public static InheritedListeners Take(Func<string, string?> variable, int processId) => Take(variable, processId, FirstDescriptor);

    /// <summary>As <see cref="Take(Func{string, string?}, int)"/>, from another first descriptor, for tests.</summary>
    internal static InheritedListeners Take(Func<string, string?> variable, int processId, int first)
    {
        List<Socket> sockets = [];
        if (variable("LISTEN_PID") != processId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return new InheritedListeners(sockets);
        }

        if (count > MaxListeners)
        {
            throw new IOException($"systemd passed {count} sockets; at most {MaxListeners} are taken. Remove ListenStream= lines from the socket unit.");
        }

        try
        {
            for (int descriptor = first; descriptor < first + count; descriptor++)
            {
                sockets.Add(Adopt(descriptor));
            }

            return new InheritedListeners(sockets);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Hands out the socket that listens on this address; null when there is none, or it was handed out.</summary>
    public Socket? TakeAt(EndPoint endpoint)
    {
        Socket? found = _sockets.Find(socket => endpoint.Equals(socket.LocalEndPoint));
        if (found is not null)
        {
            _sockets.Remove(found);
        }

        return found;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "the socket owns the handle")]
    private static Socket Adopt(int descriptor)
    {
        // What this process starts must not hold the port.
        _ = FileControl(descriptor, SetDescriptorFlags, CloseOnExec);
        SafeSocketHandle handle = new(descriptor, ownsHandle: true);
        Socket? socket = null;
        try
        {
            socket = new Socket(handle);
            bool listens = socket.SocketType == SocketType.Stream && socket.LocalEndPoint is IPEndPoint
                && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0;
            if (listens)
            {
                Socket adopted = socket;
                socket = null;
                return adopted;
            }
        }
        catch (Exception cause) when (cause is SocketException or ArgumentException)
        {
            // not a socket at all
            handle.Dispose();
        }
        finally
        {
            socket?.Dispose();
        }

        throw new IOException(
            $"systemd passed descriptor {descriptor}, which is not a listening TCP socket. Use ListenStream= with a port or an address, and Accept=no, in the socket unit.");
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(int descriptor, int command, int argument);
}
