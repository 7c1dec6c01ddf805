using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Writes a tree of HTML as Markdown or plain text. Used for one page.</summary>
internal sealed class PageWriter(Uri page, bool markdown, bool skipExtras)
{
    private readonly StringBuilder _text = new();
    private string _indent = "";
    private int _pre;
    private int _marked = -1; // length right after the mark of a list item or a quotation

    /// <summary>The text of an element.</summary>
    public string Write(HtmlNode root)
    {
        Children(root);
        return Tidy(_text.ToString());
    }

    private void Children(HtmlNode node)
    {
        foreach (HtmlNode child in node.Children)
        {
            Node(child);
        }
    }

    private void Node(HtmlNode node)
    {
        if (skipExtras && node.Name.Length > 0 && PageText.IsExtra(node))
        {
            return;
        }

        switch (node.Name)
        {
            case "":
                Text(node.Text);
                break;
            case "br":
                Line();
                break;
            case "hr":
                Block(() => _text.Append(markdown ? "---" : ""));
                break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Block(() => Inline(markdown ? new string('#', node.Name[1] - '0') + " " : "", node, ""));
                break;
            case "a":
                Link(node);
                break;
            case "img":
                _text.Append(markdown && node.Of("alt").Trim() is { Length: > 0 } alt ? $"![{PageText.Clean(alt)}]" : "");
                break;
            case "strong" or "b":
                Inline(markdown ? "**" : "", node, markdown ? "**" : "");
                break;
            case "em" or "i":
                Inline(markdown ? "*" : "", node, markdown ? "*" : "");
                break;
            case "code" or "kbd" or "samp" when _pre == 0:
                Inline(markdown ? "`" : "", node, markdown ? "`" : "");
                break;
            case "pre":
                Preformatted(node);
                break;
            case "ul" or "ol":
                List(node);
                break;
            case "blockquote":
                Indented(markdown ? "> " : "  ", node);
                break;
            case "table":
                Table(node);
                break;
            case "p" or "div" or "section" or "article" or "main" or "header" or "dl" or "dt" or "dd" or "figure" or "figcaption" or "li" or "address" or "details" or "summary" or "body" or "tr":
                Block(() => Children(node));
                break;
            default:
                Children(node);
                break;
        }
    }

    private void Text(string text)
    {
        if (_pre > 0)
        {
            _text.Append(text.Replace("\n", "\n" + _indent, StringComparison.Ordinal));
            return;
        }

        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c) || c == '\u3000')
            {
                _text.Append(c);
            }
            else if (_text.Length > 0 && _text[^1] is not (' ' or '\n'))
            {
                _text.Append(' ');
            }
        }
    }

    private void Inline(string before, HtmlNode node, string after)
    {
        if (node.TextLength > 0)
        {
            _text.Append(before);
            Children(node);
            while (_text.Length > 0 && _text[^1] == ' ')
            {
                _text.Length--;
            }

            _text.Append(after);
        }
    }

    private void Link(HtmlNode node)
    {
        string href = node.Of("href").Trim();
        bool shown = markdown && _pre == 0 && node.TextLength > 0 && href.Length > 0 && !href.StartsWith('#')
            && Uri.TryCreate(page, href, out Uri? to) && to.Scheme is "http" or "https" or "mailto";
        if (!shown)
        {
            Children(node);
            return;
        }

        Uri target = new(page, href);
        int start = _text.Length;
        Children(node);
        string label = string.Join(' ', _text.ToString(start, _text.Length - start).Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        _text.Length = start;
        string address = target.AbsoluteUri;
        _text.Append(address.Length > 400 ? label : $"[{label}]({address})");
    }

    private void Preformatted(HtmlNode node) => Block(() =>
    {
        _pre++;
        _text.Append(markdown ? $"```\n{_indent}" : "");
        Children(node);
        while (_text.Length > 0 && _text[^1] is '\n' or ' ')
        {
            _text.Length--;
        }

        _text.Append(markdown ? $"\n{_indent}```" : "");
        _pre--;
    });

    private void List(HtmlNode list)
    {
        int number = int.TryParse(list.Of("start"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int first) ? first : 1;
        Gap(_indent.Length == 0 ? 2 : 1);
        foreach (HtmlNode item in list.Children.Where(child => child.Name.Length > 0 && child.TextLength > 0))
        {
            Gap(1);
            _text.Append(list.Name == "ol" ? $"{number++}. " : "- ");
            _marked = _text.Length;
            string around = _indent;
            _indent += "  ";
            if (item.Name == "li")
            {
                Children(item);
            }
            else
            {
                Node(item);
            }

            _indent = around;
        }

        Gap(_indent.Length == 0 ? 2 : 1);
    }

    private void Indented(string mark, HtmlNode node)
    {
        Gap(2);
        string around = _indent;
        _indent += mark;
        _text.Append(mark);
        _marked = _text.Length;
        Children(node);
        _indent = around;
        Gap(2);
    }

    private void Table(HtmlNode table)
    {
        List<HtmlNode> rows = [];
        Rows(table, rows);
        bool layout = rows.Count == 0 || rows.TrueForAll(row => row.Children.Count(Cell) < 2);
        Gap(2);
        foreach (HtmlNode row in rows)
        {
            if (layout)
            {
                Block(() => Children(row));
                continue;
            }

            string[] cells = [.. row.Children.Where(Cell).Select(cell => new PageWriter(page, markdown, skipExtras).Write(cell).ReplaceLineEndings(" "))];
            Gap(1);
            _text.Append("| ").AppendJoin(" | ", cells).Append(" |");
            if (row == rows[0] && markdown)
            {
                Gap(1);
                _text.Append("| ").AppendJoin(" | ", cells.Select(_ => "---")).Append(" |");
            }
        }

        Gap(2);
    }

    private static bool Cell(HtmlNode node) => node.Name is "td" or "th";

    private static void Rows(HtmlNode node, List<HtmlNode> rows)
    {
        foreach (HtmlNode child in node.Children)
        {
            if (child.Name == "tr")
            {
                rows.Add(child);
            }
            else if (child.Name is "thead" or "tbody" or "tfoot")
            {
                Rows(child, rows);
            }
        }
    }

    private void Block(Action write)
    {
        Gap(2);
        write();
        Gap(2);
    }

    private void Line()
    {
        _text.Append('\n').Append(_indent);
    }

    // At least so many line breaks before what follows.
    private void Gap(int lines)
    {
        int end = _text.Length;
        int breaks = 0;
        while (end > 0 && (_text[end - 1] is ' ' or '\n' || IsQuoteMark(end - 1)))
        {
            end--;
            breaks += _text[end] == '\n' ? 1 : 0;
        }

        if (end == 0 || _text.Length == _marked)
        {
            return; // nothing is before it, or only its mark
        }

        _text.Length = end;
        for (breaks = Math.Max(breaks, lines); breaks > 0; breaks--)
        {
            Line();
        }
    }

    // The mark of a quotation on a line of its own, not a character of the text.
    private bool IsQuoteMark(int at)
    {
        while (at >= 0 && _text[at] is '>' or ' ')
        {
            at--;
        }

        return at < 0 || _text[at] == '\n';
    }

    private static string Tidy(string text)
    {
        StringBuilder tidy = new(text.Length);
        int empty = 0;
        foreach (string line in text.Split('\n'))
        {
            string kept = line.TrimEnd();
            empty = kept.Length == 0 ? empty + 1 : 0;
            if (empty < 2 && (kept.Length > 0 || tidy.Length > 0))
            {
                tidy.Append(kept).Append('\n');
            }
        }

        return tidy.ToString().Trim('\n');
    }
}
