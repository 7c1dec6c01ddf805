using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Lists of texts in JSON.</summary>
public static class JsonTexts
{
    /// <summary>Writes a member that is an array of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        json.WritePropertyName(name);
        WriteArray(json, texts);
    }

    /// <summary>As the other, under a name that is made at run time.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WritePropertyName(name);
        WriteArray(json, texts);
    }

    private static void WriteArray(Utf8JsonWriter json, IEnumerable<string> texts)
    {
        json.WriteStartArray();
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
