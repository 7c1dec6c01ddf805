namespace OpenClaw.Edge.Configuration;

/// <summary>One row of the table of known variables, or of a report on those that are set.</summary>
/// <param name="Name">Name.</param>
/// <param name="Effect">What it does.</param>
/// <param name="Why">What it does or why it does nothing, for a person. Never the value.</param>
/// <param name="ConfigPath">Key that it overrides, if any.</param>
public sealed record EnvironmentEntry(string Name, EnvironmentEffect Effect, string Why, string? ConfigPath = null);
