namespace OpenClaw.Edge.Agents;

/// <summary>Up to where old tool results of a session are shown in short, so that a prompt's bytes stay the same from turn to turn.</summary>
/// <param name="Revision">History revision that the place is in.</param>
/// <param name="TrimmedSeq">Turns that end before this place are trimmed.</param>
/// <param name="ClearedSeq">Turns that end before this place are cleared.</param>
/// <param name="CalledAt">Timestamp of the last model call.</param>
internal readonly record struct PruneMark(string Revision, long TrimmedSeq, long ClearedSeq, long CalledAt);
