using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Memory;

namespace OpenClaw.Edge.Tools;

/// <summary>Hits as clients get them, with the original's names.</summary>
public static class MemoryJson
{
    /// <summary>The start of a text, with a mark where something is missing.</summary>
    internal static string Cut(string text, int most)
    {
        int end = most > 0 && most < text.Length && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return text.Length <= most ? text : text[..end] + "…";
    }

    /// <summary>Writes the member <c>results</c>.</summary>
    public static void WriteResults(Utf8JsonWriter json, MemoryAnswer answer, int maxSnippetChars)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(answer);
        json.WriteStartArray("results"u8);
        foreach (MemoryHit hit in answer.Hits)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, hit.Path);
            json.WriteNumber("startLine"u8, hit.FirstLine);
            json.WriteNumber("endLine"u8, hit.LastLine);
            json.WriteNumber("score"u8, hit.Score);
            json.WriteString("snippet"u8, Cut(hit.Text, maxSnippetChars));
            json.WriteString("source"u8, "memory"u8);
            json.WriteString("citation"u8, string.Create(CultureInfo.InvariantCulture, $"{hit.Path}#L{hit.FirstLine}-L{hit.LastLine}"));
            if (hit.ByMeaning is { } meaning)
            {
                json.WriteNumber("vectorScore"u8, meaning);
            }

            if (hit.ByWords is { } words)
            {
                json.WriteNumber("textScore"u8, words);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
