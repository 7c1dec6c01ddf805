namespace OpenClaw.Edge.Providers;

/// <summary>US dollars per million tokens.</summary>
/// <param name="Input">Prompt tokens.</param>
/// <param name="Output">Generated tokens.</param>
/// <param name="CacheRead">Cache reads.</param>
/// <param name="CacheWrite">Cache writes.</param>
public sealed record ModelCost(double Input, double Output, double CacheRead, double CacheWrite);
