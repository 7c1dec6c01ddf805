using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reads JSON made by <see cref="Json5Transcoder"/> into nodes.</summary>
internal static class ConfigNodeReader
{
    /// <summary>Reads the whole document; a key given twice keeps its last value and makes a warning.</summary>
    public static ConfigNode Read(Json5Document document, ConfigSource source, ProblemList problems)
    {
        var reader = new Utf8JsonReader(document.Json.Span);
        reader.Read();
        return ReadValue(ref reader, source, "", problems); // the transcoder bounds the depth
    }

    private static ConfigNode ReadValue(ref Utf8JsonReader reader, ConfigSource source, string path, ProblemList problems)
    {
        int offset = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                ConfigNode parent = ConfigNode.NewObject(source, offset);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string key = reader.GetString()!;
                    reader.Read();
                    string at = ConfigPath.Append(path, key);
                    ConfigNode value = ReadValue(ref reader, source, at, problems);
                    if (!parent.Members.TryAdd(key, value))
                    {
                        problems.Add(at, value, ProblemSeverity.Warning, "The key stands twice; the last one counts.",
                            "Remove one of them.");
                        parent.Members[key] = value;
                    }
                }
                return parent;
            case JsonTokenType.StartArray:
                ConfigNode list = ConfigNode.NewList(source, offset);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Items.Add(ReadValue(ref reader, source, path, problems));
                }
                return list;
            case JsonTokenType.String:
                return ConfigNode.NewText(reader.GetString()!, source, offset);
            case JsonTokenType.Number:
                return ConfigNode.NewNumber(Encoding.ASCII.GetString(reader.ValueSpan), source, offset);
            case JsonTokenType.True:
                return ConfigNode.NewWord(ConfigNodeKind.True, source, offset);
            case JsonTokenType.False:
                return ConfigNode.NewWord(ConfigNodeKind.False, source, offset);
            default:
                return ConfigNode.NewWord(ConfigNodeKind.Null, source, offset);
        }
    }
}
