using System.Data.Common;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Reads transcript rows, newest first, and stops as soon as it has what is asked.</summary>
internal static class TranscriptReader
{
    /// <summary>One entry, in the order of <see cref="TranscriptTable.Columns"/>.</summary>
    public static TranscriptEntry Read(DbDataReader row) => Read(row, row.GetFieldValue<byte[]>(7));

    /// <summary>The newest rows before a place; see <see cref="SessionStore.ReadPage"/>.</summary>
    public static List<TranscriptEntry> Page(EdgeConnection connection, SessionRow session, int limit, long beforeSeq, long maxBytes)
    {
        List<TranscriptEntry> entries = [];
        long bytes = 0;
        connection.Each(
            TranscriptTable.Newest,
            row =>
            {
                byte[] json = row.GetFieldValue<byte[]>(7);
                bytes += json.Length;
                if (bytes > maxBytes && entries.Count > 0)
                {
                    return false;
                }

                entries.Add(Read(row, json));
                return true;
            },
            session.RowId, session.Window, beforeSeq, limit);
        entries.Reverse();
        return entries;
    }

    /// <summary>What a model may see; see <see cref="SessionStore.ReadContextAfter"/>.</summary>
    public static ContextRead Context(EdgeConnection connection, SessionRow session, int maxChars, long afterSeq)
    {
        List<TranscriptEntry> entries = [];
        TranscriptEntry? summary = null;
        string? firstKept = null;
        long chars = 0;
        bool whole = true;
        connection.Each(
            TranscriptTable.NewestAfter,
            row =>
            {
                TranscriptEntryKind kind = (TranscriptEntryKind)row.GetInt32(1);
                if (kind == TranscriptEntryKind.Compaction && summary is not null)
                {
                    return true; // an older summary is part of the newer one
                }

                chars += row.GetInt64(5);
                if (kind == TranscriptEntryKind.Reset)
                {
                    return false;
                }

                if (kind == TranscriptEntryKind.Compaction)
                {
                    summary = Read(row);
                    firstKept = CompactionFacts.FirstKeptEntryId(summary);
                    return firstKept is not null;
                }

                if (chars > maxChars && entries.Count > 0)
                {
                    whole = false;
                    return false;
                }

                TranscriptEntry entry = Read(row);
                entries.Add(entry);
                return summary is null || entry.Id != firstKept;
            },
            session.RowId, session.Window, afterSeq);
        entries.Reverse();
        DropOrphans(entries, whole);
        if (summary is null && !whole && session.CompactionCount > 0)
        {
            summary = connection.First(TranscriptTable.LastSummary, Read, session.RowId, session.Window, afterSeq);
        }

        if (summary is not null)
        {
            entries.Insert(0, summary);
        }

        return new ContextRead(session.HistoryRevision, afterSeq, entries, whole);
    }

    // A tool result whose call was cut off is an error to most model servers.
    private static void DropOrphans(List<TranscriptEntry> entries, bool whole)
    {
        int orphans = 0;
        while (!whole && orphans < entries.Count - 1 && entries[orphans].Message.Role == "toolResult")
        {
            orphans++;
        }

        entries.RemoveRange(0, orphans);
    }

    private static TranscriptEntry Read(DbDataReader row, byte[] json)
    {
        ChatMessage message = MessageJson.Read(json);
        return new TranscriptEntry
        {
            Seq = row.GetInt64(0),
            Kind = (TranscriptEntryKind)row.GetInt32(1),
            Id = row.GetString(2),
            RunId = row.IsDBNull(3) ? null : row.GetString(3),
            Reason = row.IsDBNull(4) ? null : row.GetString(4),
            Message = message,
        };
    }
}
