using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Platform.Mdns;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Announces one service through Avahi where it runs, and with a responder of our own while it does not. Follows Avahi through restarts and
/// takes another name after a collision. One loop over one bounded channel. Source: org.freedesktop.Avahi.EntryGroup.</summary>
public sealed partial class AvahiAnnouncer : IAsyncDisposable
{
    private const string Avahi = "org.freedesktop.Avahi";
    private const string Server = "org.freedesktop.Avahi.Server";
    private const string Group = "org.freedesktop.Avahi.EntryGroup";
    private const int Established = 2;
    private const int Collision = 3;
    private const int Failure = 4;
    private const int MostRenames = 15; // as our own responder: then something else is wrong
    private const int MaxSignals = 64;

    private static readonly TimeSpan TextCheck = TimeSpan.FromMinutes(10); // a renewed certificate changes the text
    private static readonly TimeSpan BusRetry = TimeSpan.FromMinutes(1);

    private readonly string _address;
    private readonly Func<string?, MdnsOffer> _offer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<BusSignal> _signals = Channel.CreateBounded<BusSignal>(
        new BoundedChannelOptions(MaxSignals) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private MdnsResponder? _own;
    private string _group = "";
    private string _name = "";
    private string _text = "";
    private int _renames;

    /// <summary>Starts announcing.</summary>
    /// <param name="address">Bus address.</param>
    /// <param name="offer">What is announced, given the name that people gave the machine; null where it has none.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public AvahiAnnouncer(string address, Func<string?, MdnsOffer> offer, TimeProvider time, ILogger logger)
    {
        _address = address;
        _offer = offer;
        _time = time;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Announces again, as after sleep: Avahi does that by itself.</summary>
    public void Again() => Volatile.Read(ref _own)?.Again();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await using SystemBus bus = await SystemBus.ConnectAsync(_address, signal => _signals.Writer.TryWrite(signal), _stopping.Token);
                await bus.ListenAsync($"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{Avahi}'");
                await bus.ListenAsync($"type='signal',sender='{Avahi}',interface='{Group}',member='StateChanged'");
                await ServeAsync(bus);
            }
            catch (Exception gone) when (gone is BusException or ObjectDisposedException)
            {
                Log.NoBus(_logger, gone.Message);
            }
            catch (OperationCanceledException)
            {
                return; // Avahi forgets what we announced when the connection ends
            }

            StartOwn(null);
            try
            {
                await Task.Delay(BusRetry, _time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // One life of the bus.
    private async Task ServeAsync(SystemBus bus)
    {
        string? pretty = await PrettyNameAsync(bus);
        await TryRegisterAsync(bus, pretty, anew: true);
        while (!bus.Ended.IsCompleted)
        {
            BusSignal? signal = await NextAsync(bus);
            if (signal is null)
            {
                await RefreshTextAsync(bus, pretty);
            }
            else if (signal is { Member: "NameOwnerChanged" })
            {
                await TryRegisterAsync(bus, pretty, anew: true);
            }
            else if (signal.Path == _group && signal.Number == Established)
            {
                Log.Announced(_logger, _name);
            }
            else if (signal.Path == _group && signal.Number is Collision or Failure)
            {
                if (++_renames > MostRenames)
                {
                    throw new BusException(Avahi, "Avahi finds every name taken");
                }

                _name = await bus.CallAsync(
                    Avahi, "/", Server, "GetAlternativeServiceName", message => message.Text(_name), static message => message.ReadText());
                await TryRegisterAsync(bus, pretty, anew: false);
            }
        }
    }

    private async Task<BusSignal?> NextAsync(SystemBus bus)
    {
        if (_signals.Reader.TryRead(out BusSignal? ready))
        {
            return ready;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        Task<bool> more = _signals.Reader.WaitToReadAsync(wait.Token).AsTask();
        await Task.WhenAny(more, bus.Ended, Task.Delay(TextCheck, _time, wait.Token));
        await wait.CancelAsync();
        _stopping.Token.ThrowIfCancellationRequested();
        return _signals.Reader.TryRead(out BusSignal? signal) ? signal : null;
    }

    private async Task TryRegisterAsync(SystemBus bus, string? pretty, bool anew)
    {
        bool runs = await bus.CallAsync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", static message => message.Text(Avahi), static message => message.ReadNumber('b') == 1);
        if (!runs)
        {
            StartOwn(pretty);
            return;
        }

        try
        {
            await RegisterAsync(bus, _offer(pretty), anew);
            await StopOwnAsync();
        }
        catch (BusException refused)
        {
            Log.Refused(_logger, refused.Message);
            StartOwn(pretty);
        }
    }

    private async Task RegisterAsync(SystemBus bus, MdnsOffer offer, bool anew)
    {
        if (anew)
        {
            _renames = 0;
            _name = offer.Instance;
            _group = await bus.CallAsync(Avahi, "/", Server, "EntryGroupNew", null, static message => message.ReadText('o'));
        }
        else
        {
            await bus.CallAsync(Avahi, _group, Group, "Reset");
        }

        IReadOnlyList<string> text = offer.Text(await HostAsync(bus));
        await bus.CallAsync(Avahi, _group, Group, "AddService", message =>
        {
            Begin(message, offer.Type);
            message.Text(""); // Avahi's own host name
            message.Short(offer.Port);
            message.ByteStrings(text);
        });
        await bus.CallAsync(Avahi, _group, Group, "Commit");
        _text = string.Join('\n', text);
    }

    private async Task RefreshTextAsync(SystemBus bus, string? pretty)
    {
        if (Volatile.Read(ref _own) is not null || _group.Length == 0)
        {
            return;
        }

        MdnsOffer offer = _offer(pretty);
        IReadOnlyList<string> text = offer.Text(await HostAsync(bus));
        if (string.Join('\n', text) == _text)
        {
            return;
        }

        await bus.CallAsync(Avahi, _group, Group, "UpdateServiceTxt", message =>
        {
            Begin(message, offer.Type);
            message.ByteStrings(text);
        });
        _text = string.Join('\n', text);
    }

    // Every interface, both protocols, no flags, the local domain.
    private void Begin(BusMessage message, string type)
    {
        message.Int(-1);
        message.Int(-1);
        message.Unsigned(0);
        message.Text(_name);
        message.Text(type);
        message.Text("");
    }

    private static Task<string> HostAsync(SystemBus bus) =>
        bus.CallAsync(Avahi, "/", Server, "GetHostName", null, static message => message.ReadText());

    // What the owner calls the box ("Kitchen"); a machine without hostnamed has no such name.
    private static async Task<string?> PrettyNameAsync(SystemBus bus)
    {
        try
        {
            string name = await bus.CallAsync(
                "org.freedesktop.hostname1",
                "/org/freedesktop/hostname1",
                "org.freedesktop.DBus.Properties",
                "Get",
                static message =>
                {
                    message.Text("org.freedesktop.hostname1");
                    message.Text("PrettyHostname");
                },
                static message => message.ReadVariantText());
            return name.Length == 0 ? null : name;
        }
        catch (BusException)
        {
            return null;
        }
    }

    private void StartOwn(string? pretty)
    {
        if (Volatile.Read(ref _own) is null)
        {
            _own = new MdnsResponder(_offer(pretty), _time, _logger);
        }
    }

    private async Task StopOwnAsync()
    {
        MdnsResponder? own = _own;
        _own = null;
        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1331, LogLevel.Information, "Announced as '{Name}' through Avahi.")]
        public static partial void Announced(ILogger logger, string name);

        [LoggerMessage(1332, LogLevel.Information, "Announcing without Avahi: {Reason}.")]
        public static partial void NoBus(ILogger logger, string reason);

        [LoggerMessage(1333, LogLevel.Warning, "Avahi does not announce the gateway, so it announces itself: {Reason}.")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
