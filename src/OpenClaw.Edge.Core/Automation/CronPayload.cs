using System.Text.Json;

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

    /// <summary>Kind that runs a JavaScript that may call the agent's tools.</summary>
    public const string ScriptKind = "script";

    /// <summary>One of the kinds.</summary>
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

    /// <summary>Variables of a command, names and texts.</summary>
    public JsonElement? Env { get; init; }

    /// <summary>What a command reads.</summary>
    public string? Input { get; init; }

    /// <summary>Seconds without output after which a command is ended; zero or null means never.</summary>
    public double? NoOutputTimeoutSeconds { get; init; }

    /// <summary>Bytes that are kept of each of a command's two outputs.</summary>
    public long? OutputMaxBytes { get; init; }

    /// <summary>The JavaScript.</summary>
    public string? Script { get; init; }

    /// <summary>Tool calls that a script may make.</summary>
    public int? ToolBudget { get; init; }

    /// <summary>Kept for the original; there is no content from outside in a job of ours.</summary>
    public bool? AllowUnsafeExternalContent { get; init; }

    /// <summary>Kept for the original: whether the list of tools was not chosen.</summary>
    public bool? ToolsAllowIsDefault { get; init; }

    /// <summary>Budget in seconds; zero means none. Null means an hour for a turn, ten minutes for a command, five for a script.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>Tools that the turn may use; null or <c>*</c> means the agent's.</summary>
    public IReadOnlyList<string>? ToolsAllow { get; init; }

    /// <summary>Whether the workspace's notes stay out of the prompt.</summary>
    public bool? LightContext { get; init; }

    /// <summary>The same with a text behind its own, where it has one.</summary>
    public CronPayload With(string text) => Kind switch
    {
        SystemEventKind => this with { Text = $"{Text}\n\n{text}" },
        AgentTurnKind => this with { Message = $"{Message}\n\n{text}" },
        _ => this,
    };
}
