using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Tests.Import;

/// <summary>A state folder as an original of 2026.9 leaves it: the columns of its tables that an import reads. Its databases stay open,
/// with what was written still in their logs, as they are while an original runs.</summary>
internal sealed class OriginalState : IDisposable
{
    private const string AgentTables =
        """
        PRAGMA journal_mode=WAL;
        CREATE TABLE session_nodes (session_key TEXT NOT NULL PRIMARY KEY, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
        CREATE TABLE session_windows (session_id TEXT NOT NULL PRIMARY KEY, session_key TEXT NOT NULL, reason TEXT, created_at INTEGER NOT NULL);
        CREATE TABLE transcript_events (session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL,
            event_zstd BLOB, event_utf8_bytes INTEGER, navigation_json TEXT, PRIMARY KEY (session_id, seq));
        CREATE TABLE auth_profile_store (store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
        PRAGMA user_version=23;
        """;

    // The original's tables are STRICT, which this SQLite cannot make: whoever opens the file after this reads it so.
    private const string MakeStrict = "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = sql || ' STRICT' WHERE type = 'table'";

    private const string StateTables =
        """
        PRAGMA journal_mode=WAL;
        CREATE TABLE cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, name TEXT NOT NULL, enabled INTEGER NOT NULL, payload_kind TEXT NOT NULL,
            job_json TEXT NOT NULL, state_json TEXT NOT NULL DEFAULT '{}', sort_order INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL, PRIMARY KEY (store_key, job_id));
        CREATE TABLE cron_job_scratch (store_key TEXT NOT NULL, job_id TEXT NOT NULL, content TEXT, revision INTEGER NOT NULL, source_sha256 TEXT,
            updated_at_ms INTEGER NOT NULL, PRIMARY KEY (store_key, job_id));
        CREATE TABLE device_pairing_paired (device_id TEXT NOT NULL PRIMARY KEY, public_key TEXT NOT NULL, display_name TEXT, operator_label TEXT, platform TEXT,
            device_family TEXT, client_id TEXT, client_mode TEXT, role TEXT, roles_json TEXT, scopes_json TEXT, remote_ip TEXT, tokens_json TEXT,
            approved_via TEXT, created_at_ms INTEGER NOT NULL, approved_at_ms INTEGER NOT NULL);
        PRAGMA user_version=18;
        """;

    private readonly TempDir _root = new();
    private readonly SqliteConnection _agent;
    private readonly SqliteConnection _state;
    private int _jobs;

    public OriginalState()
    {
        _root.Subdirectory("agents/main/agent");
        _root.Subdirectory("state");
        _agent = Open("agents/main/agent/openclaw-agent.sqlite");
        using SqliteCommand agent = _agent.CreateCommand();
        agent.CommandText = AgentTables;
        agent.ExecuteNonQuery();
        agent.CommandText = MakeStrict;
        agent.ExecuteNonQuery();
        _state = Open("state/openclaw.sqlite");
        using SqliteCommand state = _state.CreateCommand();
        state.CommandText = StateTables;
        state.ExecuteNonQuery();
        state.CommandText = MakeStrict;
        state.ExecuteNonQuery();
    }

    public string Path => _root.Root;

    public string Write(string relative, string text) => _root.Write(relative, text);

    /// <summary>The record of a message.</summary>
    public static string Message(string id, string? parent, string role, string text) =>
        $$$"""{"type":"message","id":"{{{id}}}","parentId":{{{(parent is null ? "null" : $"\"{parent}\"")}}},"timestamp":"2026-11-20T10:00:01.000Z","message":{"role":"{{{role}}}","content":[{"type":"text","text":"{{{text}}}"}],"timestamp":1795168801000}}""";

    /// <summary>The record that a transcript begins with.</summary>
    public static string Head(string sessionId) => $$"""{"type":"session","version":4,"id":"{{sessionId}}","timestamp":"2026-11-20T10:00:00.000Z","cwd":"/tmp"}""";

    /// <summary>A session with its transcript.</summary>
    public void Session(string key, string sessionId, string entry, params string[] records)
    {
        using SqliteCommand node = _agent.CreateCommand();
        node.CommandText = "INSERT INTO session_nodes VALUES ($key, $id, $entry, 1795168800000); INSERT INTO session_windows VALUES ($id, $key, 'initial', 1)";
        node.Parameters.AddWithValue("$key", key);
        node.Parameters.AddWithValue("$id", sessionId);
        node.Parameters.AddWithValue("$entry", entry);
        node.ExecuteNonQuery();
        for (int i = 0; i < records.Length; i++)
        {
            Record(sessionId, i, records[i], null, null);
        }
    }

    /// <summary>A transcript of a session from before it had its present id.</summary>
    public void OlderWindow(string key, string sessionId, int createdAt, params string[] records)
    {
        using SqliteCommand window = _agent.CreateCommand();
        window.CommandText = "INSERT INTO session_windows VALUES ($id, $key, 'reset', $at)";
        window.Parameters.AddWithValue("$key", key);
        window.Parameters.AddWithValue("$id", sessionId);
        window.Parameters.AddWithValue("$at", createdAt);
        window.ExecuteNonQuery();
        for (int i = 0; i < records.Length; i++)
        {
            Record(sessionId, i, records[i], null, null);
        }
    }

    /// <summary>A paired device with its tokens, as JSON.</summary>
    public void Device(string deviceId, string publicKey, string label, string tokens)
    {
        using SqliteCommand device = _state.CreateCommand();
        device.CommandText =
            "INSERT INTO device_pairing_paired VALUES ($id, $key, NULL, $label, 'ios', 'iPhone', 'openclaw-ios', 'ui', 'operator', '[]', '[]', '192.168.1.9', $tokens, 'owner', 1795160000000, 1795160000000)";
        device.Parameters.AddWithValue("$id", deviceId);
        device.Parameters.AddWithValue("$key", publicKey);
        device.Parameters.AddWithValue("$label", label);
        device.Parameters.AddWithValue("$tokens", tokens);
        device.ExecuteNonQuery();
    }

    /// <summary>A record that is packed with zstd, as the original packs long ones.</summary>
    public void PackedRecord(string sessionId, int seq, string record)
    {
        byte[] text = Encoding.UTF8.GetBytes(record);

        // RFC 8878: magic, one segment with its size in two bytes, one raw block that is the last. A decoder makes no difference.
        int size = text.Length - 256;
        int block = (text.Length << 3) | 1;
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0x60, (byte)size, (byte)(size >> 8), (byte)block, (byte)(block >> 8), (byte)(block >> 16), .. text];
        Record(sessionId, seq, null, frame, text.Length);
    }

    /// <summary>A scheduled job.</summary>
    public void Job(string id, string json)
    {
        using SqliteCommand job = _state.CreateCommand();
        job.CommandText = "INSERT INTO cron_jobs VALUES ('jobs.json', $id, 'n', 1, 'k', $json, '{}', $order, 1)";
        job.Parameters.AddWithValue("$id", id);
        job.Parameters.AddWithValue("$json", json);
        job.Parameters.AddWithValue("$order", _jobs++);
        job.ExecuteNonQuery();
    }

    /// <summary>Private notes of a job; null for some that were cleared.</summary>
    public void Scratch(string id, string? text)
    {
        using SqliteCommand notes = _state.CreateCommand();
        notes.CommandText = "INSERT INTO cron_job_scratch VALUES ('jobs.json', $id, $text, 4, NULL, 1)";
        notes.Parameters.AddWithValue("$id", id);
        notes.Parameters.AddWithValue("$text", (object?)text ?? DBNull.Value);
        notes.ExecuteNonQuery();
    }

    /// <summary>Makes it an original that keeps notes under another name.</summary>
    public void RenameNotes()
    {
        using SqliteCommand other = _state.CreateCommand();
        other.CommandText = "DROP TABLE cron_job_scratch; CREATE TABLE cron_job_scratch (job_id TEXT NOT NULL, body TEXT)";
        other.ExecuteNonQuery();
    }

    /// <summary>The auth profiles of the agent.</summary>
    public void Profiles(string json)
    {
        using SqliteCommand profiles = _agent.CreateCommand();
        profiles.CommandText = "INSERT INTO auth_profile_store VALUES ('default', $json, 1)";
        profiles.Parameters.AddWithValue("$json", json);
        profiles.ExecuteNonQuery();
    }

    /// <summary>Every file with its hash and times, to see that nothing was touched.</summary>
    public string[] Seal() =>
    [
        .. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks} {(File.Exists(path) ? Hash(path) : "")}"),
    ];

    public void Dispose()
    {
        _agent.Dispose();
        _state.Dispose();
        _root.Dispose();
    }

    private static string Hash(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    private void Record(string sessionId, int seq, string? text, byte[]? packed, int? size)
    {
        using SqliteCommand record = _agent.CreateCommand();
        record.CommandText = "INSERT INTO transcript_events VALUES ($id, $seq, $text, 1, $packed, $size, NULL)";
        record.Parameters.AddWithValue("$id", sessionId);
        record.Parameters.AddWithValue("$seq", seq);
        record.Parameters.AddWithValue("$text", (object?)text ?? DBNull.Value);
        record.Parameters.AddWithValue("$packed", (object?)packed ?? DBNull.Value);
        record.Parameters.AddWithValue("$size", size is null ? DBNull.Value : size.Value);
        record.ExecuteNonQuery();
    }

    private SqliteConnection Open(string relative)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = _root.PathOf(relative), Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
