namespace OpenClaw.Edge.Tools;

/// <summary>The answer to a call that a client made.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="ToolName">The tool's own name; what was asked for when it is not available.</param>
/// <param name="Result">What the tool said; an error's text is for a person.</param>
public sealed record ToolInvocationResult(ToolInvocationStatus Status, string ToolName, ToolResult Result);
