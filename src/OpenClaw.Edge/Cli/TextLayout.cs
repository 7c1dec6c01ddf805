namespace OpenClaw.Edge.Cli;

/// <summary>Lines for a terminal of limited width.</summary>
internal static class TextLayout
{
    /// <summary>Breaks <paramref name="text"/> between words into lines of at most <paramref name="width"/> columns; a
    /// longer word stays whole. At least one line.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        int start = 0;
        while (text.Length - start > width)
        {
            int cut = text.LastIndexOf(' ', start + width, width + 1);
            if (cut <= start)
            {
                cut = text.IndexOf(' ', start);
                if (cut < 0)
                {
                    break;
                }
            }

            yield return text[start..cut];
            start = cut + 1;
        }

        yield return text[start..];
    }
}
