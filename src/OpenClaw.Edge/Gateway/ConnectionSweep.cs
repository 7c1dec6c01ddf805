using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Skills;

namespace OpenClaw.Edge.Gateway;

/// <summary>The one clock of all connections: handshake deadlines, pings, dead peers, unanswered closes, ticks, health.
/// It sleeps while nobody is connected.</summary>
internal sealed class ConnectionSweep : IAsyncDisposable
{
    /// <summary>How often it looks; deadlines are this much late at most.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(60);

    private readonly ConnectionRegistry _registry;
    private readonly TimeProvider _time;
    private readonly Action _tick;
    private readonly Action _health;
    private readonly ProcessVitals _vitals;
    private readonly SkillWatch _skills;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _running;
    private long _lastTick;
    private long _lastHealth;
    private volatile bool _healthChanged;
    private long _secretChangedAt = -1;
    private long _secretEndsAt;

    /// <summary>Creates a sweep that sleeps until <see cref="Wake"/>.</summary>
    public ConnectionSweep(ConnectionRegistry registry, TimeProvider time, Action tick, Action health, ProcessVitals vitals, SkillWatch skills)
    {
        _registry = registry;
        _time = time;
        _tick = tick;
        _health = health;
        _vitals = vitals;
        _skills = skills;
        _lastTick = _lastHealth = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Sweep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts looking, if it slept. Call after a connection was added.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (!_running)
            {
                _running = true;
                _timer.Change(Period, Period);
            }
        }
    }

    /// <summary>Has the health told with the next look.</summary>
    public void TellHealth() => _healthChanged = true;

    /// <summary>Ends the connections that came in by what was in force until now, secret, proxy or open door, with the first look after it
    /// stops opening; not those by a token of their own. Not at once: who changed it is answered first.</summary>
    /// <param name="endsAt">Until when it opens too; null when it does not.</param>
    public void ForgetSecret(DateTimeOffset? endsAt = null)
    {
        lock (_gate)
        {
            _secretChangedAt = _time.GetUtcNow().ToUnixTimeMilliseconds();
            _secretEndsAt = endsAt?.ToUnixTimeMilliseconds() ?? _secretChangedAt;
        }
    }

    /// <summary>Looks once.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            ReadOnlySpan<GatewayConnection> all = _registry.All;
            if (all.Length == 0)
            {
                _running = false;
                _vitals.Rest();
                _skills.Rest();
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            _vitals.Beat();
            _skills.Look();
            long now = _time.GetTimestamp();
            foreach (GatewayConnection connection in all)
            {
                Look(connection, now);
            }

            if (_time.GetElapsedTime(_lastTick, now) >= ProtocolLimits.TickInterval)
            {
                _lastTick = now;
                _tick();
            }

            if (_healthChanged || _time.GetElapsedTime(_lastHealth, now) >= HealthInterval)
            {
                _healthChanged = false;
                _lastHealth = now;
                _health();
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look(GatewayConnection connection, long now)
    {
        if (connection.ClosedAt != 0)
        {
            if (_time.GetElapsedTime(connection.ClosedAt, now) >= ProtocolLimits.CloseTimeout)
            {
                connection.Abort();
            }

            return;
        }

        if (connection.Grant is null)
        {
            if (_time.GetElapsedTime(connection.OpenedAt, now) >= ProtocolLimits.HandshakeTimeout)
            {
                connection.Close(CloseCodes.Normal, "");
            }

            return;
        }

        if (connection.Grant is { Method: not ("device-token" or "bootstrap-token") } grant)
        {
            if (grant.SinceMs <= _secretChangedAt && _secretEndsAt < grant.EndsAtMs)
            {
                grant.EndsAtMs = _secretEndsAt;
            }

            if (grant.EndsAtMs != long.MaxValue && grant.EndsAtMs <= _time.GetUtcNow().ToUnixTimeMilliseconds())
            {
                connection.Close(CloseCodes.AuthChanged, "gateway auth changed");
                return;
            }
        }

        long lastPing = connection.LastPing == 0 ? connection.OpenedAt : connection.LastPing;
        if (_time.GetElapsedTime(lastPing, now) < ProtocolLimits.PingInterval)
        {
            return;
        }

        // Any bytes since the ping prove that the peer lives: a part of a big frame that is still coming in, too.
        if (connection.PingSent != 0 && connection.LastHeard < connection.PingSent)
        {
            connection.Abort();
            return;
        }

        connection.SendPing(now);
    }
}
