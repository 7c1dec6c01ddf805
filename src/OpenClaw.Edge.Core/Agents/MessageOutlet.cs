using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>The ways by which a message reaches a person beside the answer of a turn. The gateway fills it in.</summary>
public sealed record MessageOutlet
{
    /// <summary>No way at all.</summary>
    public static MessageOutlet None { get; } = new();

    /// <summary>Puts a message of the assistant into a session, and shows it to everybody who looks at it.</summary>
    public Func<SessionKey, string, CancellationToken, Task>? ToSession { get; init; }

    /// <summary>Names of connected nodes that can show a notice.</summary>
    public Func<IReadOnlyList<string>> Nodes { get; init; } = static () => [];

    /// <summary>Shows a notice on a node of that name; why not, or null when it is shown.</summary>
    public Func<string, string, CancellationToken, Task<string?>>? ToNode { get; init; }
}
