namespace OpenClaw.Edge.Agents;

/// <summary>The turns of a session that have ended, as they were read. Immutable; no record, because a copy would keep the size of its
/// original.</summary>
/// <param name="revision">See <see cref="Revision"/>.</param>
/// <param name="lastSeq">See <see cref="LastSeq"/>.</param>
/// <param name="chars">See <see cref="Chars"/>.</param>
/// <param name="isWhole">See <see cref="IsWhole"/>.</param>
/// <param name="turns">See <see cref="Turns"/>.</param>
internal sealed class KeptHistory(string revision, long lastSeq, int chars, bool isWhole, PastTurn[] turns)
{
    /// <summary>Lifecycle revision of the session that they belong to.</summary>
    public string Revision { get; } = revision;

    /// <summary>Place up to which every row is among the turns.</summary>
    public long LastSeq { get; } = lastSeq;

    /// <summary>Budget that they were read with: a larger one may reach further back.</summary>
    public int Chars { get; } = chars;

    /// <summary>Whether there is nothing further back.</summary>
    public bool IsWhole { get; } = isWhole;

    /// <summary>The turns, oldest first.</summary>
    public PastTurn[] Turns { get; } = turns;

    /// <summary>Bytes that it takes, near enough.</summary>
    public long Bytes { get; } = 200 + turns.Sum(turn => (long)turn.Bytes);
}
