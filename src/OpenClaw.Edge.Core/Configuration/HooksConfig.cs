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

    /// <summary>Mappings that come with the gateway; <c>gmail</c> is the only one.</summary>
    public IReadOnlyList<string> Presets { get; init; } = [];

    /// <summary>Agents that webhooks may reach; <see langword="null"/> or one <c>*</c> means all, empty means none.</summary>
    public IReadOnlyList<string>? AllowedAgentIds { get; init; }

    /// <summary>Session of turns whose webhook names none; <see langword="null"/> makes a new one each.</summary>
    public string? DefaultSessionKey { get; init; }

    /// <summary>Whether a webhook may name the session itself.</summary>
    public bool AllowRequestSessionKey { get; init; }

    /// <summary>How session keys of webhooks must start; empty means anyhow.</summary>
    public IReadOnlyList<string> AllowedSessionKeyPrefixes { get; init; } = [];
}
