namespace OpenClaw.Edge.Automation;

/// <summary>What a job does. Source: docs/protocol.md, cron.</summary>
public sealed record CronPayload
{
    /// <summary>Kind that puts a note into the main session.</summary>
    public const string SystemEventKind = "systemEvent";

    /// <summary>Kind that runs a turn of the agent.</summary>
    public const string AgentTurnKind = "agentTurn";

    /// <summary>Kind that runs a program on this machine, after the agent's exec policy and its approvals.</summary>
    public const string CommandKind = "command";

    /// <summary><see cref="SystemEventKind"/>, <see cref="AgentTurnKind"/> or <see cref="CommandKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The note.</summary>
    public string? Text { get; init; }

    /// <summary>Program and its arguments.</summary>
    public IReadOnlyList<string>? Argv { get; init; }

    /// <summary>Folder that the program starts in; null means the agent's workspace.</summary>
    public string? Cwd { get; init; }

    /// <summary>What the agent is asked.</summary>
    public string? Message { get; init; }

    /// <summary>Model of the turn; null means the agent's.</summary>
    public string? Model { get; init; }

    /// <summary>Models to try instead of the agent's.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>Reasoning level of the turn.</summary>
    public string? Thinking { get; init; }

    /// <summary>Budget of the turn; zero means none, null means an hour. Of a command: nine minutes at most, and without one.</summary>
    public long? TimeoutSeconds { get; init; }

    /// <summary>Tools that the turn may use; null or <c>*</c> means the agent's.</summary>
    public IReadOnlyList<string>? ToolsAllow { get; init; }

    /// <summary>Whether the workspace's notes stay out of the prompt.</summary>
    public bool? LightContext { get; init; }
}
