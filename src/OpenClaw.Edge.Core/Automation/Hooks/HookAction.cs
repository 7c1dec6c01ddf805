namespace OpenClaw.Edge.Automation;

/// <summary>What a webhook asks for.</summary>
public sealed record HookAction
{
    /// <summary>Whether an agent runs a turn; else a note is left for it.</summary>
    public required bool IsAgent { get; init; }

    /// <summary>What the agent is asked, or the note.</summary>
    public required string Text { get; init; }

    /// <summary>Whether the agent is woken: for the note, or for the turn's result.</summary>
    public bool Now { get; init; } = true;

    /// <summary>Label of the webhook.</summary>
    public string Name { get; init; } = "Hook";

    /// <summary>The agent; null for the default one.</summary>
    public string? AgentId { get; init; }

    /// <summary>The session; null for the configured one.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Whether <see cref="SessionKey"/> came with the request, not from the configuration.</summary>
    public bool IsForeignKey { get; init; }

    /// <summary>Whether the turn has the history of its session.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>Whether the result is told to the agent's main session.</summary>
    public bool Deliver { get; init; } = true;

    /// <summary>Model of the turn.</summary>
    public string? Model { get; init; }

    /// <summary>Reasoning level of the turn.</summary>
    public string? Thinking { get; init; }

    /// <summary>Budget of the turn.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether the text goes to the model without the marks that say it is foreign.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Whether a mapping of the configuration made it: an unknown agent is then the default one.</summary>
    public bool IsMapped { get; init; }
}
