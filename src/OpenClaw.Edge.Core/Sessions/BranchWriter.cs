using System.Buffers;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Rewinds, forks and changes of branch, as they run on the writer's loop inside a transaction. A rewind copies the rows before
/// the message into a new window and leaves the old window as it is; a change of branch only moves the session to another window.</summary>
internal static class BranchWriter
{
    // Of this many rows the first and the last text are looked for; commands and empty answers have none.
    private const int Looked = 16;
    private const long None = -1; // the first window is 0

    private static readonly Dictionary<string, JsonElement?> NoChange = [];

    /// <summary>Goes back to before a message of a person.</summary>
    public static BranchOutcome Rewind(EdgeConnection connection, SessionKey key, string entryId, long nowMs)
    {
        if (Refused(connection, key, mayBeArchived: false, out SessionRow row) is { } refused)
        {
            return new BranchOutcome(refused);
        }

        IReadOnlyList<BranchWindow> branches = BranchWindow.Of(connection, row.RowId);
        TranscriptEntry? cut = Find(connection, row, branches, entryId, out long from);
        if (NoCut(connection, row, cut, entryId) is { } wrong)
        {
            return new BranchOutcome(wrong);
        }

        if (branches.Count >= SessionStore.MaxBranches)
        {
            return new BranchOutcome(BranchStatus.Full);
        }

        long window = Copy(connection, row, branches, from, cut!.Seq - 1);
        Stay(connection, row, branches, from);
        DropEmpty(connection, row, BranchWindow.Find(branches, row.Window));
        return new BranchOutcome(BranchStatus.Done, Move(connection, row, window, nowMs, Before(row)), cut);
    }

    /// <summary>Goes on with another branch.</summary>
    public static BranchOutcome Switch(EdgeConnection connection, SessionKey key, string leafEntryId, long nowMs)
    {
        if (Refused(connection, key, mayBeArchived: false, out SessionRow row) is { } refused)
        {
            return new BranchOutcome(refused);
        }

        IReadOnlyList<BranchWindow> branches = BranchWindow.Of(connection, row.RowId);
        foreach (BranchWindow branch in BranchReader.All(connection, row, branches))
        {
            if (BranchReader.LeafOf(connection, row, branch)?.Id != leafEntryId)
            {
                continue;
            }

            if (branch.Window == row.Window)
            {
                return new BranchOutcome(BranchStatus.AlreadyActive);
            }

            Stay(connection, row, branches, branch.Window);
            DropEmpty(connection, row, BranchWindow.Find(branches, row.Window));
            return new BranchOutcome(BranchStatus.Done, Move(connection, row, branch.Window, nowMs, Before(row)));
        }

        return new BranchOutcome(IsAnywhere(connection, row, leafEntryId) ? BranchStatus.NotBranchTip : BranchStatus.MissingEntry);
    }

    /// <summary>Makes a session of what was said before a message of a person.</summary>
    public static BranchOutcome Fork(EdgeConnection connection, SessionKey key, SessionKey target, string entryId, long nowMs)
    {
        if (Refused(connection, key, mayBeArchived: true, out SessionRow row) is { } refused)
        {
            return new BranchOutcome(refused);
        }

        TranscriptEntry? cut = Find(connection, row, BranchWindow.Of(connection, row.RowId), entryId, out long from);
        if (NoCut(connection, row, cut, entryId) is { } wrong)
        {
            return new BranchOutcome(wrong);
        }

        SessionRow made = SessionWriter.Patch(connection, target, Inherited(row, entryId), nowMs);
        connection.Execute(BranchTable.CopyRows, made.RowId, made.Window, row.RowId, from, cut!.Seq);
        return new BranchOutcome(BranchStatus.Done, Move(connection, made, made.Window, nowMs, NoChange), cut);
    }

    /// <summary>Ends the active branch in a row, wherever it is; null for none. Rows are only added.</summary>
    public static BranchOutcome Graft(EdgeConnection connection, SessionKey key, string? entryId, long nowMs)
    {
        if (connection.First(SessionTable.Find, SessionRowReader.Read, key.Text) is not { } row)
        {
            return new BranchOutcome(BranchStatus.MissingSession);
        }

        IReadOnlyList<BranchWindow> branches = BranchWindow.Of(connection, row.RowId);
        (long from, long seq, long target) = (row.Window, 0, None);
        if (entryId is null)
        {
            target = connection.Number(BranchTable.CountKind, row.RowId, row.Window, (int)TranscriptEntryKind.Message) == 0 ? row.Window : None;
        }
        else
        {
            // What stands before a reset may have the same ids, when it came from another gateway.
            long root = BranchWindow.Find(branches, row.Window)?.Root ?? row.Window;
            connection.Each(BranchTable.Places, place =>
            {
                if (seq > 0 && place.GetInt64(0) < root)
                {
                    return false;
                }

                (from, seq) = (place.GetInt64(0), place.GetInt64(1));
                target = seq == place.GetInt64(2) ? from : None;
                return target == None;
            }, row.RowId, entryId, root);
            if (seq == 0)
            {
                return new BranchOutcome(BranchStatus.MissingEntry);
            }
        }

        if (target == row.Window)
        {
            return new BranchOutcome(BranchStatus.AlreadyActive);
        }

        if (target == None && branches.Count >= SessionStore.MaxBranches)
        {
            return new BranchOutcome(BranchStatus.Full);
        }

        target = target == None ? Copy(connection, row, branches, from, seq) : target;
        DropEmpty(connection, row, BranchWindow.Find(branches, row.Window));
        return new BranchOutcome(BranchStatus.Done, Move(connection, row, target, nowMs, NoChange, row.SessionId));
    }

    // On the active branch, or in what a reset ended.
    private static TranscriptEntry? Find(EdgeConnection connection, SessionRow row, IReadOnlyList<BranchWindow> branches, string entryId, out long window)
    {
        long at = row.Window;
        TranscriptEntry? entry = connection.First(TranscriptTable.FindById, TranscriptReader.Read, row.RowId, at, entryId);
        if (entry is null)
        {
            connection.Each(BranchTable.Anywhere, place => (at = place.GetInt64(0)) < 0, row.RowId, entryId);
            entry = BranchReader.At(branches, at).Root == BranchReader.At(branches, row.Window).Root
                ? null
                : connection.First(TranscriptTable.FindById, TranscriptReader.Read, row.RowId, at, entryId);
        }

        window = at;
        return entry;
    }

    // What is left for another family is a branch from now on, and no transcript from before a reset that grows old and goes.
    private static void Stay(EdgeConnection connection, SessionRow row, IReadOnlyList<BranchWindow> branches, long target)
    {
        if (BranchReader.At(branches, target).Root != BranchReader.At(branches, row.Window).Root && BranchWindow.Find(branches, row.Window) is null)
        {
            connection.Execute(BranchTable.Insert, row.RowId, row.Window, row.Window, row.Window, 0);
        }
    }

    // A window that begins with the first rows of another one.
    private static long Copy(EdgeConnection connection, SessionRow row, IReadOnlyList<BranchWindow> branches, long from, long shared)
    {
        long window = connection.Number(BranchTable.NextWindow, row.RowId);
        BranchWindow? source = BranchWindow.Find(branches, from);
        long origin = from;
        for (BranchWindow? of = source; of is not null && shared <= of.Shared && of.Origin != origin; of = BranchWindow.Find(branches, origin))
        {
            origin = of.Origin; // what a copy has of another window is that window's
        }

        connection.Execute(BranchTable.CopyRows, row.RowId, window, row.RowId, from, shared + 1);
        connection.Execute(BranchTable.Insert, row.RowId, window, source?.Root ?? from, origin, shared);
        return window;
    }

    private static BranchStatus? Refused(EdgeConnection connection, SessionKey key, bool mayBeArchived, out SessionRow row)
    {
        row = connection.First(SessionTable.Find, SessionRowReader.Read, key.Text)!;
        return row is null ? BranchStatus.MissingSession
            : connection.Number(BranchTable.PendingInputs, row.RowId) > 0 ? BranchStatus.Working
            : row.Archived && !mayBeArchived ? BranchStatus.Archived
            : null;
    }

    private static BranchStatus? NoCut(EdgeConnection connection, SessionRow row, TranscriptEntry? entry, string entryId) =>
        entry is null ? (IsAnywhere(connection, row, entryId) ? BranchStatus.OffActivePath : BranchStatus.MissingEntry)
        : entry is not { Kind: TranscriptEntryKind.Message, Message.Role: "user" } ? BranchStatus.NotUserMessage
        : null;

    private static bool IsAnywhere(EdgeConnection connection, SessionRow row, string entryId)
    {
        bool found = false;
        connection.Each(BranchTable.Anywhere, _ => !(found = true), row.RowId, entryId);
        return found;
    }

    // Nothing was said in it that another window has not: it is no branch.
    private static void DropEmpty(EdgeConnection connection, SessionRow row, BranchWindow? left)
    {
        if (left is not null && connection.Number(BranchTable.LastSeq, row.RowId, left.Window) <= left.Shared)
        {
            connection.Execute(BranchTable.DeleteCopies, row.RowId, left.Window);
            connection.Execute(BranchTable.Delete, row.RowId, left.Window);
        }
    }

    private static SessionRow Move(
        EdgeConnection connection, SessionRow row, long window, long nowMs, IReadOnlyDictionary<string, JsonElement?> changes, string? sessionId = null)
    {
        string? title = null;
        string? preview = null;
        foreach (TranscriptEntry said in connection.All(BranchTable.FirstSaid, TranscriptReader.Read, row.RowId, window, Looked))
        {
            title ??= said.Message is { Role: "user", ExcludeFromContext: not true } ? SessionText.Title(said.Message.Content.PlainText) : null;
        }

        foreach (TranscriptEntry said in connection.All(BranchTable.LastSaid, TranscriptReader.Read, row.RowId, window, Looked))
        {
            preview ??= said.Message.ExcludeFromContext is true ? null : SessionText.Preview(said.Message.Content.PlainText, SessionText.PreviewLength);
        }

        return connection.First(
            BranchTable.MoveTo, SessionRowReader.Read,
            row.Key.Text, nowMs, row.LifecycleRevision, sessionId ?? SessionWriter.NewId(), window,
            connection.Number(BranchTable.LastSeq, row.RowId, window),
            connection.Number(BranchTable.CountKind, row.RowId, window, (int)TranscriptEntryKind.Compaction), title, preview,
            ExtraMembers.Merge(row.Extra, changes))
            ?? throw new InvalidOperationException($"Session {row.Key} vanished inside its own transaction.");
    }

    private static Dictionary<string, JsonElement?> Before(SessionRow row) =>
        new(StringComparer.Ordinal) { ["previousSessionId"] = Text(row.SessionId) };

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, TranscriptJson.Default.String);

    private static JsonElement Source(SessionRow row, string entryId)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("sessionKey"u8, row.Key.Text);
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteString("entryId"u8, entryId);
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    // What a person chose for a conversation goes with it; names and places do not.
    private static SessionPatch Inherited(SessionRow row, string entryId)
    {
        Dictionary<string, JsonElement?> extra = new(StringComparer.Ordinal)
        {
            ["parentSessionKey"] = Text(row.Key.Text),
            ["forkedFromParent"] = JsonDocument.Parse("true").RootElement,
            ["forkSource"] = Source(row, entryId),
        };
        foreach (string name in (ReadOnlySpan<string>)["fastMode", "traceLevel", "elevatedLevel"])
        {
            if (row.Extra is { } members && members.TryGetProperty(name, out JsonElement value))
            {
                extra[name] = value;
            }
        }

        return new SessionPatch
        {
            ModelOverride = Optional.Of(row.ModelOverride),
            ThinkLevel = Optional.Of(row.ThinkLevel),
            VerboseLevel = Optional.Of(row.VerboseLevel),
            ReasoningLevel = Optional.Of(row.ReasoningLevel),
            Extra = extra,
        };
    }
}
