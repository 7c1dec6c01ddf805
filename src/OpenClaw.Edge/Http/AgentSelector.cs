namespace OpenClaw.Edge.Http;

/// <summary>Reads a <c>model</c> string that means an agent and not a model.</summary>
internal static class AgentSelector
{
    private static readonly string[] Prefixes = ["openclaw/", "openclaw:", "agent:"];

    /// <summary>Whether the string selects an agent; <paramref name="agentId"/> is null for the default one.</summary>
    public static bool TryRead(string model, out string? agentId)
    {
        agentId = null;
        if (model.Equals("openclaw", StringComparison.OrdinalIgnoreCase)
            || model.Equals("openclaw/default", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (string prefix in Prefixes)
        {
            if (model.Length > prefix.Length && model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                agentId = model[prefix.Length..].ToLowerInvariant();
                return true;
            }
        }

        return false;
    }
}
