using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions export</c>: a conversation as the original's JSONL transcript records.</summary>
internal static class SessionsExportCommand
{
    private const int TranscriptVersion = 4; // of the original's records

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> key = new("session") { Description = "Key, such as main or agent:main:main" };
        Option<string?> output = new("--output", "-o") { Description = "Write to a file instead", HelpName = "file" };
        return new Command("export", "Print a conversation as JSONL") { key, output }.Does(
            shared,
            world,
            (context, cancellationToken) => RunAsync(
                context, context.Parsed.GetRequiredValue(key), context.Parsed.GetValue(output), cancellationToken));
    }

    private static async Task<int> RunAsync(
        CliContext context, string key, string? output, CancellationToken cancellationToken)
    {
        List<JsonElement[]> pages = [];
        string? sessionId = null;
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        await foreach (JsonElement page in SessionHistory.PagesAsync(client, context, key, cancellationToken))
        {
            sessionId ??= page.Text("sessionId");
            pages.Add([.. page.Items("messages")]);
        }

        pages.Reverse();
        // A message that came while we read has moved the pages: what was at their seams is there twice.
        HashSet<string> seen = new(StringComparer.Ordinal);
        JsonElement[] messages = [.. pages.SelectMany(page => page)
            .Where(message => message.Member("__openclaw").Text("id") is not { } id || seen.Add(id))];
        if (messages.Length == 0)
        {
            throw new CliException(ExitCode.Failed, $"'{key}' has no messages; 'openclaw sessions' lists the conversations there are");
        }

        string[] lines = [.. Records(messages, sessionId ?? key)];
        if (output is null)
        {
            foreach (string line in lines)
            {
                context.Say(line);
            }

            return (int)ExitCode.Ok;
        }

        Save(output, lines);
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("ok"u8, true);
                writer.WriteString("path"u8, Path.GetFullPath(output));
                writer.WriteNumber("messages"u8, messages.Length);
                writer.WriteEndObject();
            });
        }
        else
        {
            context.Say($"{messages.Length} messages written to {output}");
        }

        return (int)ExitCode.Ok;
    }

    private static void Save(string path, string[] lines)
    {
        try
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"--output: {path} cannot be written: {e.Message}");
        }
    }

    private static IEnumerable<string> Records(JsonElement[] messages, string sessionId)
    {
        yield return JsonText.Write(
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "session"u8);
                writer.WriteNumber("version"u8, TranscriptVersion);
                writer.WriteString("id"u8, sessionId);
                writer.WriteString("timestamp"u8, Iso(messages[0]));
                writer.WriteEndObject();
            },
            oneLine: true);
        string? parent = null;
        for (int i = 0; i < messages.Length; i++)
        {
            JsonElement message = messages[i];
            string id = message.Member("__openclaw").Text("id") ?? i.ToString("x8", CultureInfo.InvariantCulture);
            string? before = parent;
            yield return JsonText.Write(writer => WriteRecord(writer, message, id, before), oneLine: true);
            parent = id;
        }
    }

    // Marker rows of the history are records of their own kind; everything else is a message.
    private static void WriteRecord(Utf8JsonWriter writer, JsonElement message, string id, string? parent)
    {
        string? kind = message.Member("__openclaw").Text("kind");
        writer.WriteStartObject();
        writer.WriteString("type"u8, kind ?? "message");
        writer.WriteString("id"u8, id);
        writer.WriteString("parentId"u8, parent);
        writer.WriteString("timestamp"u8, Iso(message));
        if (kind is null)
        {
            writer.WriteStartObject("message"u8);
            foreach (JsonProperty member in message.EnumerateObject().Where(member => member.Name != "__openclaw"))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString(kind == "compaction" ? "summary"u8 : "reason"u8, message.MessageText());
        }

        writer.WriteEndObject();
    }

    private static string Iso(JsonElement message)
    {
        long at = message.Member("__openclaw").Number("recordTimestampMs") ?? message.Number("timestamp") ?? 0;
        return DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
