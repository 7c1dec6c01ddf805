namespace OpenClaw.Edge.Providers;

/// <summary>How many tokens a text is, when the server does not say: a quarter of a token a character for alphabets, one a
/// character for Chinese, Japanese and Korean, as the usual tokenizers come out to within about a fifth.</summary>
public static class TokenEstimate
{
    private const int PerMessage = 4; // role and separators of the usual chat templates

    /// <summary>Tokens of a text; zero only for an empty one.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        int wide = 0;
        foreach (char c in text)
        {
            if (IsWide(c))
            {
                wide++;
            }
        }

        return wide + ((text.Length - wide + 3) / 4);
    }

    /// <summary>Tokens of a whole request: prompt, messages, calls and tools.</summary>
    public static int Of(ModelRequest request)
    {
        int sum = Of(request.System);
        foreach (PromptMessage message in request.Messages)
        {
            sum += PerMessage + Of(message.Text) + Of(message.Thinking);
            foreach (ToolCall call in message.ToolCalls)
            {
                sum += Of(call.Name) + Of(call.ArgumentsJson);
            }
        }

        foreach (ToolSpec tool in request.Tools)
        {
            sum += Of(tool.Name) + Of(tool.Description) + (tool.ParametersJson.Length / 4);
        }

        return sum;
    }

    // CJK punctuation to Yi, Hangul syllables, compatibility ideographs, full-width forms; a surrogate pair (emoji, rare
    // ideographs) counts two, which is what those cost.
    private static bool IsWide(char c) =>
        c is (>= '\u1100' and <= '\u11FF') or (>= '\u3000' and <= '\uA4CF') or (>= '\uAC00' and <= '\uDFFF')
            or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF');
}
