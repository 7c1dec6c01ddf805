using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Applies a JSON merge patch (RFC 7396) to a JSON5 text and keeps its comments. Lists of objects that have ids are
/// merged by id; other lists are replaced. What would drop items of a list is refused unless the caller names that list.
/// One patch, one object.</summary>
public sealed class ConfigMergePatch
{
    private readonly HashSet<string> _replace;
    private readonly List<object> _path = [];
    private readonly List<string> _drops = [];
    private byte[] _text;
    private string? _error;

    private ConfigMergePatch(byte[] text, IEnumerable<string> replace)
    {
        _text = text;
        _replace = new HashSet<string>(replace, StringComparer.Ordinal);
    }

    /// <summary>Applies a patch. False when it is no object, drops items without being told to, or does not fit.</summary>
    /// <param name="text">JSON5 text of the file; empty counts as <c>{}</c>.</param>
    /// <param name="patch">Patch as JSON5.</param>
    /// <param name="replacePaths">Lists that may be replaced or removed, such as <c>agents.list</c>; lists inside items
    /// are written <c>agents.list[].tools</c>.</param>
    /// <param name="edited">The text after it; the same bytes when nothing differs.</param>
    /// <param name="error">What is wrong, for the caller.</param>
    public static bool TryApply(
        byte[] text,
        byte[] patch,
        IEnumerable<string> replacePaths,
        [NotNullWhen(true)] out byte[]? edited,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        edited = null;
        if (!Json5Transcoder.TryTranscode(patch, out Json5Document? wanted, out Json5Error? wrong)
            || !Json5Transcoder.TryTranscode(text.Length == 0 ? "{}"u8.ToArray() : text, out Json5Document? current, out wrong))
        {
            error = wrong.ToString();
            return false;
        }

        using JsonDocument json = JsonDocument.Parse(wanted.Json);
        using JsonDocument before = JsonDocument.Parse(current.Json);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            error = "config.patch raw must be an object";
            return false;
        }

        var work = new ConfigMergePatch(text, replacePaths);
        work.Merge(before.RootElement, json.RootElement, "");
        error = work._error;
        if (error is null && work._drops.Count > 0)
        {
            error = $"config.patch would remove entries from array path(s): {string.Join(", ", work._drops.Distinct())}. "
                + "Pass replacePaths with the exact path(s) when this is intentional, or use config.apply for full-config replacement.";
        }

        edited = error is null ? work._text : null;
        return edited is not null;
    }

    /// <summary>The id of an item of a list; null when it has none.</summary>
    internal static string? IdOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("id", out JsonElement id)
        && id.ValueKind == JsonValueKind.String
        && id.GetString() is { Length: > 0 } text
            ? text
            : null;

    private void Merge(JsonElement current, JsonElement patch, string place)
    {
        foreach (JsonProperty member in patch.EnumerateObject())
        {
            bool there = current.TryGetProperty(member.Name, out JsonElement before);
            string below = place.Length == 0 ? member.Name : $"{place}.{member.Name}";
            _path.Add(member.Name);
            MergeValue(there ? before : null, member.Value, below);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void MergeValue(JsonElement? before, JsonElement patch, string place)
    {
        if (_error is not null || (before is { } same && JsonElement.DeepEquals(same, patch)))
        {
            return;
        }

        if (before is { ValueKind: JsonValueKind.Object } section && patch.ValueKind == JsonValueKind.Object)
        {
            Merge(section, patch, place);
        }
        else if (before is { ValueKind: JsonValueKind.Array } list && patch.ValueKind == JsonValueKind.Array && !_replace.Contains(place))
        {
            MergeList(list, patch, place);
        }
        else
        {
            NoteDrops(before, place);
            if (patch.ValueKind != JsonValueKind.Null)
            {
                Set(patch);
            }
            else if (before is not null)
            {
                Unset();
            }
        }
    }

    private void MergeList(JsonElement list, JsonElement patch, string place)
    {
        List<JsonElement> items = [.. list.EnumerateArray()];
        if (items.Count == 0 || !items.TrueForAll(item => IdOf(item) is not null))
        {
            List<JsonElement> left = [.. patch.EnumerateArray()];
            foreach (JsonElement item in items)
            {
                int at = left.FindIndex(other => JsonElement.DeepEquals(item, other));
                if (at < 0)
                {
                    _drops.Add(place);
                    return;
                }

                left.RemoveAt(at);
            }

            Set(patch);
            return;
        }

        int end = items.Count;
        foreach (JsonElement wanted in patch.EnumerateArray())
        {
            string? id = IdOf(wanted);
            int at = id is null ? -1 : items.FindIndex(item => IdOf(item) == id);
            _path.Add(at < 0 ? end++ : at);
            if (at < 0)
            {
                Set(wanted);
            }
            else
            {
                Merge(items[at], wanted, $"{place}[]");
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }

    // A list that goes away with what holds it is dropped as well.
    private void NoteDrops(JsonElement? before, string place)
    {
        if (before is { ValueKind: JsonValueKind.Array } && !_replace.Contains(place))
        {
            _drops.Add(place);
        }
        else if (before is { ValueKind: JsonValueKind.Object } section)
        {
            foreach (JsonProperty member in section.EnumerateObject())
            {
                NoteDrops(member.Value, $"{place}.{member.Name}");
            }
        }
    }

    private void Set(JsonElement value)
    {
        if (Json5Editor.TrySet(_text, _path, WithoutNulls(value), out byte[]? edited, out Json5Error? wrong))
        {
            _text = edited;
        }
        else
        {
            _error = wrong.ToString();
        }
    }

    private void Unset()
    {
        if (Json5Editor.TryUnset(_text, _path, out byte[]? edited, out Json5Error? wrong))
        {
            _text = edited;
        }
        else
        {
            _error = wrong.ToString();
        }
    }

    private static string WithoutNulls(JsonElement value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            Write(writer, value);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            value.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(member.Name);
                Write(writer, member.Value);
            }
        }

        writer.WriteEndObject();
    }
}
