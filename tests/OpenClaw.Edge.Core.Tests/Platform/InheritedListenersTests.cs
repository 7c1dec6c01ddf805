using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Platform;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class InheritedListenersTests
{
    /// <summary>Sockets whose descriptor has another owner now; disposing or finalizing them would still close it.</summary>
    private static readonly List<Socket> GivenAway = [];

    [Fact]
    public async Task A_socket_that_systemd_opened_is_handed_out_once_and_accepts()
    {
        Socket opened = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        opened.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        opened.Listen();
        var endpoint = (IPEndPoint)opened.LocalEndPoint!;
        int descriptor = (int)opened.SafeHandle.DangerousGetHandle();
        opened.SafeHandle.SetHandleAsInvalid();
        GivenAway.Add(opened);
        using InheritedListeners inherited = InheritedListeners.Take(Promise("1"), 4242, descriptor);

        Assert.Equal([endpoint], inherited.Endpoints);
        Assert.Null(inherited.TakeAt(new IPEndPoint(IPAddress.Loopback, 1)));
        using Socket taken = inherited.TakeAt(endpoint)!;
        Assert.Null(inherited.TakeAt(endpoint));
        taken.Listen();
        using TcpClient caller = new(AddressFamily.InterNetwork);
        await caller.ConnectAsync(endpoint);
        using Socket accepted = await taken.AcceptAsync();
        Assert.Equal(caller.Client.LocalEndPoint, accepted.RemoteEndPoint);
    }

    [Fact]
    public void Descriptors_of_another_process_are_left_alone()
    {
        using InheritedListeners inherited = InheritedListeners.Take(Promise("1"), 4243, 3);
        Assert.Empty(inherited.Endpoints);
    }

    [Fact]
    public void A_file_is_refused_with_the_way_out()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/status");
        int descriptor = (int)file.DangerousGetHandle();
        file.SetHandleAsInvalid(); // the descriptor has one owner
        IOException refused = Assert.Throws<IOException>(() => InheritedListeners.Take(Promise("1"), 4242, descriptor));
        Assert.Contains("ListenStream=", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_sixteen_are_refused() =>
        Assert.Throws<IOException>(() => InheritedListeners.Take(Promise("17"), 4242, 3));

    private static Func<string, string?> Promise(string count) =>
        name => name switch { "LISTEN_PID" => "4242", "LISTEN_FDS" => count, _ => null };
}
