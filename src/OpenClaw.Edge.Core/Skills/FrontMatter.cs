using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Skills;

/// <summary>Reads the head of a <c>SKILL.md</c>: the YAML between two lines of <c>---</c>, as far as such files use it
/// (mappings, lists, quoted and block texts, JSON in flow style). What is no YAML but clear stays readable, as it is for the
/// original: a colon in a plain text is part of it. Stateless.</summary>
internal static class FrontMatter
{
    private const int MaxLines = 1_000;

    /// <summary>Finds and reads the head. Never throws on input.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="head">An object: texts, booleans, lists and objects.</param>
    /// <param name="problem">What is wrong, for a person.</param>
    public static bool TryRead(string text, out JsonElement head, out string problem)
    {
        head = default;
        string[] lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n', MaxLines + 2);
        int end = lines[0].TrimEnd() == "---" ? Array.FindIndex(lines, 1, line => line.TrimEnd() is "---" or "...") : -1;
        if (end < 0)
        {
            problem = "it does not begin with front matter (--- name: … description: … ---)";
            return false;
        }

        ArrayBufferWriter<byte> json = new(512);
        using (Utf8JsonWriter writer = new(json, new JsonWriterOptions { SkipValidation = true })) // what fails is thrown away
        {
            if (!new YamlBlock(lines[1..end], writer).TryWrite(out problem))
            {
                return false;
            }
        }

        Utf8JsonReader reader = new(json.WrittenSpan);
        head = JsonElement.ParseValue(ref reader);
        return true;
    }
}
