using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>Listening sockets that systemd opened for this service (<c>LISTEN_FDS</c>), and those that the process before this one
/// left with it (<see cref="SystemdNotifier.Keep"/>). Each is handed out once; those that nobody took are closed with this object.
/// Not thread-safe.
/// Source: https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html</summary>
public sealed partial class InheritedListeners : IDisposable
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START
    private const int MaxListeners = 16; // guess: addresses that one gateway listens on
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const int BothWays = 2; // SHUT_RDWR

    private readonly List<Socket> _sockets;
    private readonly List<Socket> _kept;

    private InheritedListeners(List<Socket> sockets, List<Socket> kept)
    {
        _sockets = sockets;
        _kept = kept;
        Endpoints = [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
    }

    /// <summary>Where those of a socket unit listen, which decides where the gateway does; empty without socket activation.</summary>
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
        List<Socket> kept = [];
        foreach ((int descriptor, bool ofUnit) in Handover.Read(variable(Handover.Variable), processId).Listeners)
        {
            if (Adopt(descriptor) is { } left)
            {
                (ofUnit ? sockets : kept).Add(left);
            }
        }

        if (sockets.Count + kept.Count > 0)
        {
            return new InheritedListeners(sockets, kept); // LISTEN_FDS was for the program before, in this same process
        }

        if (variable("LISTEN_PID") != processId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return new InheritedListeners(sockets, kept);
        }

        if (count > MaxListeners)
        {
            throw new IOException($"systemd passed {count} sockets; at most {MaxListeners} are taken. Remove ListenStream= lines from the socket unit.");
        }

        try
        {
            string[] names = variable("LISTEN_FDNAMES")?.Split(':') ?? [];
            for (int index = 0; index < count; index++)
            {
                Socket? listener = Adopt(first + index);
                if (index < names.Length && names[index] == SystemdNotifier.KeptName)
                {
                    if (listener is not null)
                    {
                        kept.Add(listener);
                    }

                    continue; // one that does not listen any more is no reason not to start
                }

                sockets.Add(listener ?? throw new IOException(
                    $"systemd passed descriptor {first + index}, which is not a listening TCP socket. Use ListenStream= with a port or an address, and Accept=no, in the socket unit."));
            }

            return new InheritedListeners(sockets, kept);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            kept.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Ends what the process before this one listened on and this one will not: systemd holds a copy of each, so that closing
    /// ours would leave the port taken.</summary>
    /// <param name="wanted">Where this process listens.</param>
    public void EndOthers(IReadOnlyList<IPEndPoint> wanted)
    {
        for (int index = _kept.Count - 1; index >= 0; index--)
        {
            Socket left = _kept[index];
            if (!wanted.Any(endpoint => IsAt(left, endpoint)))
            {
                End(_kept[index]);
                _kept.RemoveAt(index);
            }
        }
    }

    /// <summary>To be said of a listener whose copies go on, right before it is closed: .NET ends a socket that is in use at that moment,
    /// and with it every copy, unless other programs may inherit it.</summary>
    public static void Spare(Socket listener) => _ = FileControl((int)listener.SafeHandle.DangerousGetHandle(), SetDescriptorFlags, 0);

    /// <summary>Hands out the socket that listens on this address; null when there is none, or it was handed out.</summary>
    public Socket? TakeAt(EndPoint endpoint) => Take(_sockets, endpoint) ?? Take(_kept, endpoint);

    /// <inheritdoc />
    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
        // A gateway that did not start: whoever calls is to be refused, not to wait.
        _kept.ForEach(End);
        _kept.Clear();
    }

    private static Socket? Take(List<Socket> sockets, EndPoint endpoint)
    {
        Socket? found = sockets.Find(socket => IsAt(socket, endpoint));
        if (found is not null)
        {
            sockets.Remove(found);
        }

        return found;
    }

    // Port 0 is any: the gateway before this one had found one there.
    private static bool IsAt(Socket listener, EndPoint wanted) => listener.LocalEndPoint is IPEndPoint at && wanted is IPEndPoint endpoint
        && at.Address.Equals(endpoint.Address) && (at.Port == endpoint.Port || endpoint.Port == 0);

    // Every copy stops listening, systemd's too; systemd drops such a one by itself.
    private static void End(Socket listener)
    {
        _ = Shutdown((int)listener.SafeHandle.DangerousGetHandle(), BothWays);
        listener.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "the socket owns the handle")]
    private static Socket? Adopt(int descriptor)
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

        return null;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Shutdown(int descriptor, int how);
}
