using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>A frame that waits to be written.</summary>
/// <param name="Bytes">Payload; of a numbered event without its closing brace, and shared by all connections.</param>
/// <param name="Seq">Number of a numbered event; 0 for everything else.</param>
/// <param name="Opcode">Kind of frame.</param>
internal readonly record struct OutboundFrame(ReadOnlyMemory<byte> Bytes, long Seq, WebSocketOpcode Opcode);
