using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>Changes to a session row; members that are not set stay. Source: docs/protocol.md, <c>sessions.patch</c>.</summary>
public sealed record SessionPatch
{
    /// <summary>See <see cref="SessionRow.Label"/>.</summary>
    public Optional<string?> Label { get; init; }

    /// <summary>See <see cref="SessionRow.DisplayName"/>.</summary>
    public Optional<string?> DisplayName { get; init; }

    /// <summary>See <see cref="SessionRow.ModelOverride"/>.</summary>
    public Optional<string?> ModelOverride { get; init; }

    /// <summary>See <see cref="SessionRow.ThinkLevel"/>.</summary>
    public Optional<string?> ThinkLevel { get; init; }

    /// <summary>See <see cref="SessionRow.VerboseLevel"/>.</summary>
    public Optional<string?> VerboseLevel { get; init; }

    /// <summary>See <see cref="SessionRow.ReasoningLevel"/>.</summary>
    public Optional<string?> ReasoningLevel { get; init; }

    /// <summary>See <see cref="SessionRow.QueueMode"/>.</summary>
    public Optional<string?> QueueMode { get; init; }

    /// <summary>See <see cref="SessionRow.Archived"/>.</summary>
    public Optional<bool> Archived { get; init; }

    /// <summary>See <see cref="SessionRow.Pinned"/>.</summary>
    public Optional<bool> Pinned { get; init; }

    /// <summary>See <see cref="SessionRow.Unread"/>.</summary>
    public Optional<bool> Unread { get; init; }

    /// <summary>Members without a column of their own; a null value removes the member. Kept in <see cref="SessionRow.Extra"/>.</summary>
    public IReadOnlyDictionary<string, JsonElement?> Extra { get; init; } = new Dictionary<string, JsonElement?>();
}
