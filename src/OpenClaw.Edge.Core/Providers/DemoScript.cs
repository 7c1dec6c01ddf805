using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>The lines of the demo model: a few keywords in, a fixed honest text out. No state.</summary>
internal static class DemoScript
{
    private const int MaxQuotedChars = 1_200;

    private const string RealModel =
        "To get a real one: install Ollama (https://ollama.com), run `ollama pull qwen3:4b`, and I step aside by myself "
        + "- or set a provider in openclaw.json under models.providers.";

    /// <summary>The answer to a conversation.</summary>
    public static DemoAnswer Answer(ModelRequest request)
    {
        PromptMessage? last = request.Messages.Count > 0 ? request.Messages[^1] : null;
        if (last is null)
        {
            return new DemoAnswer(Greeting);
        }

        return last.Role == PromptRole.Tool ? AfterTool(last) : ToUser(last.Text, request.Tools);
    }

    private static string Greeting =>
        "Hello! I am the built-in demo, a script and not a real model: everything between you and me is real "
        + "(gateway, session, streaming, tools), only my answers are canned. Try `list files`, `read AGENTS.md` or `help`. "
        + RealModel;

    private static DemoAnswer ToUser(string text, IReadOnlyList<ToolSpec> tools)
    {
        string plain = text.Trim();
        string lower = plain.ToLowerInvariant();
        if (PathToRead(plain) is { } path && Has(tools, "read"))
        {
            return new DemoAnswer($"(demo) I will read `{path}` with the `read` tool. ", Call("read", path));
        }

        if (AsksForList(lower) && Has(tools, "ls"))
        {
            return new DemoAnswer("(demo) I will look into the workspace with the `ls` tool. ", Call("ls", "."));
        }

        if (ContainsWord(lower, "help") || lower.Contains("what can you do", StringComparison.Ordinal))
        {
            return new DemoAnswer(
                "I am the demo script, not a real model. I can greet, list the workspace (`list files`), and read a file of it "
                + "(`read AGENTS.md`); both go through the gateway's real tools. " + RealModel);
        }

        if (ContainsWord(lower, "hello") || ContainsWord(lower, "hi") || ContainsWord(lower, "hey") || lower.Length == 0)
        {
            return new DemoAnswer(Greeting);
        }

        return new DemoAnswer(
            $"(demo) You said: \"{Shorten(plain, 200)}\". I am a script and can not think about that; "
            + "the words you see were streamed by the gateway all the same. " + RealModel);
    }

    private static DemoAnswer AfterTool(PromptMessage result)
    {
        string tool = result.ToolName ?? "the tool";
        string body = Shorten(result.Text.Trim(), MaxQuotedChars);
        return new DemoAnswer(
            body.Length == 0
                ? $"(demo) `{tool}` returned nothing."
                : $"(demo) `{tool}` answered:\n\n```\n{body}\n```\n\nThat came from the real tool; a real model would now go on from it.");
    }

    private static bool AsksForList(string lower) =>
        lower is "ls" || (lower.Contains("file", StringComparison.Ordinal)
            && (ContainsWord(lower, "list") || ContainsWord(lower, "show") || ContainsWord(lower, "which")
                || ContainsWord(lower, "what")))
        || lower.StartsWith("list ", StringComparison.Ordinal) || lower == "list";

    /// <summary>The path behind a leading or embedded "read"; null when nothing looks like a path.</summary>
    private static string? PathToRead(string text)
    {
        string[] words = text.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length - 1; i++)
        {
            if (!words[i].Equals("read", StringComparison.OrdinalIgnoreCase)
                && !words[i].Equals("open", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (string word in words[(i + 1)..])
            {
                string candidate = word.TrimEnd('.', ',', '?', '!', ':', ';').Trim('`', '"', '\'');
                if (candidate.Contains('.', StringComparison.Ordinal) || candidate.Contains('/', StringComparison.Ordinal))
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    private static ToolCall Call(string tool, string path) => new(
        "call_demo_" + Guid.NewGuid().ToString("N")[..12],
        tool,
        "{\"path\":\"" + JsonEncodedText.Encode(path) + "\"}");

    private static bool Has(IReadOnlyList<ToolSpec> tools, string name) => tools.Any(tool => tool.Name == name);

    private static bool ContainsWord(string text, string word)
    {
        for (int at = text.IndexOf(word, StringComparison.Ordinal); at >= 0;
             at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            int end = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static string Shorten(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        int cut = char.IsHighSurrogate(text[max - 1]) ? max - 1 : max;
        return text[..cut] + "…";
    }
}
