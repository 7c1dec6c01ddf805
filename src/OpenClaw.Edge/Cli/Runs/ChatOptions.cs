namespace OpenClaw.Edge.Cli.Runs;

/// <summary>What <c>openclaw chat</c> was asked.</summary>
internal sealed record ChatOptions
{
    /// <summary>Session to talk in.</summary>
    public required string SessionKey { get; init; }

    /// <summary>Agent, when it is not the session's.</summary>
    public string? AgentId { get; init; }

    /// <summary>Thinking level of every turn.</summary>
    public string? Thinking { get; init; }

    /// <summary>Said before anything is read.</summary>
    public string? FirstMessage { get; init; }

    /// <summary>Longest turn in milliseconds; the gateway's default when null.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>What becomes of a message whose session is busy; the session's own mode when null.</summary>
    public string? QueueMode { get; init; }

    /// <summary>Past messages to show on a terminal.</summary>
    public int HistoryLimit { get; init; } = 10;
}
