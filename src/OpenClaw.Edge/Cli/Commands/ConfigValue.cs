using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>A configuration value as it is typed in a shell.</summary>
internal static class ConfigValue
{
    /// <summary>JSON of what was typed: JSON5 when it is that, else the text itself as a string.</summary>
    public static string ToJson(string typed, bool strict)
    {
        if (strict)
        {
            return Read(typed) is { ValueKind: not JsonValueKind.Undefined }
                ? typed
                : throw new CliException(ExitCode.Usage, $"--strict-json: {typed} is not JSON; text needs its own quotes: '\"text\"'");
        }

        return TryJson5(typed) ?? Quote(typed);
    }

    /// <summary>The text as a JSON string.</summary>
    public static string Quote(string text) => JsonText.Write(writer => writer.WriteStringValue(text), oneLine: true);

    /// <summary>The value, or an undefined element when it is not JSON.</summary>
    public static JsonElement Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? TryJson5(string typed) =>
        Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes(typed), out Json5Document? document, out _)
            ? Encoding.UTF8.GetString(document.Json.Span)
            : null;
}
