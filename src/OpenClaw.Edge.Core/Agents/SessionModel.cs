using OpenClaw.Edge.Configuration;
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

    /// <summary>Whether images can be looked at: by the model itself, or by the one configured for that.</summary>
    public static bool CanView(ModelInfo? model, EdgeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return model is { Vision: true } || config.Agents.Defaults.ImageModel?.Primary is not null;
    }

    internal static string? Canonical(ProviderCatalog catalog, string? named) =>
        named is null ? null
        : catalog.TryResolve(named, out ModelProviderEntry? provider, out string? model) ? $"{provider.Id}/{model}"
        : named;
}
