namespace OpenClaw.Edge.Providers;

/// <summary>What the demo model says and, perhaps, calls next.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Call">A tool call that follows it.</param>
internal sealed record DemoAnswer(string Text, ToolCall? Call = null);
