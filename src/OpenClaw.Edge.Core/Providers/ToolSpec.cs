namespace OpenClaw.Edge.Providers;

/// <summary>A tool as the model sees it.</summary>
/// <param name="Name">Name the model calls it by.</param>
/// <param name="Description">What it does.</param>
/// <param name="ParametersJson">JSON Schema of the arguments, as UTF-8 that is written as it stands.</param>
public sealed record ToolSpec(string Name, string Description, ReadOnlyMemory<byte> ParametersJson);
