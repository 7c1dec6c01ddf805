using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions show</c>: the latest messages of a conversation.</summary>
internal static class SessionsShowCommand
{
    private const int DefaultLimit = 50;
    private const int LongestToolText = 400;

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> key = new("session") { Description = "Key, such as main or agent:main:main" };
        Option<int?> limit = new("--limit") { Description = "At most so many messages (default 50)", HelpName = "n" };
        return new Command("show", "Show the latest messages of a conversation") { key, limit }.Does(
            shared,
            world,
            (context, cancellationToken) => RunAsync(
                context,
                context.Parsed.GetRequiredValue(key),
                Math.Clamp(context.Parsed.GetValue(limit) ?? DefaultLimit, 1, 1000),
                cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, string key, int limit, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        JsonElement history = await SessionHistory.PageAsync(client, context, key, limit, 0, cancellationToken);
        if (context.Json)
        {
            context.Print(history);
            return (int)ExitCode.Ok;
        }

        JsonElement[] messages = [.. history.Items("messages")];
        if (messages.Length == 0)
        {
            context.Note($"'{key}' has no messages; 'openclaw sessions' lists the conversations there are");
            return (int)ExitCode.Ok;
        }

        foreach (JsonElement message in messages)
        {
            Say(context, message);
        }

        if (history.Flag("hasMore"))
        {
            context.Note($"the latest {messages.Length} of {history.Number("totalMessages")}; more with --limit");
        }

        return (int)ExitCode.Ok;
    }

    private static void Say(CliContext context, JsonElement message)
    {
        string role = message.Text("role") ?? "?";
        string when = message.Number("timestamp") is { } at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", null)
            : "";
        string who = role switch
        {
            "assistant" => message.Text("model") ?? role,
            "toolResult" => message.Text("toolName") ?? role,
            _ => role,
        };
        context.Say($"{context.Paint.Bold(TextLayout.OneLine(who))} {context.Paint.Dim(when)}");
        string text = TextLayout.Block(message.MessageText()).TrimEnd();
        if (role == "toolResult")
        {
            text = context.Paint.Dim(text.Length > LongestToolText ? text[..LongestToolText] + "…" : text);
        }

        foreach (JsonElement call in message.Items("content").Where(part => part.Text("type") == "toolCall"))
        {
            string arguments = call.Member("arguments") is { ValueKind: not JsonValueKind.Undefined } given
                ? given.GetRawText()
                : "";
            text += $"{(text.Length > 0 ? "\n" : "")}{context.Paint.Accent("·")} {call.Text("name")} "
                + context.Paint.Dim(TextLayout.OneLine(arguments));
        }

        if (message.Text("errorMessage") is { } error)
        {
            text += context.Paint.Bad(TextLayout.OneLine(error));
        }

        context.Say(text + "\n");
    }
}
