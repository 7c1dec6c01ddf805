using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>plugins</c> section. There are no plugins here: names of built-in modules switch those, others are ignored.</summary>
public sealed record PluginsConfig
{
    /// <summary>Whether modules may be switched on at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Modules allowed; empty means all.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Modules denied; wins.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Module id → on or off, from <c>plugins.entries.&lt;id&gt;.enabled</c>.</summary>
    public IReadOnlyDictionary<string, bool> Entries { get; init; } = ReadOnlyDictionary<string, bool>.Empty;
}
