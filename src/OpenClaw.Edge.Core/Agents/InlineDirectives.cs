using System.Text;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Wishes that stand in a message beside its text: <c>/think high</c>, <c>/queue steer</c> and <c>/elevated on</c> for this message only,
/// <c>/model provider/model</c> for the session, <c>/steer</c> or <c>/tell</c> before a message that shall join the running turn. They are
/// taken out before the model reads the message.
/// Source: docs/tools.md, commands in messages.</summary>
/// <param name="Message">What is left; never empty.</param>
/// <param name="Think">Reasoning level; null when none was named.</param>
/// <param name="Model">Model as it was written; null when none was named.</param>
/// <param name="Queue">What to do when the session is busy; null when it was not said.</param>
public sealed record InlineDirectives(string Message, string? Think, string? Model, QueueMode? Queue)
{
    /// <summary>Whether commands leave the sandbox; null when it was not said.</summary>
    public string? Elevated { get; init; }

    /// <summary>Reads a message. Null when it holds no directive, or nothing else: then it is a command, or all text.</summary>
    /// <param name="message">What the person wrote.</param>
    /// <param name="isModel">Whether a word names a model; other words stay text.</param>
    public static InlineDirectives? Read(string message, Func<string, bool> isModel)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(isModel);
        if (!message.Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        (string? think, string? model, QueueMode? queue, string? elevated) = (null, null, null, null);
        bool steers = Steers(ref message);
        if (steers)
        {
            queue = QueueMode.Steer;
        }

        StringBuilder kept = new(message.Length);
        for (int at = 0; at < message.Length;)
        {
            bool taken = TryDirective(message, at, out string name, out string word, out int end) && !IsCode(message, at) && name switch
            {
                "model" => isModel(word) && Set(ref model, word),
                "elevated" or "elev" => ElevatedAccess.Levels.Contains(word.ToLowerInvariant()) && Set(ref elevated, word.ToLowerInvariant()),
                "queue" => Enum.TryParse(word, ignoreCase: true, out QueueMode mode) && !char.IsAsciiDigit(word[0]) && Set(ref queue, mode),
                _ => ChatCommands.IsLevel(word.ToLowerInvariant()) && Set(ref think, word.ToLowerInvariant()),
            };
            if (taken)
            {
                at = end;
            }
            else
            {
                kept.Append(message[at++]);
            }
        }

        string left = kept.ToString();
        bool isCommand = left.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .All(word => word.StartsWith('-') || (queue is not null && QueueWishes.Is(word))); // /model x -g, /queue collect cap:5
        return (left.Length == message.Length && !steers) || isCommand ? null : new InlineDirectives(left.Trim(), think, model, queue) { Elevated = elevated };
    }

    // The original's word for one message; without text behind it is text.
    private static bool Steers(ref string message)
    {
        string trimmed = message.TrimStart();
        int end = trimmed.AsSpan().IndexOfAny(" \t\r\n:");
        if (end < 0 || trimmed[..end].ToLowerInvariant() is not ("/steer" or "/tell") || trimmed[(end + 1)..].Trim() is not { Length: > 0 } rest)
        {
            return false;
        }

        message = rest;
        return true;
    }

    private static bool Set<T>(ref T place, T value)
    {
        place = value;
        return true;
    }

    // Inside a fence, or between ticks on its line, a directive is shown and not meant.
    private static bool IsCode(string text, int at)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, at);
        int line = before.LastIndexOf('\n') + 1;
        return before.Count("```") % 2 == 1 || before[line..].Count('`') % 2 == 1;
    }

    // /name value or /name:value at the start of a word, with the blanks behind it
    private static bool TryDirective(string text, int at, out string name, out string value, out int end)
    {
        (name, value, end) = ("", "", at + 1);
        if (text[at] != '/' || (at > 0 && !char.IsWhiteSpace(text[at - 1])))
        {
            return false;
        }

        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        name = text[(at + 1)..end].ToLowerInvariant();
        int start = end < text.Length && text[end] == ':' ? end + 1 : end;
        while (start < text.Length && text[start] is ' ' or '\t')
        {
            start++;
        }

        if (name is not ("think" or "thinking" or "t" or "model" or "queue" or "elevated" or "elev") || start == end)
        {
            return false;
        }

        for (end = start; end < text.Length && !char.IsWhiteSpace(text[end]);)
        {
            end++;
        }

        value = text[start..end];
        while (end < text.Length && text[end] is ' ' or '\t')
        {
            end++;
        }

        return value.Length > 0;
    }
}
