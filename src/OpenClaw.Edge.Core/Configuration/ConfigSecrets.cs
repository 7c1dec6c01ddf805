using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Puts the secrets back into a text that a client got with <see cref="ConfigRedaction.Marker"/> in their place.</summary>
public static class ConfigSecrets
{
    private const int MaxMarkers = 1000;

    /// <summary>Replaces every marker by what stands at the same place of the configuration before; comments stay. Items of
    /// lists are found by their <c>id</c>, else by their index. False when a marker stands for nothing.</summary>
    /// <param name="text">JSON5 as the client sent it.</param>
    /// <param name="sources">Configurations before, the preferred one first: the file's own values (where
    /// <c>${NAME}</c> is still written so), then the resolved ones.</param>
    /// <param name="restored">The text with its secrets.</param>
    /// <param name="error">What is wrong, with the path.</param>
    public static bool TryRestore(
        byte[] text,
        IReadOnlyList<JsonElement> sources,
        [NotNullWhen(true)] out byte[]? restored,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(sources);
        restored = null;
        if (!Json5Transcoder.TryTranscode(text, out Json5Document? document, out Json5Error? wrong))
        {
            error = wrong.ToString();
            return false;
        }

        var found = new List<(object[] Path, string Value, string? Original)>();
        using (JsonDocument json = JsonDocument.Parse(document.Json))
        {
            Collect(json.RootElement, sources, [], found);
        }

        foreach ((object[] path, string value, string? original) in found)
        {
            if (original is null || found.Count > MaxMarkers || Secret(value, original) is not { } secret)
            {
                error = $"{Text(path)} holds {ConfigRedaction.Marker}, and there is no value before that it stands for. "
                    + "Fix: write the value itself, or leave the key out.";
                return false;
            }

            string quoted = $"\"{JsonEncodedText.Encode(secret)}\"";
            if (!Json5Editor.TrySet(text, path, quoted, out byte[]? edited, out wrong))
            {
                error = $"{Text(path)}: {wrong}";
                return false;
            }

            text = edited;
        }

        restored = text;
        error = null;
        return true;
    }

    // The marker may be a part of the value, as in "Bearer __…__"; then the rest must be as it was.
    private static string? Secret(string value, string original)
    {
        int at = value.IndexOf(ConfigRedaction.Marker, StringComparison.Ordinal);
        string head = value[..at];
        string tail = value[(at + ConfigRedaction.Marker.Length)..];
        return original.Length >= head.Length + tail.Length
            && original.StartsWith(head, StringComparison.Ordinal)
            && original.EndsWith(tail, StringComparison.Ordinal)
            ? original
            : null;
    }

    private static void Collect(
        JsonElement value, IReadOnlyList<JsonElement> sources, List<object> path, List<(object[] Path, string Value, string? Original)> found)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in value.EnumerateObject())
            {
                path.Add(member.Name);
                Collect(member.Value, [.. sources.Select(source => Member(source, member.Name))], path, found);
                path.RemoveAt(path.Count - 1);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in value.EnumerateArray())
            {
                path.Add(index);
                Collect(item, [.. sources.Select(source => Item(source, item, index))], path, found);
                path.RemoveAt(path.Count - 1);
                index++;
            }
        }
        else if (value.ValueKind == JsonValueKind.String
            && value.GetString() is { } text
            && text.Contains(ConfigRedaction.Marker, StringComparison.Ordinal))
        {
            found.Add(([.. path], text, sources.Select(Original).FirstOrDefault(original => original is not null)));
        }
    }

    private static string? Original(JsonElement source) => source.ValueKind switch
    {
        JsonValueKind.String => source.GetString(),
        JsonValueKind.Number => source.GetRawText(),
        _ => null,
    };

    internal static JsonElement Member(JsonElement source, string name) =>
        source.ValueKind == JsonValueKind.Object && source.TryGetProperty(name, out JsonElement value) ? value : default;

    internal static JsonElement Item(JsonElement source, JsonElement wanted, int index)
    {
        if (source.ValueKind != JsonValueKind.Array)
        {
            return default;
        }

        if (ConfigMergePatch.IdOf(wanted) is { } id)
        {
            return source.EnumerateArray().FirstOrDefault(item => ConfigMergePatch.IdOf(item) == id);
        }

        return index < source.GetArrayLength() ? source[index] : default;
    }

    internal static string Text(IEnumerable<object> path) => path.Aggregate(
        "", (text, step) => step is string key ? ConfigPath.Append(text, key) : ConfigPath.Append(text, (int)step));
}
