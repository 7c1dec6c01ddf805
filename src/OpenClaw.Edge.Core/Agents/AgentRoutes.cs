using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Agents;

/// <summary>Chooses an agent by <c>bindings</c>: what says more wins, and of two that say as much the first. Stateless.
/// Source: docs/config.md, bindings.</summary>
internal static class AgentRoutes
{
    // In the original's order. A binding stands in the first tier that it says something of, and must fit in all it says.
    private static readonly Func<BindingConfig, RouteQuery, bool>[] s_tiers =
    [
        (binding, query) => query.PeerId is { } peer && HasPeer(binding, query.PeerKind, peer),
        (binding, query) => query.ParentPeerId is { } parent && (HasPeer(binding, "channel", parent) || HasPeer(binding, "group", parent)),
        (binding, query) => query.PeerId is not null && HasPeer(binding, query.PeerKind, "*"),
        (binding, query) => binding is { PeerId: null, GuildId: not null, Roles.Count: > 0 },
        (binding, query) => binding is { PeerId: null, GuildId: not null, Roles.Count: 0 },
        (binding, query) => binding is { PeerId: null, GuildId: null, TeamId: not null },
        (binding, query) => IsPlain(binding) && binding.AccountId != "*",
        (binding, query) => IsPlain(binding) && binding.AccountId == "*",
    ];

    /// <summary>The binding that decides; null when none does.</summary>
    public static BindingConfig? Choose(IReadOnlyList<BindingConfig> bindings, RouteQuery query)
    {
        BindingConfig[] fitting = [.. bindings.Where(binding => Fits(binding, query))];
        return fitting.Length == 0 ? null
            : s_tiers.Select(tier => Array.Find(fitting, binding => tier(binding, query))).FirstOrDefault(found => found is not null);
    }

    private static bool Fits(BindingConfig binding, RouteQuery query) =>
        binding.Channel.Equals(query.Channel, StringComparison.OrdinalIgnoreCase)
        && (binding.AccountId == "*" || (binding.AccountId ?? RouteQuery.DefaultAccount).Equals(query.AccountId, StringComparison.OrdinalIgnoreCase))
        && (binding.GuildId is null || binding.GuildId == query.GuildId)
        && (binding.TeamId is null || binding.TeamId == query.TeamId)
        && (binding.Roles.Count == 0 || binding.Roles.Any(query.Roles.Contains));

    private static bool HasPeer(BindingConfig binding, string kind, string id) => binding.PeerId == id && binding.PeerKind == kind;

    private static bool IsPlain(BindingConfig binding) => binding is { PeerId: null, GuildId: null, TeamId: null };
}
