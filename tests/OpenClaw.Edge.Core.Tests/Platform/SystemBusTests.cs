using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Platform.DBus;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

/// <summary>sd-bus against a real dbus-daemon of the test's own. logind and Avahi themselves are in the appliance and mdns suites.</summary>
public sealed class SystemBusTests : IAsyncLifetime
{
    private const string Bus = "org.freedesktop.DBus";
    private readonly TempDir _dir = new();
    private Process? _daemon;

    private string Address => $"unix:path={Path.Combine(_dir.Root, "bus")}";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dbus-daemon") && SdBusLibrary.Instance is not null, "dbus-daemon or libsystemd is not installed");
        string config = _dir.Write("bus.conf", $"""
            <busconfig><type>system</type><listen>{Address}</listen><auth>EXTERNAL</auth>
            <policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
            """);
        _daemon = Process.Start(new ProcessStartInfo("/usr/bin/dbus-daemon", [$"--config-file={config}", "--nofork", "--nopidfile", "--print-address"]) { RedirectStandardOutput = true })!;
        Assert.NotNull(await Guard.Within(_daemon.StandardOutput.ReadLineAsync(), "dbus-daemon says where it listens"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            _daemon.Kill();
            await _daemon.WaitForExitAsync();
            _daemon.Dispose();
        }

        _dir.Dispose();
    }

    [Fact]
    public async Task Calls_are_answered_and_refusals_have_a_name()
    {
        await using SystemBus bus = await SystemBus.ConnectAsync(Address, static _ => { }, CancellationToken.None);

        string id = await bus.CallAsync(Bus, "/org/freedesktop/DBus", Bus, "GetId", null, static message => message.ReadText());
        BusException refused = await Assert.ThrowsAsync<BusException>(() => bus.CallAsync("org.example.Nobody", "/", "org.example.Nobody", "Hello"));

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal("org.freedesktop.DBus.Error.ServiceUnknown", refused.Name);
        Assert.Contains("org.example.Nobody Hello", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signals_come_while_nobody_calls_and_between_calls()
    {
        var heard = new TaskCompletionSource<BusSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using SystemBus bus = await SystemBus.ConnectAsync(Address, signal =>
        {
            if (signal.Texts is ["org.example.Kitchen", ..])
            {
                heard.TrySetResult(signal);
            }
        }, CancellationToken.None);
        await bus.ListenAsync($"type='signal',sender='{Bus}',member='NameOwnerChanged'");

        await using SystemBus other = await SystemBus.ConnectAsync(Address, static _ => { }, CancellationToken.None);
        await other.CallAsync(Bus, "/org/freedesktop/DBus", Bus, "RequestName", static message =>
        {
            message.Text("org.example.Kitchen");
            message.Unsigned(0);
        });

        BusSignal signal = await Guard.Within(heard.Task, "the signal");
        Assert.Equal(("NameOwnerChanged", "/org/freedesktop/DBus"), (signal.Member, signal.Path));
    }

    [Fact]
    public async Task Many_calls_at_once_are_one_after_the_other()
    {
        await using SystemBus bus = await SystemBus.ConnectAsync(Address, static _ => { }, CancellationToken.None);
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            _ => bus.CallAsync(Bus, "/org/freedesktop/DBus", Bus, "GetId", null, static message => message.ReadText())));
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task A_bus_that_goes_away_is_noticed_and_calls_then_fail()
    {
        await using SystemBus bus = await SystemBus.ConnectAsync(Address, static _ => { }, CancellationToken.None);
        await bus.CallAsync(Bus, "/org/freedesktop/DBus", Bus, "GetId");
        _daemon!.Kill();

        await Guard.Within(bus.Ended, "the end of the bus");
        await Assert.ThrowsAnyAsync<Exception>(() => bus.CallAsync(Bus, "/org/freedesktop/DBus", Bus, "GetId"));
    }

    [Fact]
    public async Task Without_logind_it_is_said_once_and_tried_again_after_ten_minutes()
    {
        var time = new ManualTimeProvider();
        var log = new CountingLogger();
        await using var hold = new LogindHold(Address, static _ => { }, time, log);
        await hold.HoldAsync(CancellationToken.None);
        await hold.HoldAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(11));
        await hold.HoldAsync(CancellationToken.None);

        Assert.False(hold.IsHeld);
        Assert.Equal(1, log.Lines);
        hold.Release();
    }

    [Fact]
    public async Task A_bus_that_accepts_and_says_nothing_holds_nobody_up()
    {
        string path = Path.Combine(_dir.Root, "silent");
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(path));
        silent.Listen();
        using var patience = new CancellationTokenSource();
        await using SystemBus bus = await SystemBus.ConnectAsync($"unix:path={path}", static _ => { }, patience.Token);
        Task call = bus.CallAsync(Bus, "/org/freedesktop/DBus", Bus, "GetId");
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(call));
    }

    [Fact]
    public async Task Without_a_bus_there_is_a_reason() =>
        Assert.Contains("no system bus", (await Assert.ThrowsAsync<BusException>(() => SystemBus.ConnectAsync("unix:path=/nowhere/at/all", static _ => { }, CancellationToken.None))).Message, StringComparison.Ordinal);

    private sealed class CountingLogger : ILogger
    {
        public int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines++;
    }
}
