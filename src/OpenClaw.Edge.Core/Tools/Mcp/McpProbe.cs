namespace OpenClaw.Edge.Tools;

/// <summary>What one look at an MCP server brought.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Problem">Why it does not work; null when it does.</param>
/// <param name="Tools">Names of its tools as models see them, after the filter.</param>
/// <param name="Offer">What it says that it can do; null when it does not work.</param>
public sealed record McpProbe(string Name, string? Problem, IReadOnlyList<string> Tools, McpOffer? Offer);
