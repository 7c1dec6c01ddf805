using System.CommandLine;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions export</c>: a conversation with all its branches as the original's JSONL transcript records.</summary>
internal static class SessionsExportCommand
{
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
        StringBuilder text = new();
        long records = 0;
        await using (GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken))
        {
            string? cursor = null;
            do
            {
                JsonElement piece = await PieceAsync(client, context, key, cursor, cancellationToken);
                text.Append(piece.Text("jsonl"));
                records += piece.Number("records") ?? 0;
                cursor = piece.Text("cursor");
            }
            while (cursor is not null);
        }

        if (records == 0)
        {
            throw new CliException(ExitCode.Failed, $"'{key}' has no messages; 'openclaw sessions' lists the conversations there are");
        }

        if (output is null)
        {
            text.Length--; // a line is said with its end
            context.Say(text.ToString());
            return (int)ExitCode.Ok;
        }

        Save(output, text.ToString());
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("ok"u8, true);
                writer.WriteString("path"u8, Path.GetFullPath(output));
                writer.WriteNumber("records"u8, records);
                writer.WriteEndObject();
            });
        }
        else
        {
            context.Say($"{records} records written to {output}");
        }

        return (int)ExitCode.Ok;
    }

    private static void Save(string path, string text)
    {
        try
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"--output: {path} cannot be written: {e.Message}");
        }
    }

    private static Task<JsonElement> PieceAsync(
        GatewayClient client, CliContext context, string key, string? cursor, CancellationToken cancellationToken) =>
        client.CallAsync(
            "edge.sessions.export",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("key"u8, key);
                if (cursor is not null)
                {
                    writer.WriteString("cursor"u8, cursor);
                }

                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
}
