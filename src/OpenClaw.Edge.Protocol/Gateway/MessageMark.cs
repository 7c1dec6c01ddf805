namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>The member <c>__openclaw</c> of a stored message: what is known of it and no model reads.</summary>
/// <param name="Transport">Through what it came; null when no program sent it.</param>
public sealed record MessageMark(MessageTransport? Transport);
