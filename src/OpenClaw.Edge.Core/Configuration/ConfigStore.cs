using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Configuration;

/// <summary>The configuration in force: one reference, replaced in one write. Thread-safe. Read <see cref="Current"/> once
/// per request and keep it.</summary>
public sealed class ConfigStore
{
    /// <summary>Code of the warnable raised while the file on disk is not what runs.</summary>
    public const string ReloadFailedCode = "config-reload-failed";

    /// <summary>Code of the warnable raised when the start used the last good copy.</summary>
    public const string LastGoodCode = "config-last-good";

    private readonly Lock _gate = new();
    private readonly HealthBoard _health;
    private readonly List<Action<ConfigSnapshot>> _listeners = [];
    private readonly Func<ConfigSnapshot>? _load;
    private readonly StatePaths? _paths;
    private volatile ConfigSnapshot _current;

    /// <summary>Starts with a loaded snapshot, good or not: the caller decides whether to run with it.</summary>
    public ConfigStore(ConfigSnapshot first, HealthBoard health)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(health);
        _current = first;
        _health = health;
    }

    private ConfigStore(ConfigSnapshot first, HealthBoard health, StatePaths paths, Func<ConfigSnapshot> load)
        : this(first, health)
    {
        _paths = paths;
        _load = load;
    }

    /// <summary>The snapshot in force.</summary>
    public ConfigSnapshot Current => _current;

    /// <summary>Loads for a start. When the file is broken but a last good copy is there, that copy is in force with a
    /// loud warning (<see cref="ConfigSnapshot.FromLastGood"/>). When <see cref="Current"/> is not valid, the caller must
    /// print its problems and not start. Writes the last good copy only when it differs.</summary>
    public static ConfigStore Open(StatePaths paths, ProcessEnvironment environment, HealthBoard health)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(health);
        ConfigSnapshot first = ConfigLoader.Load(paths, environment);
        ConfigSnapshot used = first.Valid ? first : LastGoodConfig.TryLoad(first, paths, environment) ?? first;
        var store = new ConfigStore(used, health, paths, () => ConfigLoader.Load(paths, environment));
        if (used.FromLastGood)
        {
            health.Raise(new Warnable(LastGoodCode,
                $"{paths.ConfigPath} is broken, so the gateway runs with the last good copy {paths.LastGoodConfigPath}: {first.Problems[0]}"));
        }
        else if (used.Valid)
        {
            LastGoodConfig.TryKeep(used, paths);
        }
        return store;
    }

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

    /// <summary>Reads the file again and puts it in force if it is valid (also on SIGHUP). Returns the problems found.
    /// Reading runs on the pool. Only for a store made by <see cref="Open"/>.</summary>
    public Task<IReadOnlyList<ConfigProblem>> ReloadAsync(CancellationToken cancellationToken)
    {
        Func<ConfigSnapshot> load = _load ?? throw new InvalidOperationException("this store was made without a loader");
        return Task.Run(() => TryReplace(load()), cancellationToken);
    }

    /// <summary>Puts a snapshot in force if it is valid, else keeps the current one and raises
    /// <see cref="ReloadFailedCode"/>. Returns the problems of the offered snapshot. A snapshot that says the same as the
    /// current one calls nobody.</summary>
    public IReadOnlyList<ConfigProblem> TryReplace(ConfigSnapshot next)
    {
        ArgumentNullException.ThrowIfNull(next);
        lock (_gate)
        {
            if (!next.Valid)
            {
                _health.Raise(new Warnable(ReloadFailedCode,
                    $"{next.Path} was changed but is not used: {next.Problems[0]} The last good configuration stays in force."));
                return next.Problems;
            }
            _health.Clear(ReloadFailedCode);
            _health.Clear(LastGoodCode);
            ConfigSnapshot before = _current;
            _current = next;
            if (_paths is not null)
            {
                LastGoodConfig.TryKeep(next, _paths);
            }
            if (next.Json.Span.SequenceEqual(before.Json.Span) && next.Valid == before.Valid)
            {
                return next.Problems; // comments or formatting only
            }
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
