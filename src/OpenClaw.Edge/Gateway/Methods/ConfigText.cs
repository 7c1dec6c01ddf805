using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Small readings of configuration texts that several methods share.</summary>
internal static class ConfigText
{
    /// <summary>The values that a text states; null when it is no JSON5.</summary>
    public static JsonDocument? Parse(byte[] text) =>
        Json5Transcoder.TryTranscode(text, out Json5Document? document, out _) ? JsonDocument.Parse(document.Json) : null;

    /// <summary>Whether two texts state the same values, whatever their comments and form.</summary>
    public static bool SaySame(byte[] one, byte[] other)
    {
        using JsonDocument? first = Parse(one);
        using JsonDocument? second = Parse(other);
        return first is not null && second is not null && JsonElement.DeepEquals(first.RootElement, second.RootElement);
    }

    /// <summary>Writes problems as <c>{path,message}</c>.</summary>
    public static void WriteIssues(Utf8JsonWriter json, string name, IEnumerable<ConfigProblem> problems)
    {
        json.WriteStartArray(name);
        foreach (ConfigProblem problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, problem.Path);
            json.WriteString("message"u8, problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
