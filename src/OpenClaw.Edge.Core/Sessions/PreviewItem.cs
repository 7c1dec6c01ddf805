namespace OpenClaw.Edge.Sessions;

/// <summary>One line of a session preview.</summary>
/// <param name="Role"><c>user</c>, <c>assistant</c>, <c>toolResult</c> or <c>system</c>.</param>
/// <param name="Text">Its text, cut.</param>
public sealed record PreviewItem(string Role, string Text);
