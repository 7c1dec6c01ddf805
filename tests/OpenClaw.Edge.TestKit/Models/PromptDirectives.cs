using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>
/// Orders to the scripted model inside a prompt, for tests that can only type: <c>[tokens:N] [tps:N] [ttft:MS] [think:N] [text:…] [stamp]</c>
/// <c>[tool:NAME args] [parallel] [fault:KIND@N*T] [split] [coalesce:N] [finish:REASON] [id:X]</c>.
/// </summary>
internal sealed class PromptDirectives
{
    private readonly List<ScriptedToolCall> tools = [];
    private ModelAnswer answer = new();
    private string? id;
    private string? fault;
    private bool parallel;
    private bool found;

    /// <summary>Reads the orders in <paramref name="prompt"/>; <see langword="null"/> when there are none.</summary>
    public static ModelAnswer? Read(string prompt, int toolResults, Func<string, int> attempt)
    {
        PromptDirectives orders = new();
        int at = 0;
        while ((at = prompt.IndexOf('[', at)) >= 0)
        {
            int end = EndOf(prompt, at);
            if (end < 0)
            {
                break;
            }

            orders.Take(prompt[(at + 1)..end]);
            at++;
        }

        return orders.found ? orders.Build(prompt, toolResults, attempt) : null;
    }

    // A directive ends at its own bracket; arguments of a tool may hold JSON arrays.
    private static int EndOf(string prompt, int open)
    {
        int depth = 0;
        for (int i = open; i < prompt.Length; i++)
        {
            depth += prompt[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private void Take(string order)
    {
        int colon = order.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? order : order[..colon];
        string value = colon < 0 ? "" : order[(colon + 1)..];
        bool known = true;
        switch (name)
        {
            case "tokens": answer = answer with { Tokens = Number(value) }; break;
            case "text": answer = answer with { Pieces = [value] }; break;
            case "stamp": answer = answer with { Stamped = true }; break;
            case "tps": answer = answer with { PiecesPerSecond = Number(value) }; break;
            case "ttft": answer = answer with { FirstPieceDelay = TimeSpan.FromMilliseconds(Number(value)) }; break;
            case "think": answer = answer with { Thinking = [.. Enumerable.Range(0, Number(value)).Select(TokenStream.Piece)] }; break;
            case "coalesce": answer = answer with { MessagesPerWrite = Math.Max(1, Number(value)) }; break;
            case "finish": answer = answer with { Finish = value }; break;
            case "split": answer = answer with { SplitEveryByte = true }; break;
            case "parallel": parallel = true; break;
            case "id": id = value; break;
            case "fault": fault = value; break;
            case "tool": tools.Add(Tool(value)); break;
            default: known = false; break;
        }

        found |= known;
    }

    private static ScriptedToolCall Tool(string value)
    {
        string[] parts = value.Split(' ', 2, StringSplitOptions.TrimEntries);
        string rest = parts.Length > 1 ? parts[1] : "";
        if (rest.StartsWith('{'))
        {
            return new ScriptedToolCall(parts[0], rest);
        }

        string parameter = parts[0] switch { "exec" or "bash" or "process" => "command", "read" or "ls" => "path", _ => "input" };
        return new ScriptedToolCall(parts[0], rest.Length == 0 ? "{}" : $$"""{"{{parameter}}":"{{JsonEncodedText.Encode(rest)}}"}""");
    }

    private ModelAnswer Build(string prompt, int toolResults, Func<string, int> attempt)
    {
        List<ScriptedToolCall> due = parallel
            ? toolResults == 0 ? tools : []
            : toolResults < tools.Count ? [tools[toolResults]] : [];
        ModelAnswer built = answer;
        if (due.Count > 0)
        {
            built = built with { ToolCalls = due, Tokens = null, Pieces = [] };
        }
        else if (built.Tokens is null && built.Pieces.Count == 0)
        {
            built = built with { Tokens = 16 };
        }

        return fault is null ? built : WithFault(built, fault, attempt, id ?? prompt);
    }

    private static ModelAnswer WithFault(ModelAnswer answer, string fault, Func<string, int> attempt, string key)
    {
        string rest = fault.Trim();
        int times = int.MaxValue;
        int? after = null;
        int star = rest.IndexOf('*', StringComparison.Ordinal);
        if (star >= 0)
        {
            times = Number(rest[(star + 1)..]);
            rest = rest[..star];
        }

        int mark = rest.IndexOf('@', StringComparison.Ordinal);
        if (mark >= 0)
        {
            after = Number(rest[(mark + 1)..]);
            rest = rest[..mark];
        }

        if (attempt(key) > times)
        {
            return answer;
        }

        if (int.TryParse(rest, CultureInfo.InvariantCulture, out int status))
        {
            return answer with { Status = status };
        }

        ModelFault kind = rest switch
        {
            "drop" => ModelFault.Drop,
            "trunc" or "truncated" => ModelFault.Truncated,
            "stall" => ModelFault.Stall,
            "badjson" => ModelFault.BadJson,
            "error" => ModelFault.ErrorObject,
            "empty" => ModelFault.Empty,
            "nohead" => ModelFault.NoHead,
            "refuse" => ModelFault.Refuse,
            _ => throw new FormatException($"No such fault: {rest}"),
        };
        return answer with { Fault = kind, FaultAfter = after };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
