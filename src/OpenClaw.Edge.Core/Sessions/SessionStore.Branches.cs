using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <content>Going back in a session's history, and what was left behind by that.</content>
public sealed partial class SessionStore
{
    /// <summary>Most branches of one session, those before a reset included.</summary>
    public const int MaxBranches = 200;

    /// <summary>The lines of the session's history, the active one first; those that a reset ended last.</summary>
    public IReadOnlyList<SessionBranch> Branches(SessionKey key) =>
        Find(key) is not SessionRow row ? [] : At(key).Read(connection => BranchReader.List(connection, row));

    /// <summary>Goes back to before a message of a person. What came after it stays on disk as a branch; the session gets another id, and so
    /// another <see cref="SessionRow.HistoryRevision"/>. Refused while an accepted input waits for its turn's end.</summary>
    public Task<BranchOutcome> RewindAsync(SessionKey key, string entryId, CancellationToken cancellationToken) =>
        At(key).WriteAsync(connection => Told(connection, BranchWriter.Rewind(connection, key, entryId, NowMs)), cancellationToken);

    /// <summary>Goes on with another branch, told by its last row. The session gets another id.</summary>
    public Task<BranchOutcome> SwitchBranchAsync(SessionKey key, string leafEntryId, CancellationToken cancellationToken) =>
        At(key).WriteAsync(connection => Told(connection, BranchWriter.Switch(connection, key, leafEntryId, NowMs)), cancellationToken);

    /// <summary>Makes another session of what was said before a message of a person; this one stays as it is.</summary>
    public Task<BranchOutcome> ForkAsync(SessionKey key, SessionKey target, string entryId, CancellationToken cancellationToken) =>
        At(key).WriteAsync(connection => Told(connection, BranchWriter.Fork(connection, key, target, entryId, NowMs)), cancellationToken);

    /// <summary>Makes a row the last one of the active branch, on a branch of its own where others follow it; for transcripts that are brought
    /// in. The session keeps its id.</summary>
    /// <param name="key">The session.</param>
    /// <param name="entryId">The row; null for an empty branch.</param>
    /// <param name="cancellationToken">Before it begins.</param>
    /// <returns>Whether it is so now; not for a row that is not there, nor where there are <see cref="MaxBranches"/>.</returns>
    internal Task<bool> GraftAsync(SessionKey key, string? entryId, CancellationToken cancellationToken) => At(key).WriteAsync(
        connection => Told(connection, BranchWriter.Graft(connection, key, entryId, NowMs)).Status is BranchStatus.Done or BranchStatus.AlreadyActive,
        cancellationToken);

    /// <summary>All rows of a session in the order they were written, those before a reset and those of other branches included, each once;
    /// read in chunks, so that any length fits in memory.</summary>
    public IEnumerable<TranscriptEntry> ReadAll(SessionKey key)
    {
        foreach ((TranscriptEntry entry, _, _) in ReadRecords(key))
        {
            yield return entry;
        }
    }

    /// <summary>As <see cref="ReadAll"/>, each with the id of the row that it follows and its window.</summary>
    /// <param name="key">The session.</param>
    /// <param name="afterWindow">Window of the row behind which to begin.</param>
    /// <param name="afterSeq">Its place there.</param>
    /// <param name="afterId">Its id.</param>
    internal IEnumerable<(TranscriptEntry Entry, string? ParentId, long Window)> ReadRecords(
        SessionKey key, long afterWindow = -1, long afterSeq = 0, string? afterId = null)
    {
        if (Find(key) is not SessionRow row)
        {
            yield break;
        }

        IReadOnlyList<BranchWindow> branches = At(key).Read(connection => BranchWindow.Of(connection, row.RowId));
        BranchWindow? copy = CopyOf(branches, afterWindow);
        string? parentId = afterId;
        long current = afterWindow;
        List<long> windows = [];
        IReadOnlyList<TranscriptEntry> chunk = [];
        do
        {
            long window = current;
            long seq = chunk.Count > 0 ? chunk[^1].Seq : afterSeq;
            windows.Clear();
            chunk = At(key).Read(connection => connection.All(
                TranscriptTable.After,
                entry =>
                {
                    windows.Add(entry.GetInt64(6));
                    return TranscriptReader.Read(entry);
                },
                row.RowId, window, seq, ChunkRows));
            for (int i = 0; i < chunk.Count; i++)
            {
                if (windows[i] != current)
                {
                    current = windows[i];
                    copy = CopyOf(branches, current);
                    parentId = copy is null ? parentId : IdAt(row, copy.Origin, copy.Shared);
                }

                if (copy is null || chunk[i].Seq > copy.Shared)
                {
                    yield return (chunk[i], parentId, current);
                    parentId = chunk[i].Id;
                }
            }
        }
        while (chunk.Count == ChunkRows);
    }

    private static BranchWindow? CopyOf(IReadOnlyList<BranchWindow> branches, long window) =>
        BranchWindow.Find(branches, window) is { } branch && branch.Origin != window ? branch : null;

    private string? IdAt(SessionRow row, long window, long seq) => At(row.Key).Read(connection =>
        connection.First(TranscriptTable.Newest, TranscriptReader.Read, row.RowId, window, seq + 1, 1))?.Id;

    private BranchOutcome Told(EdgeConnection connection, BranchOutcome outcome)
    {
        if (outcome.Row is { } row)
        {
            connection.OnCommitted(() => Committed(row));
        }

        return outcome;
    }
}
