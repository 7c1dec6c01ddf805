using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>What a machine without a connection has told about itself by <c>system-event</c>.</summary>
/// <param name="Key">Whose it is; a newer one takes its place.</param>
/// <param name="AtMs">Epoch milliseconds.</param>
/// <param name="Members">The members as they came, after <c>text</c> and <c>ts</c>.</param>
/// <param name="Text">The line for a person.</param>
internal sealed record PresenceNote(string Key, long AtMs, string Text, IReadOnlyList<JsonProperty> Members);
