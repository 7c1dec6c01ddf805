using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>The writes, as they run on the writer's loop inside a transaction.</summary>
internal static class SessionWriter
{
    /// <summary>Finds the row or makes it.</summary>
    public static SessionRow Ensure(EdgeConnection connection, SessionKey key, long nowMs, string? sessionId = null)
    {
        if (connection.First(SessionTable.Find, SessionRowReader.Read, key.Text) is SessionRow row)
        {
            return row;
        }

        Insert(connection, key, nowMs, sessionId);
        return connection.First(SessionTable.Find, SessionRowReader.Read, key.Text) ?? throw Vanished(key);
    }

    /// <summary>Appends what is new of the entries.</summary>
    /// <param name="connection">The writer's connection.</param>
    /// <param name="key">The session; made if it is missing.</param>
    /// <param name="entries">The entries with their stored text.</param>
    /// <param name="update">What else changes; ignored when all entries were stored before, since it was then too.</param>
    /// <param name="nowMs">Epoch milliseconds.</param>
    /// <param name="row">The row after it; null when nothing changed.</param>
    public static TranscriptEntry[] Append(
        EdgeConnection connection, SessionKey key, StoredEntry[] entries, SessionUpdate update, long nowMs, out SessionRow? row)
    {
        TranscriptEntry[] result = new TranscriptEntry[entries.Length];
        int known = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Entry.Message.IdempotencyKey is string idempotencyKey
                && connection.First(TranscriptTable.FindByIdempotencyKey, TranscriptReader.Read, key.Text, idempotencyKey) is TranscriptEntry stored)
            {
                result[i] = stored;
                known++;
            }
        }

        if (known > 0 && known == entries.Length)
        {
            row = null;
            if (update.PlacedRunId is string placed && connection.First(SessionTable.Find, SessionRowReader.Read, key.Text) is SessionRow before)
            {
                connection.Execute(PendingInputTable.Place, before.RowId, placed); // asked again, with the words of a message that is there
            }

            return result;
        }

        if (update.ExpectedRevision is string expected
            && connection.First(SessionTable.Find, SessionRowReader.Read, key.Text)?.HistoryRevision != expected)
        {
            row = null;
            return [];
        }

        if (update.Expiry is { } expiry)
        {
            Expire(connection, key, expiry, nowMs);
        }

        StoredEntry[] fresh = [.. entries.Where((_, i) => result[i] is null)];
        row = UpdateRow(connection, key, fresh, update, nowMs);
        if (update.Participant is { } program && SessionParticipants.With(row.Extra, program) is { } extra)
        {
            row = connection.First(SessionTable.SetExtra, SessionRowReader.Read, key.Text, extra) ?? throw Vanished(key);
        }

        if (update.AcceptedInput is { } input && SessionOrigin.With(row.Extra, input.Source, row.CreatedAtMs == nowMs) is { } origin)
        {
            row = connection.First(SessionTable.SetExtra, SessionRowReader.Read, key.Text, origin) ?? throw Vanished(key);
        }

        if (update.Status is { } status && SessionRunError.With(row.Extra, status == SessionStatus.Failed ? update.Error : null) is { } told)
        {
            row = connection.First(SessionTable.SetExtra, SessionRowReader.Read, key.Text, told) ?? throw Vanished(key);
        }

        long seq = row.MessageCount - fresh.Length;
        for (int i = 0; i < entries.Length; i++)
        {
            result[i] ??= Insert(connection, row, entries[i], ++seq, nowMs);
        }

        WriteAside(connection, row, update, nowMs);
        return result;
    }

    /// <summary>Gives a row of the history to another run, or a reason; null keeps.</summary>
    public static void Assign(EdgeConnection connection, SessionKey key, string entryId, string? runId, string? reason)
    {
        if (connection.First(SessionTable.Find, SessionRowReader.Read, key.Text) is SessionRow row)
        {
            connection.Execute(TranscriptTable.Assign, row.RowId, row.Window, entryId, runId, reason);
        }
    }

    /// <summary>Starts a new window with its marker.</summary>
    public static SessionRow Reset(EdgeConnection connection, SessionKey key, string reason, long nowMs, TranscriptEntry? marker = null)
    {
        _ = Ensure(connection, key, nowMs);
        SessionRow row = connection.First(SessionTable.Reset, SessionRowReader.Read, key.Text, nowMs, NewId()) ?? throw Vanished(key);
        Insert(connection, row, StoredEntry.Of(marker ?? ResetMarker(reason, nowMs)), 1, nowMs);
        return row;
    }

    // A conversation that is over ends in the transaction of what comes after it.
    private static void Expire(EdgeConnection connection, SessionKey key, SessionExpiry expiry, long nowMs)
    {
        if (connection.First(SessionTable.Find, SessionRowReader.Read, key.Text) is { MessageCount: > 0 } row
            && expiry.Judge(connection.Number(TranscriptTable.StartOf, row.RowId, row.Window), row.LastInteractionAtMs) is { } reason)
        {
            Reset(connection, key, reason, nowMs);
            expiry.Applied = reason;
        }
    }

    /// <summary>Changes the members that the patch names.</summary>
    public static SessionRow Patch(EdgeConnection connection, SessionKey key, SessionPatch patch, long nowMs)
    {
        SessionRow old = Ensure(connection, key, nowMs);

        // Seeing, pinning or filing a session does not make it newer.
        bool newer = patch.Label.IsSet || patch.DisplayName.IsSet || patch.ModelOverride.IsSet || patch.ThinkLevel.IsSet
            || patch.VerboseLevel.IsSet || patch.ReasoningLevel.IsSet || patch.QueueMode.IsSet;
        return connection.First(
            SessionTable.Patch, SessionRowReader.Read,
            key.Text, newer ? nowMs : old.UpdatedAtMs, patch.Label.Or(old.Label), patch.DisplayName.Or(old.DisplayName),
            patch.ModelOverride.Or(old.ModelOverride), patch.ThinkLevel.Or(old.ThinkLevel), patch.VerboseLevel.Or(old.VerboseLevel),
            patch.ReasoningLevel.Or(old.ReasoningLevel), patch.QueueMode.Or(old.QueueMode), patch.Archived.Or(old.Archived) ? 1 : 0,
            patch.Pinned.Or(old.Pinned) ? 1 : 0, patch.Unread.Or(old.Unread) ? 1 : 0, ExtraMembers.Merge(old.Extra, Filed(patch)))
            ?? throw Vanished(key);
    }

    // Whoever files a session himself takes it out of what the gateway filed.
    private static IReadOnlyDictionary<string, JsonElement?> Filed(SessionPatch patch) =>
        !patch.Archived.IsSet || patch.Extra.ContainsKey(SessionStore.ArchiveReason)
            ? patch.Extra
            : new Dictionary<string, JsonElement?>(patch.Extra) { [SessionStore.ArchiveReason] = null };

    /// <summary>Ends the turns that the process left open.</summary>
    public static IReadOnlyList<PendingInput> Recover(EdgeConnection connection, IReadOnlyList<PendingInput> open, long nowMs)
    {
        foreach (PendingInput input in open)
        {
            StoredEntry marker = StoredEntry.Of(InterruptedMarker(input.RunId, nowMs));
            StoredEntry[] entries = input.Waiting is { } waiting ? [StoredEntry.Of(waiting), marker] : [marker];
            Append(connection, input.SessionKey, entries, new SessionUpdate
            {
                RunId = input.RunId,
                Status = SessionStatus.Killed,
                EndedAtMs = nowMs,
                AbortedLastRun = true,
            }, nowMs, out _);
        }

        connection.Execute(PendingInputTable.Clear);
        connection.Execute(SessionTable.KillActive, nowMs);
        return open;
    }

    /// <summary>An id for rows, revisions and sessions.</summary>
    public static string NewId() => Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture);

    private static SessionRow UpdateRow(EdgeConnection connection, SessionKey key, StoredEntry[] fresh, SessionUpdate update, long nowMs)
    {
        string? title = null;
        string? preview = null;
        int compactions = 0;
        foreach (StoredEntry entry in fresh)
        {
            title ??= entry.Title;
            preview = entry.Preview ?? preview;
            compactions += entry.Entry.Kind == TranscriptEntryKind.Compaction ? 1 : 0;
        }

        MessageUsage? used = update.Usage?.Tokens;
        for (int attempt = 0; attempt < 2; attempt++)
        {
            SessionRow? row = connection.First(
                SessionTable.Append, SessionRowReader.Read,
                key.Text, nowMs, fresh.Length, (long?)update.Status, update.RunId, update.StartedAtMs, update.EndedAtMs, Flag(update.AbortedLastRun),
                update.ModelProvider, update.Model, update.TotalTokens, update.ContextTokens, Flag(update.Unread), update.Interaction ? 1 : 0,
                used is null ? 0 : used.Input + used.CacheRead + used.CacheWrite, used?.Output ?? 0, used?.Cost.Total ?? 0, compactions, title, preview);
            if (row is not null)
            {
                return row;
            }

            Insert(connection, key, nowMs, sessionId: null);
        }

        throw Vanished(key);
    }

    private static void WriteAside(EdgeConnection connection, SessionRow row, SessionUpdate update, long nowMs)
    {
        if (update.AcceptedInput is PendingInput input)
        {
            connection.Execute(
                PendingInputTable.Insert, row.RowId, input.RunId, input.Source, input.AcceptedAtMs, input.Waiting?.Id,
                input.Waiting is { } waiting ? MessageJson.Write(waiting.Message) : null);
        }

        if (update.PlacedRunId is string placed)
        {
            connection.Execute(PendingInputTable.Place, row.RowId, placed);
        }

        foreach (string runId in update.EndedRunIds)
        {
            connection.Execute(PendingInputTable.Delete, row.RowId, runId);
        }

        if (update.Usage is RunUsage usage)
        {
            string day = DateTimeOffset.FromUnixTimeMilliseconds(nowMs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            MessageUsage tokens = usage.Tokens;
            connection.Execute(
                UsageTable.Insert, day, nowMs, row.Key.Text, row.AgentId, usage.RunId, usage.Provider, usage.Model,
                tokens.Input, tokens.Output, tokens.CacheRead, tokens.CacheWrite, tokens.TotalTokens,
                tokens.Cost.Input, tokens.Cost.Output, tokens.Cost.CacheRead, tokens.Cost.CacheWrite, tokens.Cost.Total, usage.CpuMs);
        }
    }

    private static void Insert(EdgeConnection connection, SessionKey key, long nowMs, string? sessionId) =>
        connection.Execute(SessionTable.Insert, key.Text, key.AgentId, sessionId ?? NewId(), NewId(), nowMs);

    private static TranscriptEntry Insert(EdgeConnection connection, SessionRow row, StoredEntry stored, long seq, long nowMs)
    {
        TranscriptEntry entry = stored.Entry;
        long atMs = entry.Message.Timestamp > 0 ? entry.Message.Timestamp : nowMs;
        connection.Execute(
            TranscriptTable.Insert, row.RowId, row.Window, seq, (int)entry.Kind, atMs, stored.Chars, entry.Id, entry.Message.Role,
            entry.RunId, entry.Message.IdempotencyKey, entry.Reason, stored.Json);
        return entry with { Seq = seq };
    }

    // The original's row after sessions.reset, to the letter.
    private static TranscriptEntry ResetMarker(string reason, long nowMs) => new()
    {
        Id = NewId(),
        Kind = TranscriptEntryKind.Reset,
        Reason = reason,
        Message = new ChatMessage { Role = "system", Content = MessageContent.Of([ContentPart.OfText("Reset")]), Timestamp = nowMs },
    };

    /// <summary>The answer of a turn that the end of the gateway cut off before its first word.</summary>
    public static TranscriptEntry InterruptedMarker(string runId, long nowMs, string origin = "restart") => new()
    {
        Id = NewId(),
        Kind = TranscriptEntryKind.Message,
        RunId = runId,
        Message = new ChatMessage
        {
            Role = "assistant",
            Content = MessageContent.Of([]),
            StopReason = "aborted",
            ErrorMessage = "The gateway stopped before this turn ended. Send the message again.",
            Timestamp = nowMs,
            IdempotencyKey = $"{runId}:assistant",
            Abort = new AbortMark(true, origin, runId),
        },
    };

    private static int? Flag(bool? value) => value is bool flag ? (flag ? 1 : 0) : null;

    private static InvalidOperationException Vanished(SessionKey key) =>
        new($"Session {key} vanished inside its own transaction.");
}
