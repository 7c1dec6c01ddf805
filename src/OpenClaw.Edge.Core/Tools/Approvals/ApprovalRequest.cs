namespace OpenClaw.Edge.Tools;

/// <summary>A command that waits for a person's word.</summary>
public sealed record ApprovalRequest
{
    /// <summary>Text for the shell.</summary>
    public required string Command { get; init; }

    /// <summary>The text as a person is shown it.</summary>
    public string Shown => ShownText.Of(Command);

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

    /// <summary>Variables that the call adds, by name; a person sees them, their values are bound.</summary>
    public IReadOnlyList<string> EnvKeys { get; init; } = [];

    /// <summary>What a word on a node's command is good for, where a client asked; null for nothing.</summary>
    public ApprovalBinding? Binding { get; init; }

    /// <summary>Commands that the text runs itself, and those within substitutions and groups; for showing only.</summary>
    public (int Own, int Nested) Counts => ShellWords.Count(Command);

    /// <summary>What a person should look at twice: kinds, and a line for each finding; for showing only.</summary>
    public (IReadOnlyList<string> Kinds, IReadOnlyList<string> Lines) Risks => ShellRisks.Of(Command) is var risks ? (risks.Kinds, risks.Lines) : default;

    /// <summary>Answers that a person may give.</summary>
    public IReadOnlyList<string> Decisions { get; init; } = ["allow-once", "allow-always", "deny"];
}
