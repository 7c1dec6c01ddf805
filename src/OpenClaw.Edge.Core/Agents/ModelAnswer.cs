using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>One answer of a model, after its stream has ended.</summary>
/// <param name="Calls">Tools it wants.</param>
/// <param name="Finish">How it ended.</param>
internal sealed record ModelAnswer(IReadOnlyList<ToolCall> Calls, ModelFinish Finish);
