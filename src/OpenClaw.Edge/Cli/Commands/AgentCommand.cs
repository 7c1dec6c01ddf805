using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Cli.Runs;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw agent</c>: one turn of an agent, for scripts.</summary>
internal static class AgentCommand
{
    private const int DefaultTimeoutSeconds = 600;

    // The gateway ends the turn at its timeout; this is for the answer to arrive.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public static Command Create(CliOptions shared, CliWorld world)
    {
        AgentFlags flags = new();
        Command command = new("agent", "Run one turn of an agent and print the answer");
        flags.AddTo(command);
        return command.Does(shared, world, (context, cancellationToken) =>
            GuardAsync(context, flags.Read(context.Parsed), cancellationToken));
    }

    // A reader of lines gets its failure as a line.
    private static async Task<int> GuardAsync(
        CliContext context, AgentRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(context, request, cancellationToken);
        }
        catch (CliException e) when (request.Stream)
        {
            context.PrintLine(writer => CliFailure.WriteEnvelope(writer, e, "error"));
            return (int)e.Exit;
        }
    }

    private static async Task<int> RunAsync(CliContext context, AgentRequest request, CancellationToken cancellationToken)
    {
        string message = await ReadMessageAsync(context, request);
        string runId = Guid.NewGuid().ToString("D");
        RunFollower follower = new(runId);
        RunPrinter printer = new(context.Terminal, context.Paint, request.Thinking is not null and not "off");
        bool live = !context.Json && !request.Stream;

        void Show(GatewayEvent gatewayEvent)
        {
            RunUpdate? update = follower.Read(gatewayEvent);
            if (update is null or RunEnd)
            {
                return;
            }

            if (request.Stream)
            {
                context.PrintLine(writer => RunLines.Write(writer, update));
            }
            else if (live)
            {
                printer.Show(update);
            }
        }

        using TerminationSignals signals = new(cancellationToken);
        await using GatewayClient client = await context.ConnectAsync(
            StartsOver(message) ? GatewayScopes.Admin : GatewayScopes.Write, signals.Token, ["tool-events"], live || request.Stream ? Show : null);
        string? sessionKey = request.SessionKey;
        try
        {
            TimeSpan timeout = TimeSpan.FromSeconds(request.TimeoutSeconds ?? DefaultTimeoutSeconds);
            JsonElement result = await client.CallAsync(
                "agent",
                writer => WriteParams(writer, request, message, runId, timeout),
                timeout + Grace,
                signals.Token,
                accepted =>
                {
                    sessionKey = accepted.Text("sessionKey") ?? sessionKey;
                    if (request.Stream)
                    {
                        context.PrintLine(accepted.WriteTo);
                    }
                });
            printer.CloseLine();
            return Print(context, request, result, printer.Written);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            printer.CloseLine();
            await AbortAsync(context, client, runId, sessionKey);
            throw new CliException(ExitCode.Failed, "interrupted; the turn was aborted", "aborted");
        }
    }

    private static async Task AbortAsync(CliContext context, GatewayClient client, string runId, string? sessionKey)
    {
        try
        {
            await client.CallAsync(
                "chat.abort",
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("sessionKey"u8, sessionKey ?? "main");
                    writer.WriteString("runId"u8, runId);
                    writer.WriteEndObject();
                },
                context.Timeout,
                CancellationToken.None);
        }
        catch (CliException)
        {
            // the interruption is what the person wants to hear about
        }
    }

    // The method asks an administrator for these two.
    private static bool StartsOver(string message) =>
        message.AsSpan().TrimStart().StartsWith("/new", StringComparison.OrdinalIgnoreCase)
        || message.AsSpan().TrimStart().StartsWith("/reset", StringComparison.OrdinalIgnoreCase);

    private static int Print(CliContext context, AgentRequest request, JsonElement result, string written)
    {
        bool ok = result.Text("status") == "ok" && !result.Member("result").Member("meta").Flag("aborted");
        string text = string.Join("\n\n", result.Member("result").Items("payloads")
            .Select(payload => payload.Text("text"))
            .Where(part => !string.IsNullOrEmpty(part)));
        if (request.Stream)
        {
            context.PrintLine(writer => WriteFinal(writer, result, ok, text));
        }
        else if (context.Json)
        {
            context.Print(result);
        }
        else if (written.Length == 0 && text.Length > 0)
        {
            context.Say(context.Terminal.OutIsTerminal ? TextLayout.Block(text) : text);
        }

        if (!ok && !context.Json && !request.Stream)
        {
            string why = result.Text("summary") ?? result.Member("error").Text("message") ?? "no reason given";
            context.Note($"openclaw: the turn ended with status {result.Text("status") ?? "unknown"}: {why}");
        }

        return (int)(ok ? ExitCode.Ok : ExitCode.Failed);
    }

    private static void WriteFinal(Utf8JsonWriter writer, JsonElement result, bool ok, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "final"u8);
        writer.WriteBoolean("ok"u8, ok);
        writer.WriteString("text"u8, text);
        foreach (JsonProperty member in result.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void WriteParams(
        Utf8JsonWriter writer, AgentRequest request, string message, string runId, TimeSpan timeout)
    {
        writer.WriteStartObject();
        writer.WriteString("message"u8, message);
        Optional(writer, "agentId", request.AgentId);
        // A call that names nothing gets a session of its own; who types a message means the main one.
        Optional(writer, "sessionKey", request.SessionKey ?? (request.AgentId is null && request.SessionId is null ? "main" : null));
        Optional(writer, "sessionId", request.SessionId);
        Optional(writer, "thinking", request.Thinking);
        Optional(writer, "model", request.Model);
        writer.WriteBoolean("deliver"u8, request.Deliver);
        writer.WriteNumber("timeout"u8, (int)timeout.TotalSeconds);
        writer.WriteString("idempotencyKey"u8, runId);
        writer.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static async Task<string> ReadMessageAsync(CliContext context, AgentRequest request)
    {
        string? message = request.Message;
        if (request.MessageFile is { } path and not "-")
        {
            try
            {
                message = await File.ReadAllTextAsync(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCode.Usage, $"--message-file: {path} cannot be read: {e.Message}");
            }
        }
        else if (message is null && (request.MessageFile == "-" || !context.Terminal.InIsTerminal))
        {
            message = await context.Terminal.In.ReadToEndAsync();
        }

        return string.IsNullOrWhiteSpace(message)
            ? throw new CliException(ExitCode.Usage, "nothing to say: give --message \"…\", or pipe the message in")
            : message.TrimEnd('\n');
    }
}
