using System.Collections.Concurrent;

namespace OpenClaw.Edge.Diagnostics;

/// <summary>The bad conditions that hold now. Thread-safe; a code holds at most one condition, so it is bounded by the
/// number of codes in the program.</summary>
public sealed class HealthBoard
{
    private readonly ConcurrentBag<Func<Warnable?>> _watched = [];
    private readonly ConcurrentDictionary<string, Warnable> _active = new(StringComparer.Ordinal);

    /// <summary>The conditions that hold now, by code.</summary>
    public IReadOnlyList<Warnable> Active =>
        [.. _active.Values.Concat(_watched.Select(look => look()).OfType<Warnable>()).OrderBy(warnable => warnable.Code, StringComparer.Ordinal)];

    /// <summary>Adds a condition that is looked at whenever somebody asks; it must be quick and never throw. For the life of the board.</summary>
    public void Watch(Func<Warnable?> look) => _watched.Add(look);

    /// <summary>States that a condition holds; replaces an earlier text of the same code.</summary>
    public void Raise(Warnable warnable)
    {
        ArgumentNullException.ThrowIfNull(warnable);
        _active[warnable.Code] = warnable;
    }

    /// <summary>States that the condition of this code no longer holds.</summary>
    public void Clear(string code) => _active.TryRemove(code, out _);
}
