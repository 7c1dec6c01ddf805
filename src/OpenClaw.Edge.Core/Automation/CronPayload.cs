namespace OpenClaw.Edge.Automation;

/// <summary>What a job does. Source: docs/protocol.md, cron.</summary>
public sealed record CronPayload
{
    /// <summary>Kind that puts a note into the main session.</summary>
    public const string SystemEventKind = "systemEvent";

    /// <summary>Kind that runs a turn of the agent.</summary>
    public const string AgentTurnKind = "agentTurn";

    /// <summary><see cref="SystemEventKind"/> or <see cref="AgentTurnKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The note.</summary>
    public string? Text { get; init; }

    /// <summary>What the agent is asked.</summary>
    public string? Message { get; init; }

    /// <summary>Model of the turn; null means the agent's.</summary>
    public string? Model { get; init; }

    /// <summary>Models to try instead of the agent's.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>Reasoning level of the turn.</summary>
    public string? Thinking { get; init; }

    /// <summary>Budget of the turn; zero means none, null means an hour.</summary>
    public long? TimeoutSeconds { get; init; }

    /// <summary>Tools that the turn may use; null or <c>*</c> means the agent's.</summary>
    public IReadOnlyList<string>? ToolsAllow { get; init; }

    /// <summary>Whether the workspace's notes stay out of the prompt.</summary>
    public bool? LightContext { get; init; }
}
