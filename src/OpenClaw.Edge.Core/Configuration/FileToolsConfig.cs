namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.fs</c> section.</summary>
public sealed record FileToolsConfig
{
    /// <summary>Whether file tools stay inside the workspace.</summary>
    public bool WorkspaceOnly { get; init; } = true;
}
