using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Configuration;

/// <summary>The configuration in force: one reference, replaced in one write. Thread-safe. Read <see cref="Current"/> once
/// per request and keep it.</summary>
public sealed class ConfigStore
{
    /// <summary>Code of the warnable raised while the file on disk is not what runs.</summary>
    public const string ReloadFailedCode = "config-reload-failed";

    private readonly Lock _gate = new();
    private readonly HealthBoard _health;
    private readonly List<Action<ConfigSnapshot>> _listeners = [];
    private volatile ConfigSnapshot _current;

    /// <summary>Starts with a loaded snapshot, good or not: the caller decides whether to run with it.</summary>
    public ConfigStore(ConfigSnapshot first, HealthBoard health)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(health);
        _current = first;
        _health = health;
    }

    /// <summary>The snapshot in force.</summary>
    public ConfigSnapshot Current => _current;

    /// <summary>Calls back after each replacement, on the thread that replaced, in order of registration, until the
    /// returned object is disposed. Callbacks must be short and must not replace the configuration.</summary>
    public IDisposable OnChanged(Action<ConfigSnapshot> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        lock (_gate)
        {
            _listeners.Add(listener);
        }
        return new Subscription(this, listener);
    }

    /// <summary>Puts a snapshot in force if it is valid, else keeps the current one and raises
    /// <see cref="ReloadFailedCode"/>. Returns the problems of the offered snapshot.</summary>
    public IReadOnlyList<ConfigProblem> TryReplace(ConfigSnapshot next)
    {
        ArgumentNullException.ThrowIfNull(next);
        lock (_gate)
        {
            if (!next.Valid)
            {
                ConfigProblem worst = next.Problems[0];
                _health.Raise(new Warnable(ReloadFailedCode,
                    $"{next.Path} was changed but is not used: {worst} The last good configuration stays in force."));
                return next.Problems;
            }
            _health.Clear(ReloadFailedCode);
            if (next.Json.Span.SequenceEqual(_current.Json.Span) && next.Hash == _current.Hash)
            {
                return next.Problems;
            }
            _current = next;
            foreach (Action<ConfigSnapshot> listener in _listeners.ToArray())
            {
                listener(next);
            }
            return next.Problems;
        }
    }

    private sealed class Subscription(ConfigStore store, Action<ConfigSnapshot> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (store._gate)
            {
                store._listeners.Remove(listener);
            }
        }
    }
}
