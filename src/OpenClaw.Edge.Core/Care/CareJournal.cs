using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Care;

/// <summary><c>care.jsonl</c> in the state folder: one line for everything that changed this gateway from outside a conversation
/// (rotated token, restore, reset, repair, update), 0600, 1 MiB at most. A line of a repair holds what undoes it.</summary>
public static class CareJournal
{
    private const long MostBytes = 1 << 20;

    /// <summary>The file.</summary>
    public static string PathOf(StatePaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Path.Combine(paths.StateDir, "care.jsonl");
    }

    /// <summary>Adds a line: time, action, and what <paramref name="members"/> writes.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Append(StatePaths paths, TimeProvider time, string action, Action<Utf8JsonWriter> members)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(members);
        string path = PathOf(paths);
        if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
        {
            File.Move(path, path + ".1", overwrite: true);
        }

        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("at"u8, time.GetUtcNow());
            json.WriteString("action"u8, action);
            members(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = AtomicFile.PrivateFile,
            BufferSize = 1,
        });
        file.Write(line.GetBuffer(), 0, (int)line.Length); // one write: two writers do not mix
        file.Flush(flushToDisk: true);
    }

    /// <summary>The lines, oldest first; none when there is no journal. Lines that are no JSON are left out.</summary>
    public static IReadOnlyList<JsonElement> Read(StatePaths paths)
    {
        string path = PathOf(paths);
        List<JsonElement> lines = [];
        if (!File.Exists(path))
        {
            return lines;
        }

        foreach (string line in File.ReadLines(path, Encoding.UTF8))
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                lines.Add(document.RootElement.Clone());
            }
            catch (JsonException)
            {
                // cut off by a power loss
            }
        }

        return lines;
    }
}
