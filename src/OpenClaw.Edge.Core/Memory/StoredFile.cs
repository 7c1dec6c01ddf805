namespace OpenClaw.Edge.Memory;

/// <summary>A file as it was indexed.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Rule">How it was cut.</param>
/// <param name="Hash">SHA-256 of its bytes; empty while it is being indexed.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedMs">When it was written, Unix milliseconds.</param>
internal sealed record StoredFile(long Id, string Rule, byte[] Hash, long Size, long ModifiedMs);
