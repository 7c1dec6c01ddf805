using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>One value of a configuration on its way from text to records: it can be moved, merged and replaced, and it
/// remembers the line that a person wrote. Not thread-safe; dropped after the load.</summary>
internal sealed class ConfigNode
{
    private ConfigNode(ConfigNodeKind kind, ConfigSource source, int offset)
    {
        Kind = kind;
        Source = source;
        Offset = offset;
    }

    public ConfigNodeKind Kind { get; }

    /// <summary>File or variable it came from.</summary>
    public ConfigSource Source { get; }

    /// <summary>Byte offset in the JSON of <see cref="Source"/>.</summary>
    public int Offset { get; }

    /// <summary>Value of a text; digits of a number.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Members in file order; empty unless an object.</summary>
    public OrderedDictionary<string, ConfigNode> Members { get; private init; } = NoMembers;

    /// <summary>Items; empty unless a list.</summary>
    public List<ConfigNode> Items { get; private init; } = NoItems;

    public bool IsObject => Kind == ConfigNodeKind.Object;

    public bool IsText => Kind == ConfigNodeKind.Text;

    /// <summary>Line in <see cref="Source"/>, from 1; null when it came from elsewhere.</summary>
    public int? Line => Source.LineOf(Offset);

    private static OrderedDictionary<string, ConfigNode> NoMembers { get; } = new(0, StringComparer.Ordinal);

    private static List<ConfigNode> NoItems { get; } = [];

    public static ConfigNode NewObject(ConfigSource source, int offset = 0) =>
        new(ConfigNodeKind.Object, source, offset) { Members = new(StringComparer.Ordinal) };

    public static ConfigNode NewList(ConfigSource source, int offset = 0) =>
        new(ConfigNodeKind.List, source, offset) { Items = [] };

    public static ConfigNode NewText(string text, ConfigSource source, int offset = 0) =>
        new(ConfigNodeKind.Text, source, offset) { Text = text };

    public static ConfigNode NewNumber(string digits, ConfigSource source, int offset = 0) =>
        new(ConfigNodeKind.Number, source, offset) { Text = digits };

    public static ConfigNode NewWord(ConfigNodeKind kind, ConfigSource source, int offset = 0) => new(kind, source, offset);

    /// <summary>The member at a dotted path of plain keys, or null.</summary>
    public ConfigNode? Find(string path)
    {
        ConfigNode? node = this;
        foreach (Range part in path.AsSpan().Split('.'))
        {
            if (!node.Members.TryGetValue(path[part], out node))
            {
                return null;
            }
        }
        return node;
    }

    /// <summary>Puts a value at a dotted path of plain keys and makes the objects on the way. False when something that
    /// is not an object stands in the way.</summary>
    public bool Put(string path, ConfigNode value)
    {
        ConfigNode node = this;
        int dot;
        while ((dot = path.IndexOf('.', StringComparison.Ordinal)) >= 0)
        {
            string key = path[..dot];
            path = path[(dot + 1)..];
            if (!node.Members.TryGetValue(key, out ConfigNode? next))
            {
                next = NewObject(value.Source, value.Offset);
                node.Members[key] = next;
            }
            if (!next.IsObject)
            {
                return false;
            }
            node = next;
        }
        node.Members[path] = value;
        return true;
    }

    /// <summary>Takes the value at a dotted path out of the tree; null when there is none.</summary>
    public ConfigNode? Take(string path)
    {
        int dot = path.LastIndexOf('.');
        ConfigNode? parent = dot < 0 ? this : Find(path[..dot]);
        return parent is not null && parent.Members.Remove(path[(dot + 1)..], out ConfigNode? value) ? value : null;
    }

    /// <summary>Adds what <paramref name="lower"/> has and this object lacks; objects on both sides merge, all else of
    /// this object wins.</summary>
    public void FillFrom(ConfigNode lower)
    {
        foreach ((string key, ConfigNode value) in lower.Members)
        {
            if (!Members.TryGetValue(key, out ConfigNode? own))
            {
                Members[key] = value;
            }
            else if (own.IsObject && value.IsObject)
            {
                own.FillFrom(value);
            }
        }
    }

    public void Write(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case ConfigNodeKind.Object:
                writer.WriteStartObject();
                foreach ((string key, ConfigNode value) in Members)
                {
                    writer.WritePropertyName(key);
                    value.Write(writer);
                }
                writer.WriteEndObject();
                break;
            case ConfigNodeKind.List:
                writer.WriteStartArray();
                foreach (ConfigNode item in Items)
                {
                    item.Write(writer);
                }
                writer.WriteEndArray();
                break;
            case ConfigNodeKind.Text:
                writer.WriteStringValue(Text);
                break;
            case ConfigNodeKind.Number:
                writer.WriteRawValue(Text, skipInputValidation: true);
                break;
            case ConfigNodeKind.Null:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteBooleanValue(Kind == ConfigNodeKind.True);
                break;
        }
    }

    /// <summary>This value as compact UTF-8 JSON.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            Write(writer);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>This value as an element that owns its memory.</summary>
    public JsonElement ToElement()
    {
        var reader = new Utf8JsonReader(ToJson());
        return JsonElement.ParseValue(ref reader);
    }

    public override string ToString() => Kind.ToString();
}
