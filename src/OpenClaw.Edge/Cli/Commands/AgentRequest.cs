namespace OpenClaw.Edge.Cli.Commands;

/// <summary>What <c>openclaw agent</c> was asked.</summary>
internal sealed record AgentRequest
{
    public string? Message { get; init; }

    public string? MessageFile { get; init; }

    public string? AgentId { get; init; }

    public string? SessionKey { get; init; }

    public string? SessionId { get; init; }

    public string? Model { get; init; }

    public string? Thinking { get; init; }

    public int? TimeoutSeconds { get; init; }

    public bool Stream { get; init; }

    public bool Deliver { get; init; }
}
