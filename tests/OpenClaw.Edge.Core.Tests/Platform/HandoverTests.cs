using System.Net;
using System.Net.Sockets;
using OpenClaw.Edge.Platform;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class HandoverTests
{
    private const int Self = 4242;

    [Fact]
    public async Task A_listener_that_is_left_goes_on_with_the_callers_that_wait_at_it()
    {
        Socket before = Listener();
        IPEndPoint at = (IPEndPoint)before.LocalEndPoint!;
        Handover handover = Handover.At([1, 2]);
        Assert.True(handover.Keep(before, ofUnit: false));
        InheritedListeners.Spare(before);
        before.Dispose();

        using TcpClient caller = new(AddressFamily.InterNetwork);
        await caller.ConnectAsync(at); // nobody accepts now
        using InheritedListeners inherited = Take(handover.Text(Self));
        inherited.EndOthers([at]);
        using Socket after = inherited.TakeAt(at)!;
        using Socket accepted = await after.AcceptAsync();

        Assert.Equal(caller.Client.LocalEndPoint, accepted.RemoteEndPoint);
        Assert.Empty(inherited.Endpoints);
    }

    [Fact]
    public void What_a_socket_unit_opened_goes_on_saying_where_to_listen()
    {
        using Socket before = Listener();
        Handover handover = Handover.At([]);
        handover.Keep(before, ofUnit: true);

        using InheritedListeners inherited = Take(handover.Text(Self));

        Assert.Equal([(IPEndPoint)before.LocalEndPoint!], inherited.Endpoints);
    }

    [Fact]
    public void Any_port_is_the_one_that_the_gateway_before_had_found_there()
    {
        using Socket before = Listener();
        Handover handover = Handover.At([]);
        handover.Keep(before, ofUnit: false);
        using InheritedListeners inherited = Take(handover.Text(Self));
        inherited.EndOthers([new IPEndPoint(IPAddress.Loopback, 0)]);

        Assert.Null(inherited.TakeAt(new IPEndPoint(IPAddress.IPv6Loopback, 0)));
        using Socket after = inherited.TakeAt(new IPEndPoint(IPAddress.Loopback, 0))!;
        Assert.Equal(before.LocalEndPoint, after.LocalEndPoint);
    }

    [Fact]
    public async Task An_address_that_is_not_wanted_any_more_refuses_its_callers()
    {
        using Socket before = Listener();
        IPEndPoint at = (IPEndPoint)before.LocalEndPoint!;
        Handover handover = Handover.At([]);
        handover.Keep(before, ofUnit: false);
        using InheritedListeners inherited = Take(handover.Text(Self));

        inherited.EndOthers([new IPEndPoint(IPAddress.Loopback, at.Port == 1 ? 2 : 1)]);

        using TcpClient caller = new(AddressFamily.InterNetwork);
        await Assert.ThrowsAsync<SocketException>(() => caller.ConnectAsync(at));
    }

    [Fact]
    public void The_times_of_restarts_are_read_back()
    {
        Assert.Equal([5, 1790000000000], Handover.Read(Handover.At([5, 1790000000000]).Text(Self), Self).RestartsMs);
        Assert.Empty(Handover.Read(Handover.At([]).Text(Self), Self).RestartsMs);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("4243 3k, 5")] // another process's
    [InlineData("4242")]
    [InlineData("4242 3k")]
    [InlineData("4242 x,-3k,99999999999k,k,3z, y")]
    public void What_is_not_for_this_process_or_not_understood_leaves_nothing(string? text)
    {
        Handover read = Handover.Read(text, Self);

        Assert.Empty(read.Descriptors);
        Assert.Empty(read.RestartsMs);
    }

    [Fact]
    public void A_descriptor_that_is_no_listener_is_passed_over()
    {
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Handover handover = Handover.At([]);
        handover.Keep(silent, ofUnit: false);

        using InheritedListeners inherited = Take(handover.Text(Self));

        Assert.Empty(inherited.Endpoints);
        Assert.Null(inherited.TakeAt(new IPEndPoint(IPAddress.Any, 0)));
    }

    [Fact]
    public void A_program_that_cannot_be_started_leaves_this_one_running()
    {
        Assert.Equal(2, ProcessImage.Replace("/nowhere/at/all", [new("A", "b")], [])); // ENOENT
        Assert.True(File.Exists(ProcessImage.Program));
    }

    private static InheritedListeners Take(string handover) =>
        InheritedListeners.Take(name => name == Handover.Variable ? handover : null, Self);

    private static Socket Listener()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }
}
