namespace OpenClaw.Edge.TestKit.Models;

/// <summary>A tool call the scripted model makes.</summary>
/// <param name="Name">The tool.</param>
/// <param name="ArgumentsJson">Its arguments as a JSON object.</param>
/// <param name="Id">The call's id; where it is missing the server makes one.</param>
public sealed record ScriptedToolCall(string Name, string ArgumentsJson, string? Id = null);
