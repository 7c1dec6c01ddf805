using System.Globalization;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Labels of sandbox containers: the original's names, and two that say they are ours and whose.</summary>
internal static class SandboxLabels
{
    public const string Mark = "openclaw.edge";
    public const string Owner = "openclaw.edge.stateDir";
    public const string Scope = "openclaw.sessionKey";
    public const string CreatedAt = "openclaw.createdAtMs";
    public const string Hash = "openclaw.configHash";

    /// <summary>The labels of a container that is about to be made.</summary>
    public static Dictionary<string, string> Of(SandboxPlan plan, string owner, TimeProvider clock) => new(StringComparer.Ordinal)
    {
        ["openclaw.sandbox"] = "1",
        [Mark] = "1",
        [Owner] = owner,
        [Scope] = plan.Place.ScopeKey,
        [CreatedAt] = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        ["openclaw.mountFormatVersion"] = "4",
        [Hash] = plan.Hash,
    };
}
