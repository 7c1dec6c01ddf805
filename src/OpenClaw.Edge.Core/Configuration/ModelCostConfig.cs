namespace OpenClaw.Edge.Configuration;

/// <summary>US dollars per million tokens.</summary>
/// <param name="Input">Prompt.</param>
/// <param name="Output">Answer.</param>
/// <param name="CacheRead">Prompt found in the server's cache.</param>
/// <param name="CacheWrite">Prompt written to the server's cache.</param>
public sealed record ModelCostConfig(double Input, double Output, double CacheRead, double CacheWrite);
