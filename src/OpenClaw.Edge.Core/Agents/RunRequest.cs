using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>A turn that somebody asks for.</summary>
public sealed record RunRequest
{
    /// <summary>Run id, which is the client's idempotency key.</summary>
    public required string RunId { get; init; }

    /// <summary>Session the turn belongs to.</summary>
    public required SessionKey SessionKey { get; init; }

    /// <summary>What the user says.</summary>
    public required string Message { get; init; }

    /// <summary>Images that come with it.</summary>
    public IReadOnlyList<PromptImage> Images { get; init; } = [];

    /// <summary>Where it comes from: <c>chat</c>, <c>agent</c> or <c>http</c>.</summary>
    public required string Source { get; init; }

    /// <summary><c>provider/model</c> for this turn only; null for the session's or agent's model.</summary>
    public string? Model { get; init; }

    /// <summary>Reasoning level for this turn only.</summary>
    public string? Think { get; init; }

    /// <summary>What to do when the session is busy; null for the configured mode.</summary>
    public QueueMode? QueueMode { get; init; }

    /// <summary>Wall-clock budget; null for the configured one.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Text added to the system prompt for this turn only.</summary>
    public string? ExtraSystemPrompt { get; init; }

    /// <summary>Earlier messages that a stateless HTTP client sent along; not stored.</summary>
    public IReadOnlyList<PromptMessage> PriorMessages { get; init; } = [];

    /// <summary>Tools that the HTTP client runs itself: a call to one ends the run with <c>toolUse</c>.</summary>
    public IReadOnlyList<ToolSpec> ClientTools { get; init; } = [];

    /// <summary>Sampling wishes of an HTTP client.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Connection that asked, for events that only it gets.</summary>
    public string? ConnectionId { get; init; }
}
