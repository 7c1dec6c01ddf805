using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw logs</c>: the end of the gateway's log, and what is added to it.</summary>
internal static class LogsCommand
{
    private const int DefaultLimit = 200;
    private const int DefaultMaxBytes = 250_000;
    private const int DefaultIntervalMs = 1000;
    private const int MaxRetries = 8;

    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(30);

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> follow = new("--follow", "-f") { Description = "Keep printing what is added" };
        Option<int?> limit = new("--limit") { Description = "At most so many lines (default 200)", HelpName = "n" };
        Option<int?> maxBytes = new("--max-bytes") { Description = "Read at most so much (default 250000)", HelpName = "n" };
        Option<int?> interval = new("--interval") { Description = "Look this often with --follow (default 1000)", HelpName = "ms" };
        Option<bool> utc = new("--utc") { Description = "Times in UTC" };
        Option<bool> plain = new("--plain") { Description = "No colour" };
        Command command = new("logs", "Show the gateway's log")
        {
            follow, limit, maxBytes, interval, utc, plain,
            new Option<bool>("--local-time") { Hidden = true },
        };
        return command.Does(shared, world, (context, cancellationToken) => RunAsync(
            context,
            new LogsRequest(
                context.Parsed.GetValue(follow),
                AboveZero(context.Parsed.GetValue(limit) ?? DefaultLimit, "--limit"),
                AboveZero(context.Parsed.GetValue(maxBytes) ?? DefaultMaxBytes, "--max-bytes"),
                TimeSpan.FromMilliseconds(AboveZero(context.Parsed.GetValue(interval) ?? DefaultIntervalMs, "--interval")),
                context.Parsed.GetValue(utc) ? TimeZoneInfo.Utc : TimeZoneInfo.Local,
                context.Parsed.GetValue(plain) ? new Paint(false) : context.Paint),
            cancellationToken));
    }

    private static int AboveZero(int value, string option) => value > 0
        ? value
        : throw new CliException(ExitCode.Usage, $"{option}: {value} is not a number above 0");

    private static async Task<int> RunAsync(CliContext context, LogsRequest request, CancellationToken cancellationToken)
    {
        using TerminationSignals signals = new(cancellationToken);
        LogCursor cursor = new();
        int failures = 0;
        while (true)
        {
            try
            {
                await ReadAsync(context, request, cursor, () => failures = 0, signals.Token);
                return (int)ExitCode.Ok;
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                return (int)ExitCode.Ok; // a person leaves --follow with Ctrl-C
            }
            catch (CliException e) when (request.Follow && cursor.Position is not null
                && e.Exit == ExitCode.Unreachable && ++failures <= MaxRetries)
            {
                TimeSpan delay = TimeSpan.FromSeconds(Math.Min(1 << (failures - 1), LongestRetryDelay.TotalSeconds));
                context.Note(context.ErrorPaint.Warn($"{TextLayout.OneLine(e.Message)}; again in {delay.TotalSeconds:0} s"));
                await WaitAsync(delay, context, signals.Token);
            }
        }
    }

    private static async Task ReadAsync(
        CliContext context, LogsRequest request, LogCursor cursor, Action onAnswer, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        while (true)
        {
            JsonElement tail = await client.CallAsync(
                "logs.tail", writer => WriteParams(writer, request, cursor.Position), context.Timeout, cancellationToken);
            onAnswer();
            Show(context, request, cursor, tail);
            cursor.Position = tail.Number("cursor") ?? cursor.Position;
            if (!request.Follow)
            {
                return;
            }

            await Task.Delay(request.Interval, context.Clock, cancellationToken);
        }
    }

    private static async Task WaitAsync(TimeSpan delay, CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, context.Clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // the next attempt sees it
        }
    }

    private static void WriteParams(Utf8JsonWriter writer, LogsRequest request, long? cursor)
    {
        writer.WriteStartObject();
        if (cursor is { } position)
        {
            writer.WriteNumber("cursor"u8, position);
        }

        writer.WriteNumber("limit"u8, Math.Min(request.Limit, 5000)); // the most that the gateway gives
        writer.WriteNumber("maxBytes"u8, Math.Min(request.MaxBytes, 1_000_000));
        writer.WriteEndObject();
    }

    private static void Show(CliContext context, LogsRequest request, LogCursor cursor, JsonElement tail)
    {
        if (context.Json && (cursor.Position is null || tail.Flag("reset")))
        {
            context.PrintLine(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "meta"u8);
                writer.WriteString("file"u8, tail.Text("file"));
                writer.WriteNumber("cursor"u8, tail.Number("cursor") ?? 0);
                writer.WriteNumber("size"u8, tail.Number("size") ?? 0);
                writer.WriteEndObject();
            });
        }

        if (tail.Flag("reset"))
        {
            context.Note(context.ErrorPaint.Dim("Log cursor reset (file rotated)."));
        }

        foreach (JsonElement line in tail.Items("lines"))
        {
            LogRow row = LogRow.Parse(line.GetString() ?? "");
            if (context.Json)
            {
                context.PrintLine(row.Write);
            }
            else
            {
                context.Say(row.Text(request.Zone, request.Paint));
            }
        }

        context.Terminal.Out.Flush();
    }

    private sealed record LogsRequest(bool Follow, int Limit, int MaxBytes, TimeSpan Interval, TimeZoneInfo Zone, Paint Paint);

    private sealed class LogCursor
    {
        public long? Position { get; set; }
    }
}
