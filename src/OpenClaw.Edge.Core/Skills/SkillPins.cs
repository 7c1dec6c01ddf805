using System.Buffers;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Skills;

/// <summary>The hash that each skill had when it was first seen, or when a person last accepted it, in one small file. Not
/// thread-safe: the catalog's lock holds.</summary>
internal sealed class SkillPins(string path)
{
    private const int MaxPins = 4096;
    private const int MaxFileBytes = 4 * 1024 * 1024;

    private Dictionary<string, SkillPin>? _pins;

    /// <summary>Why the file cannot be used; empty when it can. Then nothing counts as seen before, and nothing is stored.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Has a file that could not be used read again: it may have been repaired. Meant to come before a look, not within.</summary>
    public void Retry() => _pins = Problem.Length > 0 ? null : _pins;

    /// <summary>The pin of a skill's folder; null when it was never seen.</summary>
    public SkillPin? Find(string folder)
    {
        _pins ??= Read();
        return _pins.GetValueOrDefault(folder);
    }

    /// <summary>Stores the hashes of skills. What cannot be written stays for the next time.</summary>
    public void Put(IReadOnlyDictionary<string, SkillPin> fresh)
    {
        _pins ??= Read();
        if (Problem.Length > 0 || fresh.Count == 0)
        {
            return;
        }

        Dictionary<string, SkillPin> all = new(_pins, StringComparer.Ordinal);
        foreach ((string folder, SkillPin pin) in fresh)
        {
            all[folder] = pin;
        }

        foreach (string gone in all.Count > MaxPins ? all.Keys.Where(folder => !Directory.Exists(folder)).ToArray() : [])
        {
            all.Remove(gone);
        }

        AtomicFile.Write(path, Text(all));
        _pins = all;
    }

    private Dictionary<string, SkillPin> Read()
    {
        Dictionary<string, SkillPin> pins = new(StringComparer.Ordinal);
        Problem = "";
        if (!File.Exists(path))
        {
            return pins;
        }

        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                throw new IOException($"it has more than {MaxFileBytes} bytes");
            }

            using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (JsonProperty one in file.RootElement.GetProperty("skills").EnumerateObject())
            {
                pins[one.Name] = new SkillPin(one.Value.GetProperty("hash").GetString()!, one.Value.GetProperty("atMs").GetInt64());
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            Problem = $"{path} cannot be read ({exception.Message}); skills are held until it is repaired or removed";
        }

        return pins;
    }

    private static byte[] Text(Dictionary<string, SkillPin> pins)
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, 1);
            json.WriteStartObject("skills"u8);
            foreach ((string folder, SkillPin pin) in pins.OrderBy(pin => pin.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(folder);
                json.WriteString("hash"u8, pin.Hash);
                json.WriteNumber("atMs"u8, pin.AtMs);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }
}
