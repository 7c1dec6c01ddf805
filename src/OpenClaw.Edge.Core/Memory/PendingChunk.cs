namespace OpenClaw.Edge.Memory;

/// <summary>A piece that is in no pack yet.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Hash">What its vector is kept under.</param>
/// <param name="Heading">The headings above it.</param>
/// <param name="Text">Its text.</param>
/// <param name="Vector">Its vector as it is kept; null when it was never made.</param>
internal sealed record PendingChunk(long Id, byte[] Hash, string Heading, string Text, byte[]? Vector);
