namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>messages</c> section.</summary>
public sealed record MessagesConfig
{
    /// <summary>Messages that arrive while a run is busy.</summary>
    public QueueConfig Queue { get; init; } = new();
}
