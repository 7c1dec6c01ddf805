using System.Text.Json;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <content>Looking after sessions that nobody uses, and transcripts from before a reset.</content>
public sealed partial class SessionStore
{
    /// <summary>Why a session was archived by itself, beside <see cref="SessionRow.Archived"/>; not on the wire.</summary>
    internal const string ArchiveReason = "archiveReason";

    /// <summary>It was archived because there were too many.</summary>
    internal const string CapReason = "cap";

    /// <summary>Bytes of the database that hold something.</summary>
    internal long UsedBytes => database.Read(connection => connection.Number(UpkeepTable.UsedBytes));

    /// <summary>Sessions that are not archived.</summary>
    internal long CountLive => database.Read(connection => connection.Number(UpkeepTable.CountLive));

    /// <summary>Sessions without a running turn, neither archived nor pinned, that did not change since; oldest change first, after a row.</summary>
    internal IReadOnlyList<SessionRow> Idle(long changedBeforeMs, SessionRow? after, int limit) => database.Read(connection => connection.All(
        UpkeepTable.Idle, SessionRowReader.Read, changedBeforeMs, after?.UpdatedAtMs ?? 0, after?.RowId ?? 0, limit));

    /// <summary>Sessions that were archived because there were too many; oldest change first.</summary>
    internal IReadOnlyList<SessionRow> CapArchived(int limit) => database.Read(connection => connection.All(
        UpkeepTable.Archived, SessionRowReader.Read, $"%\"{ArchiveReason}\":\"{CapReason}\"%", limit));

    /// <summary>Transcripts from before a reset that ended before a time; oldest first.</summary>
    internal IReadOnlyList<(long RowId, long Window, SessionKey Key)> OldWindows(long endedBeforeMs, int limit)
    {
        List<(long RowId, long Window, SessionKey Key)> windows = [];
        database.Read(connection =>
        {
            connection.Each(
                UpkeepTable.OldWindows,
                row =>
                {
                    windows.Add((row.GetInt64(0), row.GetInt64(1), SessionRowReader.KeyOf(row.GetString(2))));
                    return true;
                },
                endedBeforeMs, limit);
            return true;
        });
        return windows;
    }

    /// <summary>Archives a session, or removes it with its transcript, unless it was used since it was seen.</summary>
    /// <param name="seen">The session as it was judged.</param>
    /// <param name="reason">Why it is archived; null removes it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it was done.</returns>
    internal Task<bool> RetireAsync(SessionRow seen, string? reason, CancellationToken cancellationToken) => At(seen.Key).WriteAsync(
        connection =>
        {
            if (reason is null)
            {
                return Removed(connection, seen.Key, connection.Execute(UpkeepTable.DeleteIdle, seen.Key.Text, seen.UpdatedAtMs) > 0);
            }

            if (connection.First(SessionTable.Find, SessionRowReader.Read, seen.Key.Text) is not { } row || row.UpdatedAtMs != seen.UpdatedAtMs)
            {
                return false;
            }

            using JsonDocument word = JsonDocument.Parse($"\"{reason}\"");
            SessionRow archived = SessionWriter.Patch(
                connection, seen.Key,
                new SessionPatch { Archived = Optional.Of(true), Extra = new Dictionary<string, JsonElement?> { [ArchiveReason] = word.RootElement.Clone() } },
                NowMs);
            connection.OnCommitted(() => Committed(archived));
            return true;
        },
        cancellationToken);

    /// <summary>Removes a transcript from before a reset.</summary>
    /// <returns>Whether there was one.</returns>
    internal Task<bool> DeleteWindowAsync(long rowId, long window, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            bool deleted = connection.Execute(UpkeepTable.DeleteWindow, rowId, window) > 0;
            connection.Each(SessionTable.GiveBackPages, static _ => true);
            return deleted;
        },
        cancellationToken);

    private bool Removed(EdgeConnection connection, SessionKey key, bool deleted)
    {
        connection.Each(SessionTable.GiveBackPages, static _ => true);
        connection.OnCommitted(() =>
        {
            _cache.Remove(key);
            Family.Forget(key);
        });
        return deleted;
    }
}
