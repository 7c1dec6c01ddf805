using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>Hides secrets in configuration JSON before it leaves the process, and puts them back when a client returns it.</summary>
public static class ConfigRedaction
{
    /// <summary>Stands for a secret.</summary>
    public const string Marker = "__OPENCLAW_REDACTED__";

    private const int MaxDepth = 64;

    /// <summary>The JSON with every secret replaced by <see cref="Marker"/>; keeps everything else. Variables written as
    /// <c>${NAME}</c> are no secrets and stay.</summary>
    public static byte[] Redact(ReadOnlySpan<byte> json) => Rewrite(json, (_, _) => null, restore: false);

    /// <summary>The JSON with every <see cref="Marker"/> replaced by the secret at the same path of the original. A marker
    /// without an original is dropped with its key (in a list: stays).</summary>
    public static byte[] Restore(ReadOnlySpan<byte> json, ReadOnlySpan<byte> original)
    {
        var reader = new Utf8JsonReader(original);
        JsonElement secrets = JsonElement.ParseValue(ref reader);
        return Rewrite(json, (parent, key) => Find(secrets, parent, key), restore: true);
    }

    private static byte[] Rewrite(ReadOnlySpan<byte> json, Func<List<object>, string, string?> secretOf, bool restore)
    {
        var reader = new Utf8JsonReader(json);
        JsonElement root = JsonElement.ParseValue(ref reader);
        var buffer = new ArrayBufferWriter<byte>(json.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var walk = new Walk(writer, secretOf, restore);
            walk.Write(root, "", "");
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static string? Find(JsonElement original, List<object> path, string key)
    {
        JsonElement at = original;
        foreach (object step in path)
        {
            bool found = step switch
            {
                string name => at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out at),
                int index => at.ValueKind == JsonValueKind.Array && index < at.GetArrayLength() && (at = at[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
            {
                return null;
            }
        }
        return at.ValueKind == JsonValueKind.Object && at.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
    }

    private sealed class Walk(Utf8JsonWriter writer, Func<List<object>, string, string?> secretOf, bool restore)
    {
        private readonly List<object> _path = [];

        public void Write(JsonElement element, string parent, string key)
        {
            if (_path.Count > MaxDepth || element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                element.WriteTo(writer);
                return;
            }
            if (element.ValueKind == JsonValueKind.Array)
            {
                writer.WriteStartArray();
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    _path.Add(index++);
                    Write(item, parent, key);
                    _path.RemoveAt(_path.Count - 1);
                }
                writer.WriteEndArray();
                return;
            }
            writer.WriteStartObject();
            foreach (JsonProperty member in element.EnumerateObject())
            {
                WriteMember(member, key);
            }
            writer.WriteEndObject();
        }

        private void WriteMember(JsonProperty member, string parent)
        {
            string? text = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Number => member.Value.GetRawText(), // a token of digits only is a secret too
                _ => null,
            };
            if (text is null)
            {
                writer.WritePropertyName(member.Name);
                _path.Add(member.Name);
                Write(member.Value, parent, member.Name);
                _path.RemoveAt(_path.Count - 1);
            }
            else if (restore && text == Marker)
            {
                if (secretOf(_path, member.Name) is string secret)
                {
                    writer.WriteString(member.Name, secret);
                }
            }
            else if (!restore && text.Length > 0 && SecretPaths.IsSecret(parent, member.Name) && !IsVariable(text))
            {
                writer.WriteString(member.Name, Marker);
            }
            else
            {
                member.WriteTo(writer);
            }
        }

        private static bool IsVariable(string text) =>
            text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;
    }
}
