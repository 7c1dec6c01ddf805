using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>Writes a session as JSON lines, one record a line, in the original's own format (version 4), which it and our importer read.
/// Source: docs/protocol.md, transcript records.</summary>
public sealed class TranscriptExport(SessionStore store)
{
    /// <summary>Version of the record format.</summary>
    public const int FormatVersion = 4;

    private const int PieceBytes = 64 << 10;

    // Text stays readable and half the size; the files are no web pages.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes all of the session, piece by piece; memory stays bounded whatever its length.</summary>
    /// <param name="key">The session.</param>
    /// <param name="destination">Takes the lines; stays open.</param>
    /// <param name="workspace">The agent's directory, for the first record; left out when null.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <returns>Records after the first; null when there is no such session, and nothing was written.</returns>
    public async Task<int?> WriteAsync(SessionKey key, Stream destination, string? workspace, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> lines = new();
        string? cursor = null;
        int? all = null;
        do
        {
            lines.ResetWrittenCount();
            all = Write(key, lines, workspace, ref cursor, PieceBytes) is { } written ? written + (all ?? 0) : null;
            await destination.WriteAsync(lines.WrittenMemory, cancellationToken);
        }
        while (cursor is not null);

        return all;
    }

    /// <summary>Writes a piece of the session: all of its rows come in turn, those before a reset and those of other branches too.</summary>
    /// <param name="key">The session.</param>
    /// <param name="lines">Takes the lines; a piece ends behind the record that reaches <paramref name="maxBytes"/>.</param>
    /// <param name="workspace">The agent's directory, for the first record; left out when null.</param>
    /// <param name="cursor">Where the piece before ended, null for the first one; becomes where this one ends, null when it is the last.</param>
    /// <param name="maxBytes">Bytes of a piece, about.</param>
    /// <returns>Records written, without the session's own; null when there is no such session, and nothing was written.</returns>
    /// <exception cref="FormatException">The cursor is none.</exception>
    public int? Write(SessionKey key, ArrayBufferWriter<byte> lines, string? workspace, ref string? cursor, int maxBytes)
    {
        if (store.Find(key) is not SessionRow row)
        {
            return null;
        }

        (long window, long seq, string? parentId) = (-1, 0, null);
        if (cursor is null)
        {
            WriteHeader(lines, row, workspace);
        }
        else
        {
            string[] parts = cursor.Split('.', 3);
            (window, seq, parentId) = parts.Length == 3
                && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out window)
                && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seq)
                ? (window, seq, parts[2])
                : throw new FormatException($"'{cursor}' is no cursor of an export.");
        }

        int records = 0;
        foreach ((TranscriptEntry entry, string? parent, long place) in store.ReadRecords(key, window, seq, parentId))
        {
            WriteRecord(lines, entry, parent);
            parentId = entry.Id;
            records++;
            if (lines.WrittenCount >= maxBytes)
            {
                cursor = string.Create(CultureInfo.InvariantCulture, $"{place}.{entry.Seq}.{entry.Id}");
                return records;
            }
        }

        cursor = null;
        string? leaf = store.ReadPage(key, 1).Entries is [{ } last, ..] ? last.Id : null;
        if (leaf != parentId)
        {
            WriteLeaf(lines, row, parentId, leaf);
            records++;
        }

        return records;
    }

    // {"type":"session","version":4,"id":…,"timestamp":ISO,"cwd":…}
    private static void WriteHeader(ArrayBufferWriter<byte> line, SessionRow row, string? workspace)
    {
        using Utf8JsonWriter json = new(line, Options);
        json.WriteStartObject();
        json.WriteString("type"u8, "session"u8);
        json.WriteNumber("version"u8, FormatVersion);
        json.WriteString("id"u8, row.SessionId);
        json.WriteString("timestamp"u8, Iso(row.CreatedAtMs));
        if (workspace is not null)
        {
            json.WriteString("cwd"u8, workspace);
        }

        End(line, json);
    }

    // {"type":"leaf","id":…,"parentId":…,"timestamp":ISO,"targetId":…|null}: the active branch does not end in the last record
    private static void WriteLeaf(ArrayBufferWriter<byte> line, SessionRow row, string? parentId, string? leaf)
    {
        using Utf8JsonWriter json = new(line, Options);
        json.WriteStartObject();
        json.WriteString("type"u8, "leaf"u8);
        json.WriteString("id"u8, SessionWriter.NewId());
        json.WriteString("parentId"u8, parentId);
        json.WriteString("timestamp"u8, Iso(row.UpdatedAtMs));
        json.WriteString("targetId"u8, leaf);
        End(line, json);
    }

    // {"type":"message","id":…,"parentId":…|null,"timestamp":ISO,"message":{…}} and its kin
    private static void WriteRecord(ArrayBufferWriter<byte> line, TranscriptEntry entry, string? parentId)
    {
        using Utf8JsonWriter json = new(line, Options);
        json.WriteStartObject();
        json.WriteString("type"u8, entry.Kind switch
        {
            TranscriptEntryKind.Reset => "reset"u8,
            TranscriptEntryKind.Compaction => "compaction"u8,
            _ => "message"u8,
        });
        json.WriteString("id"u8, entry.Id);
        json.WriteString("parentId"u8, parentId);
        json.WriteString("timestamp"u8, Iso(entry.Message.Timestamp));
        switch (entry.Kind)
        {
            case TranscriptEntryKind.Reset:
                json.WriteString("reason"u8, entry.Reason ?? "reset");
                break;
            case TranscriptEntryKind.Compaction:
                json.WriteString("summary"u8, entry.Message.Content.PlainText);
                if (CompactionFacts.FirstKeptEntryId(entry) is string kept)
                {
                    json.WriteString("firstKeptEntryId"u8, kept);
                }

                json.WriteNumber("tokensBefore"u8, CompactionFacts.TokensBefore(entry));
                break;
            default:
                json.WritePropertyName("message"u8);
                MessageJson.Write(json, entry.Message);
                break;
        }

        End(line, json);
    }

    private static void End(ArrayBufferWriter<byte> line, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
    }

    private static string Iso(long epochMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(epochMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
