namespace OpenClaw.Edge.Tools;

/// <summary>One decision on a command, by a person or by policy.</summary>
public sealed record ApprovalAuditRow
{
    /// <summary>Number of the row; zero before it is written.</summary>
    public long Id { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long AtMs { get; init; }

    /// <summary><c>exec</c>.</summary>
    public string Kind { get; init; } = "exec";

    /// <summary>Request that was answered; null when policy decided alone.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>Agent that asked.</summary>
    public string? AgentId { get; init; }

    /// <summary>Session of the call.</summary>
    public string? SessionKey { get; init; }

    /// <summary><c>gateway</c>, <c>sandbox</c> or <c>node</c>.</summary>
    public string? Host { get; init; }

    /// <summary>Directory.</summary>
    public string? Directory { get; init; }

    /// <summary>The command, its first 4,000 characters.</summary>
    public string Command { get; init; } = "";

    /// <summary><c>allow-once</c>, <c>allow-always</c>, <c>allow</c> or <c>deny</c>.</summary>
    public string Decision { get; init; } = "deny";

    /// <summary>Why, such as <c>decided</c>, <c>timeout</c> or <c>allowlist</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who decided; null is policy.</summary>
    public string? DecidedBy { get; init; }
}
