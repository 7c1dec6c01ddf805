using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Reads tool calls that a model wrote as text, in the shapes that models are trained on. The text must be calls and nothing
/// else, every name exactly that of a tool. Stateless; never throws on input.</summary>
internal static class PlainCalls
{
    private static readonly string[] s_tags = ["tool_call", "function_call", "tool_use", "tool_calls"];
    private static readonly string[] s_names = ["name", "tool", "tool_name", "function_name", "recipient_name", "function"];
    private static readonly string[] s_arguments = ["arguments", "args", "parameters", "params", "input", "tool_input", "tool_args"];

    /// <summary>Reads all calls of a text.</summary>
    /// <param name="text">What the model wrote.</param>
    /// <param name="tools">Tools that it was offered.</param>
    /// <returns>The calls; empty when the text is not one or more calls and nothing else.</returns>
    public static List<ToolCall> Read(string text, IReadOnlyList<ToolSpec> tools)
    {
        List<ToolCall> calls = [];
        return Body(Unfence(text.Trim()), tools, calls) ? calls : [];
    }

    /// <summary>Whether what the calls say stands in a text that the model was given: then it is repeated, not meant.</summary>
    public static bool Repeats(string text, List<ToolCall> calls, IReadOnlyList<PromptMessage> given)
    {
        string whole = Squeeze(Unfence(text.Trim()));
        string[] arguments = [.. calls.Select(call => Squeeze(call.ArgumentsJson)).Where(json => json.Length >= 10)];
        foreach (PromptMessage message in given)
        {
            if (message.Role is PromptRole.Tool or PromptRole.User && message.Text.Length > 0)
            {
                string read = Squeeze(message.Text);
                if (read.Contains(whole, StringComparison.Ordinal) || Array.Exists(arguments, json => read.Contains(json, StringComparison.Ordinal)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Body(string body, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        body = Without(Without(body, "<|python_tag|>"), "[TOOL_CALLS]").TrimStart();
        if (body.Length == 0)
        {
            return calls.Count > 0;
        }

        return body[0] switch
        {
            '<' when body.StartsWith("<|", StringComparison.Ordinal) => Harmony(body, tools, calls),
            '<' => Tagged(body, tools, calls),
            '[' when Bracketed(body, tools, calls, out bool all) => all,
            '{' or '[' => Json(body, tools, calls),
            _ when body.StartsWith("commentary to=", StringComparison.Ordinal) => Harmony(body, tools, calls),
            _ => Written(body, tools, calls),
        };
    }

    // <tool_call>{…}</tool_call>, <function=name>{…}</function>, <function=name><parameter=key>value</parameter></function>
    private static bool Tagged(string body, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        string? tag = Array.Find(s_tags, known => body.StartsWith($"<{known}>", StringComparison.Ordinal));
        if (tag is not null)
        {
            (string inner, string rest) = Split(body, tag.Length + 2, $"</{tag}>");
            return inner.Trim().Length > 0 && Body(Unfence(inner.Trim()), tools, calls) && (rest.Length == 0 || Body(rest, tools, calls));
        }

        if (!body.StartsWith("<function=", StringComparison.Ordinal) || body.IndexOf('>', StringComparison.Ordinal) is not (> 0 and int end))
        {
            return false;
        }

        string name = body["<function=".Length..end].Trim();
        (string arguments, string after) = Split(body, end + 1, "</function>");
        string json = arguments.Trim();
        if (json.StartsWith("<parameter=", StringComparison.Ordinal) && !Parameters(ref json))
        {
            return false;
        }

        return Add(name, json.Length == 0 ? "{}" : json, tools, calls) && (after.Length == 0 || Body(after, tools, calls));
    }

    private static bool Parameters(ref string text)
    {
        StringBuilder json = new("{");
        string rest = text;
        while (rest.StartsWith("<parameter=", StringComparison.Ordinal) && rest.IndexOf('>', StringComparison.Ordinal) is > 0 and int end)
        {
            (string value, string after) = Split(rest, end + 1, "</parameter>");
            json.Append(json.Length > 1 ? "," : "").Append(Quoted(rest["<parameter=".Length..end].Trim())).Append(':').Append(Quoted(value.Trim('\n')));
            rest = after;
        }

        text = json.Append('}').ToString();
        return rest.Length == 0;
    }

    // [TOOL_REQUEST]{…}[END_TOOL_REQUEST], [name] {…} [END_TOOL_REQUEST]
    private static bool Bracketed(string body, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls, out bool all)
    {
        all = false;
        int end = body.IndexOf(']', StringComparison.Ordinal);
        string label = end > 0 ? body[1..end].Trim() : "";
        if (label != "TOOL_REQUEST" && !IsTool(label, tools))
        {
            return false;
        }

        (string inner, string rest) = Split(body, end + 1, "[END_TOOL_REQUEST]");
        inner = inner.Trim();
        all = (label == "TOOL_REQUEST" ? Json(inner, tools, calls) : inner.StartsWith('{') && Add(label, inner, tools, calls))
            && (rest.Length == 0 || Body(rest, tools, calls));
        return true;
    }

    // <|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}<|call|>
    private static bool Harmony(string body, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        int to = body.IndexOf(" to=", StringComparison.Ordinal);
        int open = body.IndexOf('{', StringComparison.Ordinal);
        if (to < 0 || open < to)
        {
            return false;
        }

        int end = body.IndexOfAny([' ', '<', '\n', '{'], to + 4);
        string name = body[(to + 4)..end];
        string between = body[end..open];
        (string arguments, string rest) = Split(body, open, "<|call|>");
        return (between.Contains("<|message|>", StringComparison.Ordinal) || between.Trim() is "json" or "code" or "")
            && Add(name, arguments.Trim(), tools, calls) && rest.Length == 0;
    }

    private static bool Json(string body, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        if (body.StartsWith('[') && body.IndexOf('(', StringComparison.Ordinal) > 0 && body.EndsWith(']') && !body.StartsWith("[{", StringComparison.Ordinal))
        {
            return Written(body[1..^1].Trim(), tools, calls); // [name(a=1), other()]
        }

        int at = 0;
        while (at < body.Length)
        {
            StringBuilder json = new();
            if (!LooseJson.TryRead(body, ref at, json) || !Element(json.ToString(), tools, calls))
            {
                return false;
            }

            while (at < body.Length && (char.IsWhiteSpace(body[at]) || body[at] is ',' or ';'))
            {
                at++;
            }
        }

        return calls.Count > 0;
    }

    private static bool Element(string json, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Element(document.RootElement, tools, calls, 0);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Element(JsonElement element, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls, int depth)
    {
        if (element.ValueKind == JsonValueKind.Array && depth < 4)
        {
            return element.GetArrayLength() > 0 && element.EnumerateArray().All(item => Element(item, tools, calls, depth + 1));
        }

        if (element.ValueKind != JsonValueKind.Object || depth >= 4)
        {
            return false;
        }

        foreach (string wrapper in (string[])["tool_calls", "tool_call", "function", "function_call"])
        {
            if (element.TryGetProperty(wrapper, out JsonElement inner) && inner.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                return Element(inner, tools, calls, depth + 1);
            }
        }

        string? name = s_names.Select(key => element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null).FirstOrDefault(value => value is not null);
        foreach (string key in s_arguments)
        {
            if (name is not null && element.TryGetProperty(key, out JsonElement arguments)
                && arguments.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                return Add(name, arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : arguments.GetRawText(), tools, calls);
            }
        }

        return false;
    }

    // name({"path":"a"}), name(path="a", limit=5), name{"path":"a"}, name[ARGS]{…}
    private static bool Written(string body, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        int at = 0;
        while (at < body.Length)
        {
            int open = body.IndexOfAny(['(', '{', '['], at);
            if (open < 0 || !IsTool(Bare(body[at..open].Trim()), tools))
            {
                return false;
            }

            string name = body[at..open].Trim();
            if (body.AsSpan(open).StartsWith("[ARGS]"))
            {
                open += "[ARGS]".Length;
            }

            StringBuilder json = new();
            bool call = open < body.Length && body[open] == '(';
            if (!(call ? Arguments(body, ref open, json) : open < body.Length && body[open] == '{' && LooseJson.TryRead(body, ref open, json))
                || !Add(name, json.ToString(), tools, calls))
            {
                return false;
            }

            at = open;
            while (at < body.Length && (char.IsWhiteSpace(body[at]) || body[at] is ',' or ';'))
            {
                at++;
            }
        }

        return calls.Count > 0;
    }

    private static bool Arguments(string body, ref int at, StringBuilder json)
    {
        at++;
        while (at < body.Length && char.IsWhiteSpace(body[at]))
        {
            at++;
        }

        if (at < body.Length && body[at] == '{')
        {
            return LooseJson.TryRead(body, ref at, json) && Closes(body, ref at);
        }

        json.Append('{');
        while (at < body.Length && body[at] != ')')
        {
            int equals = body.IndexOf('=', at);
            string key = equals > at ? body[at..equals].Trim() : "";
            if (key.Length == 0 || !key.All(c => char.IsLetterOrDigit(c) || c == '_'))
            {
                return false;
            }

            json.Append(json.Length > 1 ? "," : "").Append(Quoted(key)).Append(':');
            at = equals + 1;
            if (!LooseJson.TryRead(body, ref at, json))
            {
                return false;
            }

            while (at < body.Length && (char.IsWhiteSpace(body[at]) || body[at] == ','))
            {
                at++;
            }
        }

        json.Append('}');
        return Closes(body, ref at);
    }

    private static bool Closes(string body, ref int at)
    {
        while (at < body.Length && char.IsWhiteSpace(body[at]))
        {
            at++;
        }

        return at < body.Length && body[at++] == ')';
    }

    private static bool Add(string name, string argumentsJson, IReadOnlyList<ToolSpec> tools, List<ToolCall> calls)
    {
        if (!IsTool(Bare(name), tools))
        {
            return false;
        }

        calls.Add(new ToolCall($"call_{Guid.NewGuid():N}", Bare(name), argumentsJson));
        return true;
    }

    private static bool IsTool(string name, IReadOnlyList<ToolSpec> tools) => tools.Any(tool => tool.Name == name);

    private static string Bare(string name) => Without(name.Trim(), "functions.");

    private static string Without(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;

    private static (string Inner, string After) Split(string text, int from, string close)
    {
        int end = text.IndexOf(close, from, StringComparison.Ordinal);
        return end < 0 ? (text[from..], "") : (text[from..end], text[(end + close.Length)..].Trim());
    }

    private static string Unfence(string text)
    {
        int line = text.StartsWith("```", StringComparison.Ordinal) && text.EndsWith("```", StringComparison.Ordinal) && text.Length > 6
            ? text.IndexOf('\n', StringComparison.Ordinal)
            : -1;
        return line < 0 || text.IndexOf("```", 3, StringComparison.Ordinal) != text.Length - 3 ? text : text[(line + 1)..^3].Trim();
    }

    private static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value)}\"";

    private static string Squeeze(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
