using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class SystemdNotifierTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
    private readonly Dictionary<string, string> _environment = [];

    public SystemdNotifierTests()
    {
        string path = _dir.PathOf("notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(path));
        _environment["NOTIFY_SOCKET"] = path;
    }

    public void Dispose()
    {
        _systemd.Dispose();
        _dir.Dispose();
    }

    [Fact]
    public async Task It_says_what_systemd_reads()
    {
        await using SystemdNotifier notifier = Connect();
        Assert.True(notifier.Active);
        notifier.Ready("listening on 18789");
        notifier.Status("two\nlines");
        notifier.Reloading(TimeSpan.FromMilliseconds(1.5));
        notifier.ExtendTimeout(TimeSpan.FromSeconds(12));
        notifier.Stopping("draining 3 runs");

        Assert.Equal("READY=1\nSTATUS=listening on 18789", Receive());
        Assert.Equal("STATUS=two lines", Receive());
        Assert.Equal("RELOADING=1\nMONOTONIC_USEC=1500", Receive());
        Assert.Equal("EXTEND_TIMEOUT_USEC=12000000", Receive());
        Assert.Equal("STOPPING=1\nSTATUS=draining 3 runs", Receive());
    }

    [Fact]
    public async Task Without_systemd_it_does_nothing()
    {
        _environment.Clear();
        await using SystemdNotifier notifier = Connect();
        Assert.False(notifier.Active);
        notifier.Ready("x");
        notifier.StartWatchdog(new ManualTimeProvider(), _ => null);
    }

    [Theory]
    [InlineData("/nowhere/at/all")]
    [InlineData("@openclaw-edge-test-nobody-listens")]
    public async Task A_socket_that_is_not_there_does_not_stop_the_start(string path)
    {
        _environment["NOTIFY_SOCKET"] = path;
        await using SystemdNotifier notifier = Connect();
        Assert.False(notifier.Active);
        notifier.Ready("x");
    }

    [Fact]
    public async Task An_abstract_socket_works_too()
    {
        string name = $"openclaw-edge-test-{Guid.NewGuid():N}";
        using Socket systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        systemd.Bind(new UnixDomainSocketEndPoint("\0" + name));
        _environment["NOTIFY_SOCKET"] = "@" + name;
        await using SystemdNotifier notifier = Connect();
        notifier.Status("x");
        byte[] buffer = new byte[256];
        Assert.Equal("STATUS=x", Encoding.UTF8.GetString(buffer, 0, await systemd.ReceiveAsync(buffer)));
    }

    [Fact]
    public async Task The_watchdog_is_told_twice_an_interval_while_all_is_well()
    {
        _environment["WATCHDOG_USEC"] = "30000000";
        ManualTimeProvider time = new();
        string? trouble = null;
        TimeSpan patience = TimeSpan.Zero;
        await using SystemdNotifier notifier = Connect();
        Assert.Equal(TimeSpan.FromSeconds(15), notifier.WatchdogInterval);
        notifier.StartWatchdog(time, allowed =>
        {
            patience = allowed;
            return trouble;
        });
        Assert.Equal("WATCHDOG=1", Receive());
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("WATCHDOG=1", Receive());

        Assert.Equal(TimeSpan.FromSeconds(30), patience);

        trouble = "the database writer has not turned for 31 s";
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("STATUS=Not working: the database writer has not turned for 31 s", Receive());
        notifier.Status("after");
        Assert.Equal("STATUS=after", Receive());
    }

    [Theory]
    [InlineData("30000000", "1")]
    [InlineData("0", null)]
    [InlineData("soon", null)]
    public async Task A_watchdog_of_another_process_or_of_no_length_is_not_ours(string micros, string? processId)
    {
        _environment["WATCHDOG_USEC"] = micros;
        if (processId is not null)
        {
            _environment["WATCHDOG_PID"] = processId;
        }

        await using SystemdNotifier notifier = Connect();
        Assert.Null(notifier.WatchdogInterval);
    }

    [Fact]
    public async Task A_watchdog_of_this_process_is_ours()
    {
        _environment["WATCHDOG_USEC"] = "1000000";
        _environment["WATCHDOG_PID"] = "4242";
        await using SystemdNotifier notifier = Connect();
        Assert.Equal(TimeSpan.FromSeconds(0.5), notifier.WatchdogInterval);
    }

    [Fact]
    public async Task Listeners_that_it_leaves_with_systemd_go_on_taking_callers()
    {
        using Socket listener = Listener(out IPEndPoint first);
        using Socket another = Listener(out IPEndPoint second);
        await using SystemdNotifier notifier = Connect();
        notifier.Keep([listener, another]);
        listener.Dispose();
        another.Dispose();

        // Their copies are in the message that systemd has not read yet.
        using (TcpClient caller = new(AddressFamily.InterNetwork), also = new(AddressFamily.InterNetwork))
        {
            await caller.ConnectAsync(first);
            await also.ConnectAsync(second);
        }

        // Read without taking the descriptors, they are closed: that they were there was the message's doing.
        Assert.Equal("FDSTORE=1\nFDNAME=openclaw-listener", Receive());
        using TcpClient late = new(AddressFamily.InterNetwork);
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(first));
    }

    [Fact]
    public async Task Without_a_listener_nothing_is_left()
    {
        await using SystemdNotifier notifier = Connect();
        notifier.Keep([]);
        notifier.Status("next");
        Assert.Equal("STATUS=next", Receive());
    }

    private static Socket Listener(out IPEndPoint endpoint)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        endpoint = (IPEndPoint)listener.LocalEndPoint!;
        return listener;
    }

    private SystemdNotifier Connect() => SystemdNotifier.Connect(_environment.GetValueOrDefault, 4242, NullLogger.Instance);

    private string Receive()
    {
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }
}
