using System.Text.Json;

namespace OpenClaw.Edge.Cli;

/// <summary>What a node answers.</summary>
/// <param name="Payload">The result; undefined when it was refused.</param>
/// <param name="Code">Code of the refusal; null when there is none.</param>
/// <param name="Message">Reason of the refusal.</param>
public sealed record NodeReply(JsonElement Payload, string? Code = null, string? Message = null);
