namespace OpenClaw.Edge.Gateway;

/// <summary>One message from a peer.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Payload">Its bytes, unmasked. Valid only until the next read.</param>
internal readonly record struct WebSocketMessage(WebSocketMessageKind Kind, ReadOnlyMemory<byte> Payload = default);
