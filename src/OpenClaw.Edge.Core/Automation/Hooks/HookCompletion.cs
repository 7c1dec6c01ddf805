namespace OpenClaw.Edge.Automation;

/// <summary>How a webhook's turn ended. It never holds what the model said, nor why it failed.</summary>
/// <param name="Status"><c>ok</c> or <c>error</c>.</param>
/// <param name="Reply"><c>visible</c>, <c>silent</c> or <c>empty</c>.</param>
public sealed record HookCompletion(string Status, string Reply);
