namespace OpenClaw.Edge.Gateway;

/// <summary>A command that a phone could not do in the background, for when its app is in front.</summary>
internal sealed class NodeAction(string id, string command, string? paramsJson, string key, long atMs)
{
    /// <summary>UUID.</summary>
    public string Id => id;

    /// <summary>Command.</summary>
    public string Command => command;

    /// <summary>Its params as text; null for none.</summary>
    public string? ParamsJson => paramsJson;

    /// <summary>The caller's idempotency key.</summary>
    public string Key => key;

    /// <summary>When it was asked for, epoch milliseconds.</summary>
    public long AtMs => atMs;
}
