namespace OpenClaw.Edge.Agents;

/// <summary>The turns of a session that have ended, as they were read. Immutable.</summary>
/// <param name="Revision">Lifecycle revision of the session that they belong to.</param>
/// <param name="LastSeq">Place up to which every row is among the turns.</param>
/// <param name="Chars">Budget that they were read with: a larger one may reach further back.</param>
/// <param name="IsWhole">Whether there is nothing further back.</param>
/// <param name="Turns">The turns, oldest first.</param>
internal sealed record KeptHistory(string Revision, long LastSeq, int Chars, bool IsWhole, PastTurn[] Turns)
{
    /// <summary>Bytes that it takes, near enough.</summary>
    public long Bytes { get; } = 200 + Turns.Sum(turn => (long)turn.Bytes);
}
