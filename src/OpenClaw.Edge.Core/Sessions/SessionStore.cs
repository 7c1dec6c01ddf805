using System.Data.Common;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Sessions and their transcripts. Thread-safe. What a method acknowledged is on disk; every write can throw
/// <see cref="StorageException"/>, and then nothing of it is there.</summary>
public sealed partial class SessionStore(EdgeDatabase database, TimeProvider time)
{
    /// <summary>A message that a full queue dropped: no model sees it.</summary>
    public const string DroppedReason = "dropped";

    /// <summary>A message that a full queue dropped and a model sees in short.</summary>
    public const string OverflowReason = "overflow";

    private const int ChunkRows = 64;
    private const int MaxChildren = 10_000;

    // Far above what lanes admit; a table that holds more was not written by us.
    private const int MaxPendingInputs = 10_000;

    private static readonly SessionUpdate NoUpdate = new();

    private readonly SessionRowCache _cache = new();
    private SessionFamily? _family;

    private SessionFamily Family => LazyInitializer.EnsureInitialized(ref _family, () => new SessionFamily(ReadChildren));

    // What is incognito is in memory only: no list, search or sum over all sessions sees it.
    private EdgeDatabase At(SessionKey key) => key.IsIncognito ? database.Transient() : database;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The session's row; null when there is none.</summary>
    public SessionRow? Find(SessionKey key)
    {
        if (_cache.Find(key) is SessionRow cached)
        {
            return cached;
        }

        long version = _cache.Version;
        SessionRow? row = At(key).Read(connection =>
            connection.First(SessionTable.Find, SessionRowReader.Read, key.Text));
        if (row is not null)
        {
            _cache.PutRead(row, version);
        }

        return row;
    }

    /// <summary>Sessions that were made beside this one or by it, oldest first; the newest <paramref name="most"/> of them.</summary>
    public IReadOnlyList<SessionKey> ChildrenOf(SessionKey parent, int most) => Family.Of(parent, most);

    /// <summary>The session's row, made if it is missing.</summary>
    public async ValueTask<SessionRow> GetOrCreateAsync(SessionKey key, CancellationToken cancellationToken) =>
        Find(key) ?? await WriteRowAsync(key, connection => SessionWriter.Ensure(connection, key, NowMs), cancellationToken);

    /// <summary>Appends entries and changes the row and usage with them, in one transaction; makes the session if it is missing. An entry
    /// whose idempotency key is already stored is not stored again: the result has the stored one in its place (told by its id), and when
    /// that is so for all of them, <paramref name="update"/> is not applied again either.</summary>
    /// <returns>The entries with their places.</returns>
    public async Task<IReadOnlyList<TranscriptEntry>> AppendAsync(
        SessionKey key, IReadOnlyList<TranscriptEntry> entries, SessionUpdate? update, CancellationToken cancellationToken)
    {
        StoredEntry[] stored = [.. entries.Select(StoredEntry.Of)];
        return await At(key).WriteAsync(
            connection =>
            {
                TranscriptEntry[] appended = SessionWriter.Append(connection, key, stored, update ?? NoUpdate, NowMs, out SessionRow? row);
                if (row is not null)
                {
                    connection.OnCommitted(() => Committed(row));
                }

                return appended;
            },
            cancellationToken);
    }

    /// <summary>The newest rows of the history, or those before <paramref name="beforeSeq"/>; oldest first.</summary>
    /// <param name="key">The session; an unknown one has an empty page.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="beforeSeq">Only rows before this place.</param>
    /// <param name="maxBytes">JSON bytes at most; one row always comes.</param>
    public TranscriptPage ReadPage(SessionKey key, int limit, long? beforeSeq = null, long maxBytes = long.MaxValue)
    {
        if (Find(key) is not SessionRow row)
        {
            return TranscriptPage.Empty;
        }

        // The row may be older than the rows that are read now; its count must not cut a newer one off.
        List<TranscriptEntry> entries = At(key).Read(connection =>
            TranscriptReader.Page(connection, row, Math.Max(limit, 1), beforeSeq ?? long.MaxValue, maxBytes));
        long total = beforeSeq is null && entries.Count > 0 ? entries[^1].Seq : row.MessageCount;
        return new TranscriptPage(entries, total, entries.Count > 0 && entries[0].Seq > 1);
    }

    /// <summary>Hands over the messages with calls of tools in the history, newest first, until <paramref name="read"/> answers false; none
    /// of them is kept.</summary>
    /// <param name="key">The session; an unknown one has none.</param>
    /// <param name="rows">Rows of the history to look among, whosever they are.</param>
    /// <param name="read">Takes a message.</param>
    public void EachCall(SessionKey key, int rows, Func<ChatMessage, bool> read)
    {
        if (Find(key) is SessionRow row)
        {
            At(key).Read(connection =>
            {
                connection.Each(
                    TranscriptTable.NewestAnswers,
                    stored =>
                    {
                        byte[] json = stored.GetFieldValue<byte[]>(0);
                        return json.AsSpan().IndexOf("\"toolCall\""u8) < 0 || read(MessageJson.Read(json));
                    },
                    row.RowId, row.Window, row.MessageCount - rows);
                return true;
            });
        }
    }

    /// <summary>What people and models said in any session, newest first, that holds a text; case matters only beyond ASCII.</summary>
    /// <param name="text">What to look for in the stored message.</param>
    /// <param name="agentId">Only this agent's sessions; null for all.</param>
    /// <param name="limit">Rows at most.</param>
    public IReadOnlyList<SaidEntry> Search(string text, string? agentId, int limit)
    {
        ArgumentNullException.ThrowIfNull(text);
        return database.Read(connection => connection.All(
            TranscriptTable.Search,
            row => SessionKey.TryParse(row.GetString(8), "main", out SessionKey key)
                ? new SaidEntry(key, TranscriptReader.Read(row), row.GetInt64(9))
                : throw new InvalidDataException("a stored session has no key"),
            $"%{Escape(text)}%", agentId, limit));
    }

    /// <summary>Rows that the histories of all sessions show, or those of an agent.</summary>
    public long CountMessages(string? agentId) => database.Read(connection => connection.Number(SessionTable.CountMessages, agentId));

    /// <summary>What the model may see: after the last reset, from the last compaction on, the newest within the budget; oldest first.
    /// Never begins with a tool result whose call was cut off.</summary>
    /// <param name="key">The session.</param>
    /// <param name="maxChars">Characters of text, reasoning and arguments at most; one row always comes.</param>
    public IReadOnlyList<TranscriptEntry> ReadContext(SessionKey key, int maxChars) => ReadContextAfter(key, maxChars, null, 0).Entries;

    /// <summary>As <see cref="ReadContext"/>, for a caller that keeps what it has read: only rows after a place, as long as the history is
    /// still the one that the place is in.</summary>
    /// <param name="key">The session.</param>
    /// <param name="maxChars">As for <see cref="ReadContext"/>; one row always comes, if there is any.</param>
    /// <param name="revision">The <see cref="ContextRead.Revision"/> of an earlier answer; null to read from the start.</param>
    /// <param name="afterSeq">The last row of that answer; ignored when <paramref name="revision"/> is out of date.</param>
    public ContextRead ReadContextAfter(SessionKey key, int maxChars, string? revision, long afterSeq)
    {
        if (Find(key) is not SessionRow row)
        {
            return ContextRead.Empty;
        }

        long after = row.HistoryRevision == revision ? afterSeq : 0;
        return At(key).Read(connection => TranscriptReader.Context(connection, row, maxChars, after));
    }

    /// <summary>The entry that was stored under the key, before the last reset too; null when there is none.</summary>
    public TranscriptEntry? FindByIdempotencyKey(SessionKey key, string idempotencyKey) => At(key).Read(connection =>
        connection.First(TranscriptTable.FindByIdempotencyKey, TranscriptReader.Read, key.Text, idempotencyKey));

    /// <summary>The entry of the history with the id; null when there is none.</summary>
    public TranscriptEntry? FindEntry(SessionKey key, string entryId) => Find(key) is not SessionRow row ? null : At(key).Read(connection =>
        connection.First(TranscriptTable.FindById, TranscriptReader.Read, row.RowId, row.Window, entryId));

    /// <summary>Sessions that match, a page at a time.</summary>
    public SessionPage List(SessionQuery query)
    {
        int limit = Math.Clamp(query.Limit, 1, SessionQuery.MaxLimit);
        int offset = Math.Max(query.Offset, 0);
        string? pattern = string.IsNullOrWhiteSpace(query.Search) ? null : $"%{Escape(query.Search.Trim())}%";
        long? changedSince = query.ActiveMinutes is int minutes ? NowMs - (minutes * 60_000L) : null;
        int? archived = query.Archived is bool flag ? (flag ? 1 : 0) : null;
        int activeOnly = query.ActiveOnly ? 1 : 0;
        string sql = query.SortBy switch
        {
            SessionSort.LastInteractionAt => SessionTable.ListByInteraction,
            SessionSort.Activity => SessionTable.ListByActivity,
            _ => SessionTable.ListByUpdate,
        };
        (IReadOnlyList<SessionRow> rows, long total) = database.Read(connection => (
            connection.All(
                sql, SessionRowReader.Read,
                query.AgentId, pattern, query.Label, query.SessionId, changedSince, activeOnly, archived, limit, offset),
            connection.Number(SessionTable.Count, query.AgentId, pattern, query.Label, query.SessionId, changedSince, activeOnly, archived)));
        int next = offset + rows.Count;
        return new SessionPage(rows, (int)total, limit, rows.Count > 0 && next < total ? next : null);
    }

    /// <summary>Sessions of sub-agents that have a member without a column, oldest first.</summary>
    /// <param name="member">Its name: letters only.</param>
    /// <param name="limit">Rows at most.</param>
    public IReadOnlyList<SessionRow> SubagentsWith(string member, int limit) => database.Read(connection => connection.All(
        SessionTable.ListOpenWork, SessionRowReader.Read, $"%\"{member}\"%", limit));

    /// <summary>The last lines of a session, oldest first; empty when it has none.</summary>
    /// <param name="key">The session.</param>
    /// <param name="limit">Lines at most.</param>
    /// <param name="maxChars">Characters of a line at most.</param>
    public IReadOnlyList<PreviewItem> Preview(SessionKey key, int limit, int maxChars)
    {
        List<PreviewItem> items = [];
        foreach (TranscriptEntry entry in ReadPage(key, limit).Entries)
        {
            if (SessionText.Preview(entry.Message.Content.PlainText, Math.Max(maxChars, 2)) is string text)
            {
                items.Add(new PreviewItem(entry.Message.Role, text));
            }
        }

        return items;
    }

    /// <summary>Changes the row, and makes it if it is missing.</summary>
    public Task<SessionRow> PatchAsync(SessionKey key, SessionPatch patch, CancellationToken cancellationToken) =>
        WriteRowAsync(key, connection => SessionWriter.Patch(connection, key, patch, NowMs), cancellationToken);

    /// <summary>Makes a stored message part of another run's turn, or marks why it was not answered: what a model sees of it follows.</summary>
    /// <param name="key">The session.</param>
    /// <param name="entryId">The message; an unknown one changes nothing.</param>
    /// <param name="runId">Run that it joins; null keeps its own.</param>
    /// <param name="reason"><see cref="DroppedReason"/> or <see cref="OverflowReason"/>; null keeps.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task AssignAsync(SessionKey key, string entryId, string? runId, string? reason, CancellationToken cancellationToken) =>
        At(key).WriteAsync(
            connection =>
            {
                SessionWriter.Assign(connection, key, entryId, runId, reason);
                return true;
            },
            cancellationToken);

    /// <summary>Starts over: the session id stays, <see cref="SessionRow.LifecycleRevision"/> changes, history holds one marker. What was
    /// there stays on disk and in exports.</summary>
    /// <param name="key">The session, made if it is missing.</param>
    /// <param name="reason"><c>new</c> or <c>reset</c>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<SessionRow> ResetAsync(SessionKey key, string reason, CancellationToken cancellationToken) =>
        WriteRowAsync(key, connection => SessionWriter.Reset(connection, key, reason, NowMs), cancellationToken);

    /// <summary>The same with a marker that was there before.</summary>
    internal Task<SessionRow> ResetByAsync(SessionKey key, TranscriptEntry marker, CancellationToken cancellationToken) =>
        WriteRowAsync(key, connection => SessionWriter.Reset(connection, key, marker.Reason ?? "reset", NowMs, marker), cancellationToken);

    /// <summary>Removes the session and its transcript; usage stays. The caller refuses main sessions (<see cref="SessionKey.IsMain"/>).</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => At(key).WriteAsync(
        connection => Removed(connection, key, connection.Execute(SessionTable.Delete, key.Text) > 0), cancellationToken);

    /// <summary>Summed usage, newest day first.</summary>
    public IReadOnlyList<UsageRow> Usage(UsageQuery query) => database.Read(connection => UsageReader.Sum(connection, query));

    /// <summary>What sessions used and how much was said in them between two times, both included; one entry a session.</summary>
    /// <param name="key">Only this session; null for all.</param>
    /// <param name="agentId">Only this agent's; null for all.</param>
    /// <param name="fromMs">Epoch milliseconds.</param>
    /// <param name="toMs">Epoch milliseconds.</param>
    /// <param name="zone">What a day is.</param>
    /// <param name="counted">Whether messages are counted too, which reads them.</param>
    /// <param name="timed">Whether to tell how long models were at work.</param>
    public IReadOnlyCollection<SessionUsage> UsageOf(
        SessionKey? key, string? agentId, long fromMs, long toMs, TimeZoneInfo zone, bool counted, bool timed = true) =>
        (key is { } one ? At(one) : database).Read(connection => UsageReader.OfSessions(connection, key, agentId, fromMs, toMs, zone, counted, timed));

    /// <summary>The newest messages of a session, those before a reset too; oldest first.</summary>
    /// <param name="row">The session.</param>
    /// <param name="limit">Messages at most.</param>
    public IReadOnlyList<TranscriptEntry> ReadAllWindows(SessionRow row, int limit)
    {
        ArgumentNullException.ThrowIfNull(row);
        List<TranscriptEntry> newest = new(At(row.Key).Read(connection =>
            connection.All(TranscriptTable.AllWindows, TranscriptReader.Read, row.RowId, Math.Max(limit, 1))));
        newest.Reverse();
        return newest;
    }

    /// <summary>Inputs that were accepted and whose turn has not ended, oldest first.</summary>
    public IReadOnlyList<PendingInput> PendingInputs() => database.Read(ReadPending);

    /// <summary>To be called once at start: turns that were queued or running when the process died are marked
    /// <see cref="SessionStatus.Killed"/>, and each gets an aborted row, so that its session goes on.</summary>
    /// <returns>The inputs of those turns; they are no longer pending.</returns>
    public Task<IReadOnlyList<PendingInput>> RecoverInterruptedAsync(CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            IReadOnlyList<PendingInput> open = SessionWriter.Recover(connection, ReadPending(connection), NowMs);
            connection.OnCommitted(_cache.Clear);
            return open;
        },
        cancellationToken);

    /// <summary>Makes the session with a known id, for imports.</summary>
    /// <returns>The row; its id is another one when the session was there.</returns>
    internal Task<SessionRow> CreateAsync(SessionKey key, string? sessionId, CancellationToken cancellationToken) =>
        WriteRowAsync(key, connection => SessionWriter.Ensure(connection, key, NowMs, sessionId), cancellationToken);

    /// <summary>As <see cref="ResetAsync"/>, at a time of the past; for imports.</summary>
    internal Task<SessionRow> ResetAtAsync(SessionKey key, string reason, long atMs, CancellationToken cancellationToken) =>
        WriteRowAsync(key, connection => SessionWriter.Reset(connection, key, reason, atMs), cancellationToken);

    /// <summary>Rows of the session's transcript, those before a reset included.</summary>
    internal long CountEntries(SessionKey key) => At(key).Read(connection => connection.Number(TranscriptTable.CountOf, key.Text));

    /// <summary>Gives the session the times of where it came from; null keeps.</summary>
    internal Task<SessionRow> SetTimesAsync(SessionKey key, long? createdAtMs, long? updatedAtMs, long? interactionAtMs, CancellationToken cancellationToken) =>
        WriteRowAsync(
            key,
            connection => connection.First(SessionTable.SetTimes, SessionRowReader.Read, key.Text, createdAtMs, updatedAtMs, interactionAtMs)
                ?? SessionWriter.Ensure(connection, key, NowMs),
            cancellationToken);

    private static IReadOnlyList<PendingInput> ReadPending(EdgeConnection connection) => connection.All(
        PendingInputTable.All,
        row => new PendingInput(SessionRowReader.KeyOf(row.GetString(0)), row.GetString(1), row.GetString(2), row.GetInt64(3), Waiting(row)),
        MaxPendingInputs);

    private static TranscriptEntry? Waiting(DbDataReader row) => row.IsDBNull(5) ? null : new TranscriptEntry
    {
        Id = row.GetString(4),
        Kind = TranscriptEntryKind.Message,
        Message = MessageJson.Read(row.GetFieldValue<byte[]>(5)),
        RunId = row.GetString(1),
    };

    private IReadOnlyList<SessionRow> ReadChildren() =>
        database.Read(connection => connection.All(SessionTable.WithParent, SessionRowReader.Read, MaxChildren));

    private void Committed(SessionRow row)
    {
        _cache.PutCommitted(row);
        Family.Note(row);
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);

    private Task<SessionRow> WriteRowAsync(SessionKey key, Func<EdgeConnection, SessionRow> work, CancellationToken cancellationToken) => At(key).WriteAsync(
        connection =>
        {
            SessionRow row = work(connection);
            connection.OnCommitted(() => Committed(row));
            return row;
        },
        cancellationToken);
}
