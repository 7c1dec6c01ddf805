using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>One row of a session's transcript.</summary>
public sealed record TranscriptEntry
{
    /// <summary>Opaque id, unique in the database.</summary>
    public required string Id { get; init; }

    /// <summary>What the row is.</summary>
    public required TranscriptEntryKind Kind { get; init; }

    /// <summary>The message as the wire shows it, without its <c>__openclaw</c> member.</summary>
    public required ChatMessage Message { get; init; }

    /// <summary>The run that wrote the row; <see langword="null"/> for injected rows.</summary>
    public string? RunId { get; init; }

    /// <summary>Why a reset happened: <c>new</c> or <c>reset</c>; null for other rows.</summary>
    public string? Reason { get; init; }

    /// <summary>Position in the history, from 1 and without gaps, assigned by the store; starts over after a reset; 0 before it is stored.</summary>
    public long Seq { get; init; }
}
