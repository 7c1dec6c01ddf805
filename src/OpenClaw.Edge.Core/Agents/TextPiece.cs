namespace OpenClaw.Edge.Agents;

/// <summary>Pending text for one event, escaped; see <see cref="RunTextEvent"/>.</summary>
internal readonly record struct TextPiece(
    ReadOnlyMemory<byte> Delta,
    ReadOnlyMemory<byte> Message,
    ReadOnlyMemory<byte> RunDelta,
    ReadOnlyMemory<byte> Run);
