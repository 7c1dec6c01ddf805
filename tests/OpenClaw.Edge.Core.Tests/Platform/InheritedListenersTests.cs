using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class InheritedListenersTests
{
    /// <summary>Sockets whose descriptor has another owner now; disposing or finalizing them would still close it.</summary>
    private static readonly List<Socket> GivenAway = [];

    [Fact]
    public async Task A_socket_that_systemd_opened_is_handed_out_once_and_accepts()
    {
        int descriptor = Opened(out IPEndPoint endpoint);
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
    public async Task What_the_process_before_left_is_handed_out_and_says_nothing_about_where_to_listen()
    {
        int descriptor = Opened(out IPEndPoint endpoint);
        using InheritedListeners inherited = InheritedListeners.Take(Promise("1", "openclaw-listener"), 4242, descriptor);

        Assert.Empty(inherited.Endpoints);
        inherited.EndOthers([endpoint]);
        using Socket taken = inherited.TakeAt(endpoint)!;
        using TcpClient caller = new(AddressFamily.InterNetwork);
        await caller.ConnectAsync(endpoint);
        using Socket accepted = await taken.AcceptAsync();
        Assert.Equal(caller.Client.LocalEndPoint, accepted.RemoteEndPoint);
    }

    [Fact]
    public async Task What_is_not_wanted_any_more_stops_listening_in_every_copy()
    {
        int descriptor = Opened(out IPEndPoint endpoint);
        using SafeFileHandle copy = CopiedDescriptor.Of(descriptor); // as systemd holds one
        using InheritedListeners inherited = InheritedListeners.Take(Promise("1", "openclaw-listener"), 4242, descriptor);
        inherited.EndOthers([new IPEndPoint(IPAddress.Loopback, 1)]);

        Assert.Null(inherited.TakeAt(endpoint));
        using TcpClient caller = new(AddressFamily.InterNetwork);
        await Assert.ThrowsAsync<SocketException>(() => caller.ConnectAsync(endpoint));

        // The same port on every address is free for the next listener, although the copy is still open.
        using Socket wider = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        wider.Bind(new IPEndPoint(IPAddress.Any, endpoint.Port));
        wider.Listen();
    }

    [Fact]
    public async Task A_gateway_that_does_not_start_lets_callers_be_refused()
    {
        int descriptor = Opened(out IPEndPoint endpoint);
        using SafeFileHandle copy = CopiedDescriptor.Of(descriptor);
        InheritedListeners.Take(Promise("1", "openclaw-listener"), 4242, descriptor).Dispose();
        using TcpClient caller = new(AddressFamily.InterNetwork);
        await Assert.ThrowsAsync<SocketException>(() => caller.ConnectAsync(endpoint));
    }

    [Fact]
    public async Task A_listener_that_is_spared_goes_on_in_its_copies_although_it_is_closed_while_it_accepts()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var endpoint = (IPEndPoint)listener.LocalEndPoint!;
        using SafeFileHandle copy = CopiedDescriptor.Of((int)listener.SafeHandle.DangerousGetHandle());
        Task accepting = Task.Run(() =>
        {
            try
            {
                using Socket accepted = listener.Accept(); // holds the handle: closing it now is what ends every copy
            }
            catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
            {
                // closed before it began
            }
        });

        InheritedListeners.Spare(listener);
        Task closing = Task.Run(listener.Dispose);
        using TcpClient caller = new(AddressFamily.InterNetwork), next = new(AddressFamily.InterNetwork);
        await caller.ConnectAsync(endpoint);
        await Guard.Within(Task.WhenAll(accepting, closing));
        await next.ConnectAsync(endpoint);
    }

    [Fact]
    public void A_file_that_was_left_is_no_reason_not_to_start()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/status");
        int descriptor = (int)file.DangerousGetHandle();
        file.SetHandleAsInvalid();
        using InheritedListeners inherited = InheritedListeners.Take(Promise("1", "openclaw-listener"), 4242, descriptor);
        Assert.Empty(inherited.Endpoints);
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

    private static Func<string, string?> Promise(string count, string? names = null) =>
        name => name switch { "LISTEN_PID" => "4242", "LISTEN_FDS" => count, "LISTEN_FDNAMES" => names, _ => null };

    private static int Opened(out IPEndPoint endpoint)
    {
        Socket opened = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        opened.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        opened.Listen();
        endpoint = (IPEndPoint)opened.LocalEndPoint!;
        int descriptor = (int)opened.SafeHandle.DangerousGetHandle();
        opened.SafeHandle.SetHandleAsInvalid();
        GivenAway.Add(opened);
        return descriptor;
    }
}
