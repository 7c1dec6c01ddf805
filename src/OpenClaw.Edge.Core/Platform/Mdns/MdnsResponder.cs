using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Mdns;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>Announces one service on every interface and answers for it: probing, renaming after a conflict, announcing, goodbye. One loop
/// owns everything; whatever the network does, it costs this loop only, and it goes on when the network is back.
/// Source: RFC 6762 §8-11, RFC 6763.</summary>
public sealed partial class MdnsResponder : IAsyncDisposable
{
    private const int MaxPackets = 256; // guess: a burst of a whole LAN at once
    private const int MaxPending = 32;
    private const int Probes = 3; // RFC 6762 §8.1
    private const int ManyConflicts = 15;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConflictPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1); // an interface that comes up changes several times
    private static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(5);

    // An interface whose carrier comes late is not always told as a changed address (seen with veth).
    private static readonly TimeSpan LinkCheck = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<MdnsPacket> _packets = Channel.CreateBounded<MdnsPacket>(
        new BoundedChannelOptions(MaxPackets) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(long Due, MdnsLink Link, DnsMessage Message)> _pending = [];
    private readonly Dictionary<(int Link, DnsRecord Record), long> _sentAt = [];
    private readonly Task _loop;
    private MdnsZone _zone;
    private bool _quiet;

    /// <summary>Starts announcing.</summary>
    public MdnsResponder(MdnsOffer service, TimeProvider time, ILogger logger)
    {
        _zone = new MdnsZone(service);
        _time = time;
        _logger = logger;
        NetworkChange.NetworkAddressChanged += OnChanged;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Looks at the interfaces and announces again, as after sleep.</summary>
    public void Again() => _packets.Writer.TryWrite(MdnsPacket.Changed);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnChanged;
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private void OnChanged(object? sender, EventArgs change) => _packets.Writer.TryWrite(MdnsPacket.Changed);

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ServeAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is SocketException or NetworkInformationException or IOException or UnauthorizedAccessException)
            {
                Log.Failed(_logger, failure.Message);
                await NextChangeAsync();
            }
        }
    }

    // One life of the sockets: until the addresses change.
    private async Task ServeAsync()
    {
        using var sockets = new MdnsSockets(MdnsSockets.Port);
        if (!sockets.Open().Any())
        {
            if (!_quiet)
            {
                Log.NoNetwork(_logger);
            }

            _quiet = true;
            await NextChangeAsync();
            return;
        }

        _quiet = false;
        _pending.Clear();
        _sentAt.Clear();
        await using var receiver = new MdnsReceiver(sockets, _packets.Writer);
        bool announced = false;
        try
        {
            while (await ClaimAsync(sockets))
            {
                announced = true;
                Log.Announced(_logger, _zone.Instance.Labels[0], sockets.Links.Count);
                if (await AnswerAsync(sockets))
                {
                    return; // the addresses have changed
                }
            }
        }
        finally
        {
            if (announced)
            {
                SendAll(sockets, link => new DnsMessage { IsResponse = true, Answers = _zone.Goodbye(link.Addresses) });
            }
        }
    }

    // Probes until nobody objects. False when the addresses changed meanwhile.
    private async Task<bool> ClaimAsync(MdnsSockets sockets)
    {
        int conflicts = 0;
        int sent = 0;
        TimeSpan wait = ProbeInterval * Random.Shared.NextDouble();
        while (sent <= Probes)
        {
            switch (await ListenAsync(sockets, wait, answers: false))
            {
                case Heard.Change:
                    await SettleAsync();
                    return false;
                case Heard.Conflict:
                    sent = 0;
                    wait = ++conflicts > ManyConflicts ? ConflictPause : ProbeInterval;
                    continue;
                case Heard.Contest:
                    sent = 0;
                    wait = AnnounceInterval; // RFC 6762 §8.2: one second, then it is seen who it was
                    continue;
                default:
                    break;
            }

            if (sent++ < Probes)
            {
                bool first = sent == 1;
                SendAll(sockets, link => _zone.Probe(link.Addresses, unicast: first));
            }

            wait = ProbeInterval;
        }

        return true;
    }

    // Announces twice and answers. True when the addresses have changed, false after a conflict.
    private async Task<bool> AnswerAsync(MdnsSockets sockets)
    {
        for (int announced = 0; ; announced++)
        {
            if (announced < 2) // later turns only look at the interfaces
            {
                SendAll(sockets, link => new DnsMessage { IsResponse = true, Answers = _zone.All(link.Addresses) });
            }

            switch (await ListenAsync(sockets, announced == 0 ? AnnounceInterval : LinkCheck, answers: true))
            {
                case Heard.Change:
                    await SettleAsync();
                    return true;
                case Heard.Conflict:
                    return false;
                case Heard.Nothing when announced > 0 && !IsSame(sockets.Links, MdnsSockets.FindLinks()):
                    return true;
                default:
                    break;
            }
        }
    }

    private static bool IsSame(IReadOnlyList<MdnsLink> left, IReadOnlyList<MdnsLink> right) =>
        left.Count == right.Count && left.All(link => right.Any(other => other.Index == link.Index && other.Addresses.ToHashSet().SetEquals(link.Addresses)));

    private enum Heard
    {
        Nothing,
        Change,
        Conflict,
        Contest,
    }

    // Takes packets in for a while.
    private async Task<Heard> ListenAsync(MdnsSockets sockets, TimeSpan wait, bool answers)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            TimeSpan left = wait == Timeout.InfiniteTimeSpan ? wait : wait - _time.GetElapsedTime(began);
            if (wait != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)
            {
                return Heard.Nothing;
            }

            if (await NextAsync(Sooner(left)) is { } packet)
            {
                if (packet.Message is null)
                {
                    return Heard.Change;
                }

                Heard heard = Take(sockets, packet, packet.Message, answers);
                if (heard != Heard.Nothing)
                {
                    return heard;
                }
            }

            SendPending(sockets);
        }
    }

    private Heard Take(MdnsSockets sockets, MdnsPacket packet, DnsMessage message, bool answers)
    {
        MdnsLink? link = sockets.Links.FirstOrDefault(link => link.Index == packet.Link);
        if (link is null)
        {
            return Heard.Nothing;
        }

        if (packet.Peer.Port == MdnsSockets.Port && _zone.ConflictsWith(message, [.. sockets.Links.SelectMany(each => each.Addresses)], out bool instance, out bool host))
        {
            _zone = _zone.Renamed(instance, host);
            Log.Renamed(_logger, _zone.Instance.Labels[0], _zone.HostLabel);
            return Heard.Conflict;
        }

        if (!answers)
        {
            return _zone.YieldsTo(message, link.Addresses) ? Heard.Contest : Heard.Nothing;
        }

        if (!message.IsResponse && packet.ToGroup && _zone.Answer(message, link.Addresses) is { } answer)
        {
            Reply(sockets, packet, message, link, answer);
        }

        return Heard.Nothing;
    }

    private void Reply(MdnsSockets sockets, MdnsPacket packet, DnsMessage question, MdnsLink link, DnsMessage answer)
    {
        if (packet.Peer.Port != MdnsSockets.Port)
        {
            // An old resolver (RFC 6762 §6.7): its own id and question, short lives, no cache-flush bits.
            const uint ShortTtl = 10;
            DnsRecord Short(DnsRecord record) => record with { Ttl = Math.Min(record.Ttl, ShortTtl), Unique = false };
            sockets.SendTo(packet.Peer, DnsWriter.Write(answer with
            {
                Id = question.Id,
                Questions = question.Questions,
                Answers = [.. answer.Answers.Select(Short)],
                Additionals = [.. answer.Additionals.Select(Short)],
            }));
            return;
        }

        // A second between two multicasts of a record; a prober gets its answer at once (RFC 6762 §6).
        bool probe = question.Authorities.Count > 0;
        List<DnsRecord> due = [.. answer.Answers.Where(record => probe || !IsRecent(link, record))];
        if (due.Count == 0 || _pending.Count >= MaxPending)
        {
            return;
        }

        // Others may answer a question for a shared record: not all at the same moment.
        bool shared = !probe && due.Any(record => !record.Unique);
        TimeSpan delay = shared ? TimeSpan.FromMilliseconds(20 + (100 * Random.Shared.NextDouble())) : TimeSpan.Zero;
        due.ForEach(record => _sentAt[(link.Index, record)] = _time.GetTimestamp());
        _pending.Add((_time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency), link, answer with { Answers = due }));
    }

    private bool IsRecent(MdnsLink link, DnsRecord record) =>
        _sentAt.FirstOrDefault(sent => sent.Key.Link == link.Index && sent.Key.Record.IsSameAs(record)) is { Value: > 0 } last
        && _time.GetElapsedTime(last.Value) < AnnounceInterval;

    private void SendPending(MdnsSockets sockets)
    {
        long now = _time.GetTimestamp();
        foreach ((long _, MdnsLink link, DnsMessage message) in _pending.Where(waiting => waiting.Due <= now))
        {
            sockets.Send(link, DnsWriter.Write(message));
        }

        _pending.RemoveAll(waiting => waiting.Due <= now);
        if (_sentAt.Count > MaxPackets)
        {
            _sentAt.Clear(); // TXT values that changed leave their old keys
        }
    }

    private TimeSpan Sooner(TimeSpan left)
    {
        if (_pending.Count == 0)
        {
            return left;
        }

        long ticks = Math.Max(0, _pending.Min(waiting => waiting.Due) - _time.GetTimestamp());
        TimeSpan due = TimeSpan.FromSeconds((double)ticks / _time.TimestampFrequency);
        return left == Timeout.InfiniteTimeSpan || due < left ? due : left;
    }

    private static void SendAll(MdnsSockets sockets, Func<MdnsLink, DnsMessage> message)
    {
        foreach (MdnsLink link in sockets.Links)
        {
            sockets.Send(link, DnsWriter.Write(message(link)));
        }
    }

    // The next packet, or null when the time is over. Throws when the responder stops.
    private async Task<MdnsPacket?> NextAsync(TimeSpan wait)
    {
        if (_packets.Reader.TryRead(out MdnsPacket? ready))
        {
            return ready;
        }

        if (wait == Timeout.InfiniteTimeSpan)
        {
            return await _packets.Reader.ReadAsync(_stopping.Token);
        }

        using var deadline = new CancellationTokenSource(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            return await _packets.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task SettleAsync()
    {
        do
        {
            await Task.Delay(SettleTime, _time, _stopping.Token);
        }
        while (DrainChanges());
    }

    private bool DrainChanges()
    {
        bool changed = false;
        while (_packets.Reader.TryRead(out MdnsPacket? packet))
        {
            changed |= packet.Message is null;
        }

        return changed;
    }

    private async Task NextChangeAsync()
    {
        try
        {
            if (await NextAsync(RetryTime) is not null)
            {
                await SettleAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1310, LogLevel.Information, "Announced as '{Instance}' on {Links} interface(s).")]
        public static partial void Announced(ILogger logger, string instance, int links);

        [LoggerMessage(1311, LogLevel.Information, "Somebody else on the network has the name; announcing as '{Instance}', host {Host}.local.")]
        public static partial void Renamed(ILogger logger, string instance, string host);

        [LoggerMessage(1312, LogLevel.Information, "No interface can multicast: not announced until one comes.")]
        public static partial void NoNetwork(ILogger logger);

        [LoggerMessage(1313, LogLevel.Warning, "Announcing failed ({Reason}); it is tried again when the network changes.")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
