namespace OpenClaw.Edge.Gateway;

/// <summary>What the upgrade request said.</summary>
/// <param name="Host">The <c>Host</c> header; null when absent.</param>
/// <param name="Origin">The <c>Origin</c> header: only browsers send it; null when absent.</param>
internal readonly record struct UpgradeFacts(string? Host, string? Origin)
{
    /// <summary>User for whom a trusted proxy vouches; null for none.</summary>
    public string? ProxyUser { get; init; }

    /// <summary>The header <c>x-openclaw-scopes</c>: the connection gets no others; null when absent.</summary>
    public string? ScopeCap { get; init; }
}
