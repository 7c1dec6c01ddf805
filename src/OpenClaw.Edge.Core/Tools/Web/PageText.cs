using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Makes Markdown, or plain text, of the part of a page that people come for. Stateless; never throws on input.</summary>
internal static class PageText
{
    private const int EnoughChars = 200; // guess: less than this is a teaser, and the whole page is better

    private static readonly string[] s_good = ["article", "content", "entry", "main", "post", "story", "text", "blog", "body"];

    private static readonly string[] s_bad =
        ["comment", "sidebar", "footer", "footnote-nav", "share", "social", "related", "promo", "advert", "banner", "cookie", "menu", "breadcrumb", "newsletter", "popup", "sponsor", "masthead"];

    private static readonly HashSet<string> s_never = ["nav", "aside", "footer", "form", "button", "input", "#never"];

    /// <summary>A page's text.</summary>
    /// <param name="html">The page.</param>
    /// <param name="page">Where it stands, for links.</param>
    /// <param name="readable">Whether to look for the main content.</param>
    /// <param name="markdown">Whether to keep headings, links and lists.</param>
    /// <param name="title">Its title.</param>
    public static string Of(string html, Uri page, bool readable, bool markdown, out string title)
    {
        HtmlNode root = HtmlReader.Read(html, out title);
        HtmlNode best = readable ? Main(root) : root;
        string text = new PageWriter(page, markdown, skipExtras: readable).Write(best);
        if (text.Length < EnoughChars && best != root)
        {
            string whole = new PageWriter(page, markdown, skipExtras: false).Write(root);
            text = whole.Length > text.Length * 2 ? whole : text;
        }

        return text;
    }

    /// <summary>Takes out characters that show nothing or turn text around, in which orders can be hidden.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool keep = rune.Value is '\n' or '\t' or 0x200D // joins emoji
                || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);
            if (keep)
            {
                clean.Append(rune.ToString());
            }
            else if (rune.Value is '\r')
            {
                clean.Append('\n');
            }
        }

        return clean.ToString();
    }

    /// <summary>Whether an element is furniture of the page.</summary>
    public static bool IsExtra(HtmlNode node) =>
        s_never.Contains(node.Name) || node.Of("role") is "navigation" or "banner" or "complementary" or "contentinfo" or "search"
        || (Hints(node, s_bad) && !Hints(node, s_good) && node.Name is "div" or "section" or "ul" && (node.TextLength < 400 || Links(node) > 0.5));

    // The largest article, else what holds the most sentences with the fewest links.
    private static HtmlNode Main(HtmlNode root)
    {
        List<HtmlNode> all = [];
        Collect(root, all, 0);
        HtmlNode? marked = all.Where(node => node.Name is "article" or "main" || node.Of("role") is "main" or "article")
            .OrderByDescending(node => node.TextLength - node.LinkLength).FirstOrDefault();
        if (marked is not null && marked.TextLength >= EnoughChars)
        {
            return marked;
        }

        foreach (HtmlNode node in all)
        {
            if (node.Name is "p" or "pre" or "td" or "blockquote" or "li" && node.TextLength >= 25)
            {
                double score = 1 + Math.Min(node.TextLength / 100.0, 3) + (node.TextLength / 200.0);
                if (node.Parent is { } parent)
                {
                    parent.Score += score;
                    if (parent.Parent is { } above)
                    {
                        above.Score += score / 2;
                    }
                }
            }
        }

        HtmlNode? best = all.Where(node => node.Score > 0 && node.Name is not ("ul" or "ol" or "tr" or "p"))
            .OrderByDescending(node => (node.Score + (Hints(node, s_good) ? 25 : 0) - (Hints(node, s_bad) ? 25 : 0)) * (1 - Links(node))).FirstOrDefault();
        return best is not null && best.TextLength >= EnoughChars && best.TextLength * 5 >= root.TextLength ? best : root;
    }

    private static void Collect(HtmlNode node, List<HtmlNode> all, int depth)
    {
        foreach (HtmlNode child in node.Children)
        {
            if (child.Name.Length > 0 && !(depth > 0 && s_never.Contains(child.Name)))
            {
                all.Add(child);
                Collect(child, all, depth + 1);
            }
        }
    }

    private static double Links(HtmlNode node) => node.TextLength == 0 ? 0 : (double)node.LinkLength / node.TextLength;

    private static bool Hints(HtmlNode node, string[] words)
    {
        string named = node.Attributes is null ? "" : $"{node.Of("class")} {node.Of("id")}";
        return named.Length > 1 && Array.Exists(words, word => named.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
