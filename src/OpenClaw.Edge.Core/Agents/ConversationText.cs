using System.Globalization;
using System.Text;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>Conversations as plain text: for the model that summarizes, and the summary that is made without one. Stateless.</summary>
internal static class ConversationText
{
    private const int Requests = 12;
    private const int Calls = 24;

    /// <summary>One message as lines, with its calls.</summary>
    public static string Line(PromptMessage message, int limit)
    {
        StringBuilder line = new();
        switch (message.Role)
        {
            case PromptRole.Tool:
                line.Append("Tool ").Append(message.ToolName).Append(": ").Append(Shorten(message.Text, limit / 4)).Append('\n');
                break;
            case PromptRole.Assistant:
                if (message.Text.Length > 0)
                {
                    line.Append("Assistant: ").Append(Shorten(message.Text, limit)).Append('\n');
                }

                foreach (ToolCall call in message.ToolCalls)
                {
                    line.Append("Assistant calls ").Append(call.Name).Append(' ').Append(Shorten(call.ArgumentsJson, limit / 4)).Append('\n');
                }

                break;
            default:
                line.Append("Person: ").Append(Shorten(message.Text, limit));
                if (message.Images.Count > 0)
                {
                    line.Append(" [image data omitted from summary input]");
                }

                line.Append('\n');
                break;
        }

        return line.ToString();
    }

    /// <summary>A summary without a model: what was asked, what was called, what was answered last. Never empty.</summary>
    public static string Digest(string? earlier, IReadOnlyList<PastTurn> turns)
    {
        List<PromptMessage> messages = [.. turns.SelectMany(turn => turn.Messages).Select(message => message.Unpack())];
        StringBuilder text = new();
        if (earlier is not null)
        {
            text.Append(Shorten(earlier, 2000)).Append("\n\n");
        }

        List<string> asked = [.. messages.Where(message => message.Role == PromptRole.User).Select(message => Shorten(message.Text, 240))];
        if (asked.Count > 0)
        {
            text.Append("## Asked\n");
            if (asked.Count > Requests)
            {
                text.Append(CultureInfo.InvariantCulture, $"({asked.Count - Requests} earlier requests left out)\n");
            }

            asked.TakeLast(Requests).ToList().ForEach(line => text.Append("- ").Append(line).Append('\n'));
        }

        List<string> calls =
        [
            .. messages.SelectMany(message => message.ToolCalls)
                .Select(call => $"{call.Name} {Shorten(call.ArgumentsJson, 120)}").Distinct(StringComparer.Ordinal),
        ];
        if (calls.Count > 0)
        {
            text.Append("## Tools used\n");
            calls.TakeLast(Calls).ToList().ForEach(line => text.Append("- ").Append(line).Append('\n'));
        }

        if (messages.FindLast(message => message is { Role: PromptRole.Assistant, Text.Length: > 0 }) is { } answer)
        {
            text.Append("## Answered last\n").Append(Shorten(answer.Text, 600)).Append('\n');
        }

        return text.Length > 0 ? text.ToString().TrimEnd() : "(nothing was said)";
    }

    /// <summary>The start and the end of a text on one line, whole where it fits.</summary>
    public static string Shorten(string text, int limit)
    {
        string flat = text.ReplaceLineEndings(" ").Trim();
        if (flat.Length <= limit)
        {
            return flat;
        }

        int head = Math.Max(1, limit * 2 / 3);
        int tail = Math.Max(1, limit - head);
        head -= char.IsHighSurrogate(flat[head - 1]) ? 1 : 0;
        int from = flat.Length - tail;
        from += char.IsLowSurrogate(flat[from]) ? 1 : 0;
        return $"{flat[..head]} … {flat[from..]}";
    }
}
