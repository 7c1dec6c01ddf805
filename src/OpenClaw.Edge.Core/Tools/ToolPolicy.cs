using System.IO.Enumeration;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Which tools a run may use: layers that each take away, none gives back; <c>deny</c> wins. Names may be groups
/// (<c>group:fs</c>) or hold <c>*</c>; case does not matter. Immutable.</summary>
public sealed class ToolPolicy
{
    private readonly Layer[] _layers;

    /// <summary>Creates a policy of one scope. An unknown profile counts as <c>minimal</c>.</summary>
    /// <param name="profile"><c>minimal</c>, <c>coding</c>, <c>messaging</c> or <c>full</c>; null is <c>full</c>.</param>
    /// <param name="allow">When not empty, nothing else is allowed.</param>
    /// <param name="alsoAllow">Added to the profile and to <paramref name="allow"/>.</param>
    /// <param name="deny">Never allowed.</param>
    public ToolPolicy(
        string? profile, IReadOnlyList<string>? allow, IReadOnlyList<string>? alsoAllow, IReadOnlyList<string>? deny)
        : this([.. OfProfile(profile, alsoAllow ?? []), .. OfLists(allow ?? [], alsoAllow ?? [], deny ?? [], "allow")])
    {
    }

    private ToolPolicy(Layer[] layers) => _layers = layers;

    /// <summary>Where the lists stand that name tools one by one; empty when none does.</summary>
    public IEnumerable<string> AllowLists => _layers.Where(layer => layer.Allow is not null && layer.Key.Length > 0).Select(layer => layer.Key);

    /// <summary>The policy of an agent towards a model. The order is profile, provider's profile, lists of all, provider's
    /// lists, the agent's lists, its provider's lists.</summary>
    /// <param name="all">The <c>tools</c> of the root.</param>
    /// <param name="agent">The agent's own; null when it has none.</param>
    /// <param name="modelRef"><c>provider/model</c>, or a provider; null when no model is meant.</param>
    public static ToolPolicy Of(ToolsConfig all, ToolsConfig? agent, string? modelRef)
    {
        ArgumentNullException.ThrowIfNull(all);
        ToolRulesConfig? by = Rules(all.ByProvider, modelRef);
        ToolRulesConfig? agentBy = agent is null ? null : Rules(agent.ByProvider, modelRef);
        IReadOnlyList<string> also = agent is { AlsoAllow.Count: > 0 } ? agent.AlsoAllow : all.AlsoAllow;
        IReadOnlyList<string>? alsoBy = agentBy is { AlsoAllow.Count: > 0 } ? agentBy.AlsoAllow : by?.AlsoAllow;
        return new ToolPolicy(
        [
            .. OfProfile(agent?.Profile ?? all.Profile, also),
            .. OfProfile(agentBy?.Profile ?? by?.Profile, alsoBy ?? []),
            .. OfLists(all.Allow, all.AlsoAllow, all.Deny, "tools.allow"),
            .. OfRules(by, "tools.byProvider"),
            .. agent is null ? [] : OfLists(agent.Allow, agent.AlsoAllow, agent.Deny, "agents.list[].tools.allow"),
            .. OfRules(agentBy, "agents.list[].tools.byProvider"),
            .. OfSwitches(all),
            .. all.Web.Search.Engine is null ? [new Layer(null, ["web_search"], "")] : (Layer[])[],
            .. agent is null ? [] : OfSwitches(agent),
        ]);
    }

    /// <summary>Whether a tool may be shown to the model and called.</summary>
    public bool Allows(string tool)
    {
        foreach (Layer layer in _layers)
        {
            if ((layer.Allow is not null && !Matches(layer.Allow, tool)) || Matches(layer.Deny, tool))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether any tool may be allowed whose name begins so. When in doubt it says yes: the tools themselves are asked for later.</summary>
    public bool MayAllow(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Array.TrueForAll(_layers, layer =>
            (layer.Allow is null || Array.Exists(layer.Allow, pattern => MayMatch(pattern, prefix)))
            && !Array.Exists(layer.Deny, pattern => pattern.EndsWith('*') && FileSystemName.MatchesSimpleExpression(pattern, prefix)));
    }

    /// <summary>What both policies allow.</summary>
    public ToolPolicy Within(ToolPolicy other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. _layers, .. other._layers]);
    }

    private static Layer[] OfProfile(string? profile, IReadOnlyList<string> also) =>
        profile is null || profile.Equals("full", StringComparison.OrdinalIgnoreCase)
            ? []
            : [new Layer(ToolGroups.Expand([.. ToolGroups.Profile(profile), .. also]), [], "")];

    private static Layer[] OfLists(
        IReadOnlyList<string> allow, IReadOnlyList<string> also, IReadOnlyList<string> deny, string key) =>
        allow.Count == 0 && deny.Count == 0
            ? []
            : [new Layer(allow.Count == 0 ? null : WithPatch(ToolGroups.Expand([.. allow, .. also])), ToolGroups.Expand(deny), key)];

    private static Layer[] OfRules(ToolRulesConfig? rules, string key) =>
        rules is null ? [] : OfLists(rules.Allow, rules.AlsoAllow, rules.Deny, key);

    private static Layer[] OfSwitches(ToolsConfig tools)
    {
        string[] off =
        [
            .. tools.Exec.Enabled ? (string[])[] : ["exec", "process"],
            .. tools.Exec.ApplyPatchEnabled ? (string[])[] : ["apply_patch"],
            .. tools.Web.Fetch.Enabled ? (string[])[] : ["web_fetch"],
            .. tools.Web.Search.Enabled == false ? ["web_search"] : (string[])[],
        ];
        return off.Length == 0 ? [] : [new Layer(null, off, "")];
    }

    // Who may write may patch; the reverse of it, a denied write, does not deny patches. Source: docs/tools.md
    private static string[] WithPatch(string[] names) =>
        names.Contains("write", StringComparer.OrdinalIgnoreCase) ? [.. names, "apply_patch"] : names;

    private static ToolRulesConfig? Rules(IReadOnlyDictionary<string, ToolRulesConfig> rules, string? modelRef)
    {
        if (modelRef is null || rules.Count == 0)
        {
            return null;
        }

        int slash = modelRef.IndexOf('/', StringComparison.Ordinal);
        return rules.GetValueOrDefault(modelRef) ?? (slash > 0 ? rules.GetValueOrDefault(modelRef[..slash]) : null);
    }

    private static bool Matches(string[] patterns, string tool) =>
        Array.Exists(patterns, pattern => FileSystemName.MatchesSimpleExpression(pattern, tool));

    private static bool MayMatch(string pattern, string prefix)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        string head = star < 0 ? pattern : pattern[..star];
        return head.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            || (star >= 0 && prefix.StartsWith(head, StringComparison.OrdinalIgnoreCase));
    }

    private sealed record Layer(string[]? Allow, string[] Deny, string Key);
}
