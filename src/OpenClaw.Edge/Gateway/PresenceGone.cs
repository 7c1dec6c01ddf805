namespace OpenClaw.Edge.Gateway;

/// <summary>A client that was here a moment ago.</summary>
/// <param name="Key">Whose row it is: the next connect of the same one takes its place.</param>
/// <param name="ConnectionId">Its socket's id.</param>
/// <param name="Address">Where it came from; null for this machine.</param>
/// <param name="Grant">What it was.</param>
/// <param name="AtMs">When it went, epoch milliseconds.</param>
internal sealed record PresenceGone(string Key, string ConnectionId, string? Address, ConnectionGrant Grant, long AtMs);
