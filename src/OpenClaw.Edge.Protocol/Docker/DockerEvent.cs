namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A line of <c>GET /events</c>.</summary>
public sealed record DockerEvent
{
    /// <summary>Such as <c>container</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Such as <c>die</c> or <c>exec_die</c>.</summary>
    public string? Action { get; init; }

    /// <summary>What it is about.</summary>
    public DockerActor? Actor { get; init; }
}
