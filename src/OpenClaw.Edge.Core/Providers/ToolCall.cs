namespace OpenClaw.Edge.Providers;

/// <summary>A call that the model asks for.</summary>
/// <param name="Id">The server's call id, or one that we made when it sent none.</param>
/// <param name="Name">Tool name as the model wrote it.</param>
/// <param name="ArgumentsJson">The arguments as JSON text; may be malformed when the model wrote it so.</param>
public sealed record ToolCall(string Id, string Name, string ArgumentsJson);
