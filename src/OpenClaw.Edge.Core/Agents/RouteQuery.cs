namespace OpenClaw.Edge.Agents;

/// <summary>Where something that names no agent comes from.</summary>
/// <param name="Channel">Lower-case name: <c>webchat</c>, <c>cli</c>, <c>http</c>, <c>hook</c>, <c>node</c>, or what an HTTP caller says.</param>
public sealed record RouteQuery(string Channel)
{
    /// <summary>The account that a channel has without a name.</summary>
    public const string DefaultAccount = "default";

    /// <summary>Account of the channel.</summary>
    public string AccountId { get; init; } = DefaultAccount;

    /// <summary><c>direct</c>, <c>group</c> or <c>channel</c>.</summary>
    public string PeerKind { get; init; } = "direct";

    /// <summary>Who talks; <see langword="null"/> when nobody can be told from others.</summary>
    public string? PeerId { get; init; }

    /// <summary>The conversation that the peer's is a part of, as a thread is of a channel.</summary>
    public string? ParentPeerId { get; init; }

    /// <summary>Server of a group space.</summary>
    public string? GuildId { get; init; }

    /// <summary>Team of a group space.</summary>
    public string? TeamId { get; init; }

    /// <summary>Roles of the sender.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
