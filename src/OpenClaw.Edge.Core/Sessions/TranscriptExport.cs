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

    // Text stays readable and half the size; the files are no web pages.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes all of the session, rows before a reset and those of other branches too; memory stays bounded whatever its length.</summary>
    /// <param name="key">The session.</param>
    /// <param name="destination">Takes the lines; stays open.</param>
    /// <param name="workspace">The agent's directory, for the first record; left out when null.</param>
    /// <param name="cancellationToken">Stops between two records.</param>
    /// <returns>Records after the first; null when there is no such session, and nothing was written.</returns>
    public async Task<int?> WriteAsync(SessionKey key, Stream destination, string? workspace, CancellationToken cancellationToken)
    {
        if (store.Find(key) is not SessionRow row)
        {
            return null;
        }

        ArrayBufferWriter<byte> line = new();
        WriteHeader(line, row, workspace);
        await FlushAsync(line, destination, cancellationToken);
        int records = 0;
        string? parentId = null;
        foreach ((TranscriptEntry entry, string? parent) in store.ReadRecords(key))
        {
            WriteRecord(line, entry, parent);
            await FlushAsync(line, destination, cancellationToken);
            parentId = entry.Id;
            records++;
        }

        string? leaf = store.ReadPage(key, 1).Entries is [{ } last, ..] ? last.Id : null;
        if (leaf != parentId)
        {
            WriteLeaf(line, row, parentId, leaf);
            await FlushAsync(line, destination, cancellationToken);
            records++;
        }

        return records;
    }

    private static async Task FlushAsync(ArrayBufferWriter<byte> line, Stream destination, CancellationToken cancellationToken)
    {
        line.Write("\n"u8);
        await destination.WriteAsync(line.WrittenMemory, cancellationToken);
        line.ResetWrittenCount();
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

        json.WriteEndObject();
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
        json.WriteEndObject();
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

        json.WriteEndObject();
    }

    private static string Iso(long epochMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(epochMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
