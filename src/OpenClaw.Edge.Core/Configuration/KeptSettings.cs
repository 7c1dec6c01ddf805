using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>Small things that clients set over the wire and that are no configuration, such as wake words: one JSON file each in the
/// state folder's <c>settings</c>. A file that cannot be read counts as missing. Thread-safe; the last writer wins.</summary>
public sealed class KeptSettings(StatePaths paths)
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads a setting; null when nobody has set it.</summary>
    /// <param name="name">File name without ending, such as <c>voicewake</c>.</param>
    public JsonElement? Read(string name)
    {
        try
        {
            FileInfo file = new(PathOf(name));
            if (!file.Exists || file.Length > MaxBytes)
            {
                return null;
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return document.RootElement.Clone();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a setting. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="name">File name without ending.</param>
    /// <param name="json">One JSON value.</param>
    public void Write(string name, ReadOnlySpan<byte> json) => AtomicFile.Write(PathOf(name), json);

    /// <summary>Where a setting lies.</summary>
    public string PathOf(string name) => Path.Combine(paths.StateDir, "settings", name + ".json");
}
