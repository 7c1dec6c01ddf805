using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Which model a session's next turn asks first.</summary>
public static class SessionModel
{
    /// <summary><c>provider/model</c>, aliases resolved; null when there is no model.</summary>
    /// <param name="catalog">The models.</param>
    /// <param name="agent">The session's agent.</param>
    /// <param name="row">The session; null when it is not stored yet.</param>
    public static string? RefOf(ProviderCatalog catalog, AgentEntry agent, SessionRow? row)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(agent);
        return Canonical(catalog, row?.ModelOverride is { Length: > 0 } chosen ? chosen : agent.Model ?? catalog.DefaultModelRef);
    }

    internal static string? Canonical(ProviderCatalog catalog, string? named) =>
        named is null ? null
        : catalog.TryResolve(named, out ModelProviderEntry? provider, out string? model) ? $"{provider.Id}/{model}"
        : named;
}
