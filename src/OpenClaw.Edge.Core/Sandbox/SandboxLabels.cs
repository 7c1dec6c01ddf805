using System.Globalization;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Labels of sandbox containers: the original's names, and one that says they are ours.</summary>
internal static class SandboxLabels
{
    public const string Mark = "openclaw.edge";
    public const string Hash = "openclaw.configHash";

    /// <summary>The labels of a container that is about to be made.</summary>
    public static Dictionary<string, string> Of(SandboxPlan plan, TimeProvider clock) => new(StringComparer.Ordinal)
    {
        ["openclaw.sandbox"] = "1",
        [Mark] = "1",
        ["openclaw.sessionKey"] = plan.ScopeKey,
        ["openclaw.createdAtMs"] = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        ["openclaw.mountFormatVersion"] = "4",
        [Hash] = plan.Hash,
    };
}
