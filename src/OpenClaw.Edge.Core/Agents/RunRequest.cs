using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
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

    /// <summary>What the model reads in the place of <see cref="Message"/>; null for the message itself. The transcript keeps the message.</summary>
    public string? Prompt { get; init; }

    /// <summary>What of the gateway asks, when no person does: <c>heartbeat</c>, <c>cron</c>, <c>hook</c>; kept with the message.</summary>
    public string? Origin { get; init; }

    /// <summary>Judges each whole message of the answer: true keeps it to itself, as <c>NO_REPLY</c> is. Then no message is shown before it
    /// is whole. Called under the run's lock; null judges nothing.</summary>
    public Func<string, bool>? IsSilent { get; init; }

    /// <summary>Images that come with it.</summary>
    public IReadOnlyList<PromptImage> Images { get; init; } = [];

    /// <summary>Where it comes from: <c>chat</c>, <c>agent</c> or <c>http</c>.</summary>
    public required string Source { get; init; }

    /// <summary><c>provider/model</c> for this turn only; null for the session's or agent's model.</summary>
    public string? Model { get; init; }

    /// <summary>Models to try in the place of the agent's when the first fails; null for the agent's.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>Tools that this turn may use of those that its agent may; null or <c>*</c> for all of them, none for none.</summary>
    public IReadOnlyList<string>? ToolsAllow { get; init; }

    /// <summary>Whether the workspace's notes stay out of the prompt.</summary>
    public bool LightContext { get; init; }

    /// <summary>Reasoning level for this turn only.</summary>
    public string? Think { get; init; }

    /// <summary>The queue that its turn waits in (<see cref="RunLanes"/>); null for the one of its source.</summary>
    public string? Lane { get; init; }

    /// <summary>Why the answer cannot be delivered where the caller wished, in a word of the wire; null when nobody wished it.</summary>
    public string? Undelivered { get; init; }

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

    /// <summary>Who wrote the message; null when nobody who may lift commands out of the sandbox did.</summary>
    public MessageSender? Sender { get; init; }

    /// <summary>Whether commands leave the sandbox in this turn, in words of <see cref="Tools.ElevatedAccess.Levels"/>; null for the session's.</summary>
    public string? Elevated { get; init; }

    /// <summary>Program that sent it; null when none did.</summary>
    public TransportClient? Client { get; init; }

    /// <summary>Connection that asked, for events that only it gets.</summary>
    public string? ConnectionId { get; init; }
}
