using System.Buffers;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>A request as it came off the wire. Source: docs/protocol.md, frames.</summary>
/// <param name="Id">Chosen by the client and echoed verbatim; empty when unreadable.</param>
/// <param name="Method">Method name; empty when unreadable.</param>
/// <param name="Params">JSON of the params, empty when absent. Valid only while the receive buffer is.</param>
public readonly record struct RequestFrame(string Id, string Method, ReadOnlySequence<byte> Params);
