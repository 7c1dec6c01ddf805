using System.Collections.ObjectModel;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>hooks</c> section.</summary>
public sealed record HooksConfig
{
    /// <summary>Whether inbound webhooks answer.</summary>
    public bool Enabled { get; init; }

    /// <summary>Their own secret.</summary>
    public string? Token { get; init; }

    /// <summary>Path prefix.</summary>
    public string Path { get; init; } = "/hooks";

    /// <summary>Rules that turn a webhook into a turn, raw; undefined when absent.</summary>
    public JsonElement Mappings { get; init; }

    /// <summary>Bundled hooks by id (<c>boot-md</c>, <c>command-logger</c>, <c>session-memory</c>) → on or off.</summary>
    public IReadOnlyDictionary<string, bool> Internal { get; init; } = ReadOnlyDictionary<string, bool>.Empty;
}
