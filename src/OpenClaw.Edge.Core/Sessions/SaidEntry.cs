namespace OpenClaw.Edge.Sessions;

/// <summary>A row of some session's transcript.</summary>
/// <param name="Key">The session.</param>
/// <param name="Entry">The row.</param>
/// <param name="AtMs">When it was stored, epoch milliseconds.</param>
public sealed record SaidEntry(SessionKey Key, TranscriptEntry Entry, long AtMs);
