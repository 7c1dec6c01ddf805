using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>What a look after old sessions did, or would do.</summary>
public sealed class UpkeepReport
{
    private readonly List<(SessionKey Key, string Action)> _actions = [];

    /// <summary>What happens to sessions, in the order in which it does: <c>archive-age</c>, <c>archive-cap</c>, <c>prune-stale</c>,
    /// <c>cap-overflow</c> or <c>evict-budget</c>.</summary>
    public IReadOnlyList<(SessionKey Key, string Action)> Actions => _actions;

    /// <summary>Whether it was only looked.</summary>
    public bool DryRun { get; init; }

    /// <summary>Sessions that are not archived, before.</summary>
    public long Before { get; set; }

    /// <summary>Transcripts from before a reset that went.</summary>
    public int Transcripts { get; set; }

    /// <summary>Bytes of the database before.</summary>
    public long BytesBefore { get; set; }

    /// <summary>Bytes of the database after; as before where it was only looked.</summary>
    public long BytesAfter { get; set; }

    /// <summary>Whether more is held than <c>maxDiskBytes</c> and nothing is left that may go.</summary>
    public bool IsOverBudget { get; set; }

    /// <summary>Whether anything was or would be changed.</summary>
    public bool Changes => Actions.Count > 0 || Transcripts > 0;

    /// <summary>How many sessions an action happens to.</summary>
    public int Count(string action)
    {
        int count = 0;
        foreach ((SessionKey _, string done) in _actions)
        {
            count += done == action ? 1 : 0;
        }

        return count;
    }

    /// <summary>Notes what happened to a session.</summary>
    internal void Add(SessionKey key, string action) => _actions.Add((key, action));
}
