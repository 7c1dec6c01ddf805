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

    /// <summary>Position in the session, from 1, assigned by the store; 0 before it is stored.</summary>
    public long Seq { get; init; }
}
