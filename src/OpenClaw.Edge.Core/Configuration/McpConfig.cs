namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>mcp</c> section: servers whose tools agents may use.</summary>
public sealed record McpConfig
{
    /// <summary>The servers in the order of the file, those that are switched off among them.</summary>
    public IReadOnlyList<McpServerConfig> Servers { get; init; } = [];

    /// <summary>How long a server may be unused before it is stopped, in milliseconds; 0 keeps it.</summary>
    public int SessionIdleTtlMs { get; init; } = 600_000; // guess: a chat that pauses for ten minutes has paused
}
