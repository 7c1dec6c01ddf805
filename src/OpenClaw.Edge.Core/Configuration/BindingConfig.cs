namespace OpenClaw.Edge.Configuration;

/// <summary>One of <c>bindings</c>: which agent answers what comes from somewhere, where the caller names none.</summary>
public sealed record BindingConfig
{
    /// <summary>Lower-case id of the agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>Lower-case name of the channel.</summary>
    public required string Channel { get; init; }

    /// <summary>Account of the channel; <see langword="null"/> means the one called <c>default</c>, <c>*</c> any.</summary>
    public string? AccountId { get; init; }

    /// <summary><c>direct</c>, <c>group</c> or <c>channel</c>; <see langword="null"/> without a peer.</summary>
    public string? PeerKind { get; init; }

    /// <summary>Who or what talks; <c>*</c> is anybody of that kind.</summary>
    public string? PeerId { get; init; }

    /// <summary>Server of a group space.</summary>
    public string? GuildId { get; init; }

    /// <summary>Team of a group space.</summary>
    public string? TeamId { get; init; }

    /// <summary>Roles, one of which the sender has.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
