using System.Buffers;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Hides secrets in configuration JSON before it leaves the process, and puts them back when a client returns it.</summary>
public static class ConfigRedaction
{
    /// <summary>Stands for a secret.</summary>
    public const string Marker = "__OPENCLAW_REDACTED__";

    private const int MaxDepth = 64;

    private static ReadOnlySpan<byte> QuotedMarker => "\"__OPENCLAW_REDACTED__\""u8;

    /// <summary>The JSON with every secret replaced by <see cref="Marker"/>; keeps everything else. Variables written as
    /// <c>${NAME}</c> are no secrets and stay.</summary>
    public static byte[] Redact(ReadOnlySpan<byte> json) => Rewrite(json, (_, _) => null, restore: false);

    /// <summary>A text of the file with the same secrets replaced, where they stand: comments, order and all else stay byte for byte. Null
    /// when it cannot be parsed, because then nobody knows what in it is a secret.</summary>
    public static byte[]? RedactText(ReadOnlyMemory<byte> text)
    {
        if (!Json5Transcoder.TryTranscode(text, out Json5Document? document, out Json5Error? error))
        {
            return error.Fault == Json5Fault.Empty ? text.ToArray() : null;
        }
        ReadOnlySpan<byte> source = text.Span;
        var shown = new ArrayBufferWriter<byte>(source.Length + 64);
        var open = new Stack<string>();
        var reader = new Utf8JsonReader(document.Json.Span);
        string key = "";
        bool isMember = false;
        int done = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    key = reader.GetString()!;
                    isMember = true;
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(isMember || open.Count == 0 ? key : open.Peek());
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.String or JsonTokenType.Number
                    when isMember && IsHidden(open.Peek(), key, reader.TokenType == JsonTokenType.String ? reader.GetString()! : "0"):
                    int start = document.SourceOffset((int)reader.TokenStartIndex);
                    shown.Write(source[done..start]);
                    shown.Write(QuotedMarker);
                    done = EndOf(source, start);
                    break;
            }
            isMember = false;
        }
        shown.Write(source[done..]);
        return shown.WrittenSpan.ToArray();
    }

    /// <summary>The JSON with every <see cref="Marker"/> replaced by the secret at the same path of the original. A marker
    /// without an original is dropped with its key (in a list: stays).</summary>
    public static byte[] Restore(ReadOnlySpan<byte> json, ReadOnlySpan<byte> original)
    {
        var reader = new Utf8JsonReader(original);
        JsonElement secrets = JsonElement.ParseValue(ref reader);
        return Rewrite(json, (parent, key) => Find(secrets, parent, key), restore: true);
    }

    // Of the string or number that begins there; the text is known to be good.
    private static int EndOf(ReadOnlySpan<byte> text, int start)
    {
        int at = start + 1;
        if (text[start] is not ((byte)'"' or (byte)'\''))
        {
            while (at < text.Length && !",]}/ \t\r\n"u8.Contains(text[at]))
            {
                at++;
            }
            return at;
        }
        while (text[at] != text[start])
        {
            at += text[at] == (byte)'\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static bool IsHidden(string parent, string key, string text) =>
        text.Length > 0 && SecretPaths.IsSecret(parent, key) && !IsVariable(text);

    private static bool IsVariable(string text) =>
        text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;

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
            else if (!restore && IsHidden(parent, member.Name, text))
            {
                writer.WriteString(member.Name, Marker);
            }
            else
            {
                member.WriteTo(writer);
            }
        }
    }
}
