namespace OpenClaw.Edge.Tools;

/// <summary>A command that waits for a person's word.</summary>
public sealed record ApprovalRequest
{
    /// <summary>Text for the shell.</summary>
    public required string Command { get; init; }

    /// <summary>Directory it starts in.</summary>
    public string? Directory { get; init; }

    /// <summary><c>gateway</c> or <c>node</c>.</summary>
    public string Host { get; init; } = "gateway";

    /// <summary>Node that would run it.</summary>
    public string? NodeId { get; init; }

    /// <summary>Agent that asks.</summary>
    public string? AgentId { get; init; }

    /// <summary>Session of the call.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Path of its first program.</summary>
    public string? ResolvedPath { get; init; }

    /// <summary>Policy that asked.</summary>
    public ExecPolicy? Policy { get; init; }

    /// <summary>Programs that it starts; zero when that is not certain.</summary>
    public int CommandCount { get; init; }

    /// <summary>Answers that a person may give.</summary>
    public IReadOnlyList<string> Decisions { get; init; } = ["allow-once", "allow-always", "deny"];
}
