namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Counters that tell a client whether its copies of presence and health are current.</summary>
/// <param name="Presence">Grows with each change of the presence list.</param>
/// <param name="Health">Grows with each health snapshot.</param>
public readonly record struct StateVersion(long Presence, long Health);
