using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Sessions and their transcripts. Thread-safe. What a method acknowledged is on disk.</summary>
public sealed class SessionStore(EdgeDatabase database, TimeProvider time)
{
    /// <summary>The session's row; null when there is none.</summary>
    public SessionRow? Find(SessionKey key) => throw new NotImplementedException($"{database}{time}{key}");

    /// <summary>The session's row, made if it is missing.</summary>
    public ValueTask<SessionRow> GetOrCreateAsync(SessionKey key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Appends entries and changes the row and usage with them, in one transaction; makes the session if it is missing. An entry
    /// whose idempotency key is already stored is not stored again: the result has the stored one in its place (told by its id).</summary>
    /// <returns>The entries with their places.</returns>
    public Task<IReadOnlyList<TranscriptEntry>> AppendAsync(
        SessionKey key, IReadOnlyList<TranscriptEntry> entries, SessionUpdate? update, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The newest rows of the history, or those before <paramref name="beforeSeq"/>; oldest first.</summary>
    /// <param name="key">The session; an unknown one has an empty page.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="beforeSeq">Only rows before this place.</param>
    /// <param name="maxBytes">JSON bytes at most; one row always comes.</param>
    public TranscriptPage ReadPage(SessionKey key, int limit, long? beforeSeq = null, long maxBytes = long.MaxValue) => throw new NotImplementedException();

    /// <summary>What the model may see: after the last reset, from the last compaction on, the newest within the budget; oldest first.</summary>
    /// <param name="key">The session.</param>
    /// <param name="maxChars">Characters of text, reasoning and arguments at most; one row always comes.</param>
    public IReadOnlyList<TranscriptEntry> ReadContext(SessionKey key, int maxChars) => throw new NotImplementedException();

    /// <summary>The entry that was stored under the key; null when there is none.</summary>
    public TranscriptEntry? FindByIdempotencyKey(SessionKey key, string idempotencyKey) => throw new NotImplementedException();

    /// <summary>The entry with the id; null when this session has none.</summary>
    public TranscriptEntry? FindEntry(SessionKey key, string entryId) => throw new NotImplementedException();

    /// <summary>Sessions that match, a page at a time.</summary>
    public SessionPage List(SessionQuery query) => throw new NotImplementedException();

    /// <summary>The last lines of a session, oldest first; empty when it has none.</summary>
    public IReadOnlyList<PreviewItem> Preview(SessionKey key, int limit, int maxChars) => throw new NotImplementedException();

    /// <summary>Changes the row, and makes it if it is missing.</summary>
    public Task<SessionRow> PatchAsync(SessionKey key, SessionPatch patch, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Starts over: the session id stays, <see cref="SessionRow.LifecycleRevision"/> changes, history holds one marker.</summary>
    /// <param name="key">The session, made if it is missing.</param>
    /// <param name="reason"><c>new</c> or <c>reset</c>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<SessionRow> ResetAsync(SessionKey key, string reason, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes the session and its transcript; usage stays. The caller refuses main sessions (<see cref="SessionKey.IsMain"/>).</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Summed usage, newest day first.</summary>
    public IReadOnlyList<UsageRow> Usage(UsageQuery query) => throw new NotImplementedException();

    /// <summary>Inputs that were accepted and whose turn has not ended, oldest first.</summary>
    public IReadOnlyList<PendingInput> PendingInputs() => throw new NotImplementedException();

    /// <summary>To be called once at start: turns that were queued or running when the process died are marked
    /// <see cref="SessionStatus.Killed"/>, and each gets an aborted row, so that its session goes on.</summary>
    /// <returns>The inputs of those turns; they are no longer pending.</returns>
    public Task<IReadOnlyList<PendingInput>> RecoverInterruptedAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>All rows of a session in order, earlier resets included, read in chunks.</summary>
    public IEnumerable<TranscriptEntry> ReadAll(SessionKey key) => throw new NotImplementedException();
}
