using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Gateway;

/// <summary>Every method of the gateway by name. Immutable.</summary>
internal sealed class MethodTable
{
    private readonly FrozenDictionary<string, MethodEntry> _entries;

    /// <summary>Creates a table of methods with distinct names.</summary>
    public MethodTable(IEnumerable<MethodEntry> entries)
    {
        _entries = entries.ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);
        Advertised = [.. _entries.Values.Where(entry => entry.Advertised).Select(entry => entry.Name).Order(StringComparer.Ordinal)];
        All = [.. _entries.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Names that <c>features.methods</c> lists.</summary>
    public IReadOnlyList<string> Advertised { get; }

    /// <summary>All names.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>Finds a method.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out MethodEntry? entry) => _entries.TryGetValue(name, out entry);
}
