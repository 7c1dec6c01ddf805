using System.Collections.ObjectModel;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>What <c>openclaw.json</c> asks for, canonical and with every default filled in. Immutable; a reload makes a
/// new one. Source: docs/config.md.</summary>
public sealed record EdgeConfig
{
    /// <summary>Listener, authentication, HTTP and web UI.</summary>
    public GatewayConfig Gateway { get; init; } = new();

    /// <summary>Model servers and their models.</summary>
    public ModelsConfig Models { get; init; } = new();

    /// <summary>What turns may use.</summary>
    public UsageConfig Usage { get; init; } = new();

    /// <summary>Agents and what they share.</summary>
    public AgentsConfig Agents { get; init; } = new();

    /// <summary>Treatment of incoming messages.</summary>
    public MessagesConfig Messages { get; init; } = new();

    /// <summary>Session scope and upkeep.</summary>
    public SessionConfig Session { get; init; } = new();

    /// <summary>Which tools exist and what they may do.</summary>
    public ToolsConfig Tools { get; init; } = new();

    /// <summary>Log level, file and style.</summary>
    public LoggingConfig Logging { get; init; } = new();

    /// <summary>How the gateway is found on the LAN.</summary>
    public DiscoveryConfig Discovery { get; init; } = new();

    /// <summary>The scheduler.</summary>
    public CronConfig Cron { get; init; } = new();

    /// <summary>One raw object a channel id, canonical keys; each channel reads its own.</summary>
    public IReadOnlyDictionary<string, JsonElement> Channels { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>Which agent answers what comes from where, in the file's order.</summary>
    public IReadOnlyList<BindingConfig> Bindings { get; init; } = [];

    /// <summary>Skills.</summary>
    public SkillsConfig Skills { get; init; } = new();

    /// <summary>Memory search.</summary>
    public MemoryConfig Memory { get; init; } = new();

    /// <summary>Inbound webhooks.</summary>
    public HooksConfig Hooks { get; init; } = new();

    /// <summary>Servers whose tools agents may use.</summary>
    public McpConfig Mcp { get; init; } = new();

    /// <summary>Traces, metrics and diagnostics.</summary>
    public DiagnosticsConfig Diagnostics { get; init; } = new();

    /// <summary>What readiness and liveness look at.</summary>
    public ProbesConfig Probes { get; init; } = new();
}
