using System.Data.Common;
using System.Text.Json;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Import;

/// <summary>Sessions of the original: from the database of each agent, and from the older <c>sessions.json</c> with its JSON lines.
/// Source: docs/differences.md names what is not brought.</summary>
internal sealed class SessionImport(ImportDesk desk, HashSet<string> here)
{
    private const int MostSessions = 100_000;
    private const int MostPackedBytes = 4 << 20; // the original's own limit
    private const long MostListBytes = 64 << 20;
    private const long MostTranscriptBytes = 4L << 30;

    private readonly List<ImportRow> _rows = [];
    private readonly HashSet<string> _planned = new(StringComparer.Ordinal);

    /// <summary>What stands for a session of this key and id, among keys.</summary>
    public static string Same(string key, string? sessionId) => $"{key}\n{sessionId}";

    /// <summary>One row a session, the oldest first.</summary>
    public IReadOnlyList<ImportRow> Plan(string agent)
    {
        string folder = desk.Places.AgentDir(agent);
        string path = Path.Combine(folder, "agent", "openclaw-agent.sqlite");
        if (desk.Database("sessions", path) is { } database)
        {
            PlanDatabase(agent, path, database);
        }

        PlanFiles(agent, Path.Combine(folder, "sessions"));
        return _rows;
    }

    private void PlanDatabase(string agent, string path, ForeignDatabase database)
    {
        bool packs = database.Has("transcript_events", "event_zstd");
        string events = packs
            ? "(SELECT COUNT(*) FROM transcript_events WHERE session_id = current_session_id), (SELECT COUNT(*) FROM transcript_events WHERE session_id = current_session_id AND event_zstd IS NOT NULL)"
            : "(SELECT COUNT(*) FROM transcript_events WHERE session_id = current_session_id), 0";
        IReadOnlyList<SessionFacts>? sessions = database.Try(
            connection => connection.All(
                $"SELECT session_key, current_session_id, entry_json, {events} FROM session_nodes n ORDER BY updated_at, session_key LIMIT {MostSessions}",
                row => SessionFacts.Read(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4))),
            out string? problem);
        if (sessions is null)
        {
            _rows.Add(new ImportRow("sessions", path, 0) { Problem = $"its tables are not those of a known original: {problem}" });
            return;
        }

        FindOlder(database, sessions, packs);
        foreach (SessionFacts facts in sessions)
        {
            Add(agent, facts, facts.Packed > 0 && !Zstd.IsAvailable
                ? $"{facts.Packed} of its records are packed with zstd, and libzstd.so.1 is not on this machine: install it (apt install libzstd1) and import again"
                : null,
                (stream, id) =>
                {
                    WriteLines(database.Connection, id, packs, stream, out int unreadable);
                    return unreadable;
                });
        }
    }

    // What the original began anew under another id; where it kept the id, the marker is among the records.
    private static void FindOlder(ForeignDatabase database, IReadOnlyList<SessionFacts> sessions, bool packs)
    {
        Dictionary<string, SessionFacts> byKey = new(StringComparer.Ordinal);
        foreach (SessionFacts facts in sessions)
        {
            byKey.TryAdd(facts.Key, facts);
        }

        database.Try(
            connection =>
            {
                connection.Each(
                    $"SELECT w.session_key, w.session_id, COUNT(e.seq){(packs ? ", COUNT(e.event_zstd)" : ", 0")} FROM session_windows w JOIN session_nodes n ON n.session_key = w.session_key AND n.current_session_id <> w.session_id JOIN transcript_events e ON e.session_id = w.session_id GROUP BY w.session_key, w.session_id ORDER BY w.created_at, w.rowid LIMIT {MostSessions}",
                    row =>
                    {
                        if (byKey.TryGetValue(row.GetString(0), out SessionFacts? facts) && (row.GetInt64(3) == 0 || Zstd.IsAvailable))
                        {
                            facts.Older.Add((row.GetString(1), row.GetInt64(2)));
                            facts.Records += row.GetInt64(2);
                        }

                        return true;
                    });
                return database;
            },
            out _);
    }

    private void PlanFiles(string agent, string folder)
    {
        string list = Path.Combine(folder, "sessions.json");
        if (!ImportFiles.IsOwnFile(desk.Request.Source, list))
        {
            return;
        }

        try
        {
            if (new FileInfo(list).Length > MostListBytes)
            {
                throw new InvalidDataException($"it is larger than {MostListBytes >> 20} MiB");
            }

            using FileStream text = new(list, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using JsonDocument document = JsonDocument.Parse(text);
            List<(SessionFacts Facts, string File)> found = [];
            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                SessionFacts facts = SessionFacts.Read(entry.Name, null, entry.Value.GetRawText(), 0, 0);
                string file = Path.Combine(folder, $"{Path.GetFileName(facts.SessionId)}.jsonl");
                if (!File.Exists(file) && facts.File is { } named)
                {
                    file = Path.Combine(folder, Path.GetFileName(named)); // never out of the folder
                }

                found.Add((facts, file));
            }

            found.Sort(static (left, right) => Nullable.Compare(left.Facts.UpdatedAtMs, right.Facts.UpdatedAtMs));
            int archived = Directory.EnumerateFiles(folder, "*.jsonl.reset.*").Count();
            if (archived > 0)
            {
                _rows.Add(new ImportRow("sessions", $"{folder}/*.jsonl.reset.*", archived) { Skip = "transcripts from before a reset that say not of which session: 'openclaw sessions import <file> --key …' reads one" });
            }

            foreach ((SessionFacts facts, string file) in found.Take(MostSessions))
            {
                bool plain = ImportFiles.IsOwnFile(desk.Request.Source, file);
                facts.Records = plain ? CountLines(file) : 0;
                Add(agent, facts,
                    !plain ? $"its transcript {file} is not there"
                    : new FileInfo(file).Length > MostTranscriptBytes ? $"its transcript is larger than {MostTranscriptBytes >> 30} GiB"
                    : null,
                    (stream, _) =>
                    {
                        using FileStream lines = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                        lines.CopyTo(stream);
                        return 0;
                    });
            }
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            _rows.Add(new ImportRow("sessions", list, 0) { Problem = $"it cannot be read: {wrong.Message}" });
        }
    }

    private void Add(string agent, SessionFacts facts, string? obstacle, Func<Stream, string, int> write)
    {
        if (!SessionKey.TryParse(facts.Key, agent, out SessionKey key))
        {
            _rows.Add(new ImportRow("sessions", facts.Key, facts.Records) { Skip = "its key is not one of a session" });
            return;
        }

        if (!_planned.Add(key.Text))
        {
            return; // the database had it: the older file is what it was made from
        }

        _rows.Add(new ImportRow("sessions", key.Text, facts.Records)
        {
            Target = desk.Request.Paths.DatabasePath,
            Skip = here.Contains(key.Text) ? "a session with messages is there already"
                : here.Contains(Same(key.Text, facts.SessionId)) ? "it is there already, and has no messages"
                : obstacle ?? (facts.Records == 0 ? "it has no messages" : null),
            Note = facts.Older.Count > 0 ? $"{facts.Older.Count} of its transcripts are from before a reset" : null,
            Work = (row, at, stop) => BringAsync(row, at.Sessions!, key, facts, write, stop),
        });
    }

    private async Task<long> BringAsync(
        ImportRow row, SessionStore store, SessionKey key, SessionFacts facts, Func<Stream, string, int> write, CancellationToken cancellationToken)
    {
        if (store.Find(key)?.Extra is { } extra && extra.TryGetProperty(ImportDesk.UnfinishedMark, out _))
        {
            await store.DeleteAsync(key, cancellationToken); // an import that broke off
        }

        using JsonDocument yes = JsonDocument.Parse("true");
        SessionRow made = await store.CreateAsync(key, facts.SessionId, cancellationToken);
        long before = store.CountEntries(key);
        await store.PatchAsync(key, new SessionPatch { Extra = new Dictionary<string, JsonElement?> { [ImportDesk.UnfinishedMark] = yes.RootElement } }, cancellationToken);
        int resets = 0;
        int older = 0;
        int unreadable = 0;
        foreach ((string sessionId, long _) in facts.Older)
        {
            (TranscriptImportResult past, int broken) = await ReadAsync(store, key, sessionId, write, isOld: true, cancellationToken);
            if (past.Imported > 0)
            {
                await store.ResetAtAsync(key, "reset", store.ReadPage(key, 1).Entries[^1].Message.Timestamp, cancellationToken);
                resets++;
            }

            older += past.Imported;
            unreadable += past.Damaged + broken;
        }

        (TranscriptImportResult result, int unread) = await ReadAsync(store, key, facts.SessionId, write, isOld: false, cancellationToken);
        unreadable += unread;
        await store.PatchAsync(key, facts.Patch(made), cancellationToken);
        await store.SetTimesAsync(key, facts.CreatedAtMs, facts.UpdatedAtMs, facts.InteractionAtMs, cancellationToken);

        long stored = store.CountEntries(key) - before;
        if (stored != older + resets + result.Imported)
        {
            row.Problem = $"{older + resets + result.Imported} messages were written and {stored} read back";
        }

        List<string> notes = row.Note is { } note ? [note] : [];
        if (result.Skipped > 0)
        {
            notes.Add($"{result.Skipped} records are no messages, or on branches that were left");
        }

        if (result.Damaged + unreadable > 0)
        {
            notes.Add($"{result.Damaged + unreadable} records are damaged{(result.Problems.Count > 0 ? $" ({result.Problems[0]})" : "")}");
        }

        row.Note = notes.Count > 0 ? string.Join("; ", notes) : null;
        return stored;
    }

    private async Task<(TranscriptImportResult Result, int Unreadable)> ReadAsync(
        SessionStore store, SessionKey key, string sessionId, Func<Stream, string, int> write, bool isOld, CancellationToken cancellationToken)
    {
        string path = desk.Scratch("session.jsonl");
        using FileStream lines = new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 64 << 10, FileOptions.DeleteOnClose);
        int unreadable = write(lines, sessionId);
        lines.Position = 0;
        return (await new TranscriptImport(store) { DropsKeys = isOld }.ReadAsync(key, lines, cancellationToken), unreadable);
    }

    private static void WriteLines(EdgeConnection from, string sessionId, bool packs, Stream to, out int unreadable)
    {
        int broken = 0;
        long written = 0;
        from.Each(
            packs
                ? "SELECT event_json, event_zstd, event_utf8_bytes FROM transcript_events WHERE session_id = $1 ORDER BY seq"
                : "SELECT event_json, NULL, NULL FROM transcript_events WHERE session_id = $1 ORDER BY seq",
            row =>
            {
                if (LineOf(row) is { } line)
                {
                    line.AsSpan().Replace((byte)'\n', (byte)' ');
                    to.Write(line);
                    to.WriteByte((byte)'\n');
                    written += line.Length;
                }
                else
                {
                    broken++;
                }

                return written < MostTranscriptBytes;
            },
            sessionId);
        unreadable = broken;
    }

    private static byte[]? LineOf(DbDataReader row)
    {
        if (!row.IsDBNull(0))
        {
            return System.Text.Encoding.UTF8.GetBytes(row.GetString(0));
        }

        if (row.IsDBNull(1) || row.IsDBNull(2) || row.GetInt64(2) is not (> 0 and <= MostPackedBytes and var size))
        {
            return null;
        }

        byte[] line = new byte[size];
        return Zstd.TryUnpack((byte[])row.GetValue(1), line) ? line : null;
    }

    private static long CountLines(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] buffer = new byte[64 << 10];
        long lines = 0;
        byte last = (byte)'\n';
        for (int read; (read = file.Read(buffer)) > 0; last = buffer[read - 1])
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return last == (byte)'\n' ? lines : lines + 1;
    }
}
