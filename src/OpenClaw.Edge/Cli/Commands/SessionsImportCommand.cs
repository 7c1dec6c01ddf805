using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions import</c>: a transcript of the original, or of <c>sessions export</c>, becomes a conversation.</summary>
internal static class SessionsImportCommand
{
    private const int MaxBytes = 16 << 20; // a frame holds 25 MiB, and text grows in JSON

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> file = new("file") { Description = "JSONL file, or - for standard input" };
        Option<string?> key = new("--key") { Description = "Key of the conversation (default: import:<file name>)", HelpName = "key" };
        Option<bool> append = new("--append") { Description = "Add to a conversation that has messages" };
        return new Command("import", "Read a conversation from JSONL") { file, key, append }.Does(
            shared, world, (context, cancellationToken) => RunAsync(
                context, context.Parsed.GetRequiredValue(file), context.Parsed.GetValue(key), context.Parsed.GetValue(append), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, string file, string? key, bool append, CancellationToken cancellationToken)
    {
        string text = await ReadAsync(context, file, cancellationToken);
        string name = Path.GetFileNameWithoutExtension(file) is { Length: > 0 } stem and not "-" ? stem : "stdin";
        JsonElement result = await context.CallAsync("edge.sessions.import", GatewayScopes.Admin, cancellationToken, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key ?? $"import:{name.ToLowerInvariant()}");
            writer.WriteString("jsonl"u8, text);
            writer.WriteBoolean("append"u8, append);
            writer.WriteEndObject();
        });
        if (context.Json)
        {
            context.Print(result);
            return (int)ExitCode.Ok;
        }

        context.Say($"imported {result.Number("imported")} rows into {result.Text("key")} ({result.Number("skipped")} left out)");
        foreach (JsonElement problem in result.Items("problems"))
        {
            context.Note($"{file}: {problem.GetString()}");
        }

        return (int)ExitCode.Ok;
    }

    private static async Task<string> ReadAsync(CliContext context, string file, CancellationToken cancellationToken)
    {
        if (file == "-")
        {
            return await context.Terminal.In.ReadToEndAsync(cancellationToken);
        }

        if (file.EndsWith(".zst", StringComparison.Ordinal))
        {
            throw new CliException(ExitCode.Usage, $"{file} is packed; unpack it first: zstd -d {file}");
        }

        try
        {
            return new FileInfo(file).Length > MaxBytes
                ? throw new CliException(ExitCode.Failed, $"{file} is larger than {MaxBytes >> 20} MiB; split it at its lines and import the parts with --append")
                : await File.ReadAllTextAsync(file, Encoding.UTF8, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{file} cannot be read: {unreadable.Message}");
        }
    }
}
