using System.CommandLine;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Automation;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw cron scratch</c>: the private notes of a job.</summary>
internal static class CronScratchCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> id = new("id") { Description = "Id of the job" };
        Option<string?> text = new("--set") { Description = "Write this text", HelpName = "text" };
        Option<string?> file = new("--file") { Description = "Write what stands in this file, - for the input", HelpName = "path" };
        Option<bool> unset = new("--unset") { Description = "Clear them" };
        Option<long?> expected = new("--expected-revision") { Description = "Only when this is their revision", HelpName = "n" };
        return new Command("scratch", "Print, write or clear the private notes of a job") { id, text, file, unset, expected }.Does(
            shared, world, (context, cancellationToken) =>
            {
                (string? given, string? path, bool clears) = (context.Parsed.GetValue(text), context.Parsed.GetValue(file), context.Parsed.GetValue(unset));
                bool writes = given is not null || path is not null || clears;
                return (given is null ? 0 : 1) + (path is null ? 0 : 1) + (clears ? 1 : 0) > 1
                    ? throw new CliException(ExitCode.Usage, "give one of --set, --file and --unset")
                    : RunAsync(context, context.Parsed.GetRequiredValue(id), writes, path is null ? given : Read(path), context.Parsed.GetValue(expected), cancellationToken);
            });
    }

    private static async Task<int> RunAsync(CliContext context, string id, bool writes, string? content, long? expected, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        if (!writes || expected is null)
        {
            JsonElement now = await client.CallAsync("cron.scratch.get", CronCommand.Id(id), context.Timeout, cancellationToken);
            if (!writes)
            {
                if (context.Json)
                {
                    context.Print(now);
                }
                else
                {
                    await context.Terminal.Out.WriteAsync(now.Member("scratch").Text("content"));
                }

                return (int)ExitCode.Ok;
            }

            expected = now.Number("currentRevision");
        }

        JsonElement written = await client.CallAsync(
            "cron.scratch.set",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, id);
                writer.WriteString("content"u8, content);
                writer.WriteNumber("expectedRevision"u8, expected ?? 0);
                writer.WriteEndObject();
            },
            context.Timeout, cancellationToken);
        context.Print(written.Flag("ok") ? written
            : throw new CliException(ExitCode.Failed, $"somebody else has written these notes (revision {written.Number("currentRevision")} by now); read them and try again"));
        return (int)ExitCode.Ok;
    }

    private static string Read(string path)
    {
        try
        {
            using Stream file = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            byte[] bytes = new byte[CronScratch.MaxBytes + 1];
            int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read <= CronScratch.MaxBytes ? Encoding.UTF8.GetString(bytes, 0, read)
                : throw new CliException(ExitCode.Usage, $"--file: notes have {CronScratch.MaxBytes} bytes at most");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"--file: {path} cannot be read: {wrong.Message}");
        }
    }
}
