using System.Net;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads HTML into a tree, as forgiving as pages demand. What a visitor cannot see is left out: scripts, styles, and elements
/// that are hidden, where orders to a model like to stand. Bounded in depth and number. Never throws on input.</summary>
internal sealed class HtmlReader
{
    private const int MaxNodes = 100_000;
    private const int MaxDepth = 200;

    private static readonly HashSet<string> s_void =
        ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

    private static readonly HashSet<string> s_raw = ["script", "style", "textarea", "title", "noscript", "iframe", "xmp", "noembed"];
    private static readonly HashSet<string> s_unseen = ["script", "style", "noscript", "iframe", "template", "svg", "math", "object", "noembed", "select", "dialog"];
    private static readonly HashSet<string> s_kept = ["href", "src", "alt", "class", "id", "role", "start", "lang"];

    // an opening tag closes these, up to the boundary
    private static readonly Dictionary<string, string[]> s_closes = new()
    {
        ["li"] = ["li"],
        ["dt"] = ["dt", "dd"],
        ["dd"] = ["dt", "dd"],
        ["tr"] = ["tr", "td", "th"],
        ["td"] = ["td", "th"],
        ["th"] = ["td", "th"],
        ["option"] = ["option"],
    };

    private static readonly HashSet<string> s_blocks =
        ["p", "div", "ul", "ol", "dl", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "hr", "form", "header", "footer", "main", "nav", "aside"];

    private readonly string _html;
    private readonly HtmlNode _root = new("#root", null);
    private HtmlNode _open;
    private int _depth;
    private int _nodes;
    private int _at;

    private HtmlReader(string html)
    {
        _html = html;
        _open = _root;
    }

    /// <summary>The page's title; empty when it has none.</summary>
    public string Title { get; private set; } = "";

    /// <summary>Reads a page.</summary>
    public static HtmlNode Read(string html, out string title)
    {
        HtmlReader reader = new(html);
        reader.Run();
        title = reader.Title;
        return reader._root;
    }

    private void Run()
    {
        while (_at < _html.Length && _nodes < MaxNodes)
        {
            int tag = _html.IndexOf('<', _at);
            if (tag < 0)
            {
                tag = _html.Length;
            }

            AddText(_html[_at..tag]);
            _at = tag;
            if (_at < _html.Length)
            {
                Tag();
            }
        }
    }

    private void Tag()
    {
        if (Starts("<!--"))
        {
            _at = After("-->");
        }
        else if (Starts("<!") || Starts("<?"))
        {
            _at = After(">");
        }
        else if (Starts("</"))
        {
            int end = After(">");
            Close(_html[(_at + 2)..Math.Max(_at + 2, end - 1)].Trim().ToLowerInvariant());
            _at = end;
        }
        else if (_at + 1 < _html.Length && char.IsAsciiLetter(_html[_at + 1]))
        {
            Open();
        }
        else
        {
            AddText("<");
            _at++;
        }
    }

    private void Open()
    {
        int start = ++_at;
        while (_at < _html.Length && !char.IsWhiteSpace(_html[_at]) && _html[_at] is not ('>' or '/'))
        {
            _at++;
        }

        string name = _html[start.._at].ToLowerInvariant();
        Dictionary<string, string>? attributes = Attributes(out bool hidden, out bool closed);
        if (s_raw.Contains(name))
        {
            int end = _html.IndexOf($"</{name}", _at, StringComparison.OrdinalIgnoreCase);
            end = end < 0 ? _html.Length : end;
            if (name == "title" && Title.Length == 0)
            {
                Title = PageText.Clean(WebUtility.HtmlDecode(_html[_at..end])).Trim();
            }

            _at = end;
            if (_at < _html.Length)
            {
                _at = After(">");
            }

            return;
        }

        if (s_void.Contains(name))
        {
            Add(new HtmlNode(name, _open) { Attributes = attributes });
            return;
        }

        if (hidden || s_unseen.Contains(name))
        {
            if (!closed)
            {
                Skip(name);
            }

            return;
        }

        CloseImplied(name);
        HtmlNode node = new(name, _open) { Attributes = attributes };
        Add(node);
        if (!closed && _depth < MaxDepth)
        {
            _open = node;
            _depth++;
        }
    }

    // Up to the end of an element that nobody sees; those of the same name inside count.
    private void Skip(string name)
    {
        int depth = 1;
        while (_at < _html.Length && depth > 0)
        {
            int tag = _html.IndexOf('<', _at);
            if (tag < 0)
            {
                _at = _html.Length;
                return;
            }

            _at = tag;
            if (Starts("<!--"))
            {
                _at = After("-->");
                continue;
            }

            bool closing = Starts("</");
            int from = tag + (closing ? 2 : 1);
            if (string.Compare(_html, from, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0
                && from + name.Length < _html.Length && !char.IsAsciiLetterOrDigit(_html[from + name.Length]))
            {
                depth += closing ? -1 : 1;
            }

            _at = Math.Max(After(">"), tag + 1);
        }
    }

    private Dictionary<string, string>? Attributes(out bool hidden, out bool closed)
    {
        Dictionary<string, string>? kept = null;
        (hidden, closed) = (false, false);
        while (_at < _html.Length && _html[_at] != '>')
        {
            if (char.IsWhiteSpace(_html[_at]) || _html[_at] == '/')
            {
                closed = _html[_at] == '/' && _at + 1 < _html.Length && _html[_at + 1] == '>';
                _at++;
                continue;
            }

            (string name, string value) = Attribute();
            hidden |= name == "hidden" || (name == "aria-hidden" && value == "true")
                || (name == "style" && IsHiding(value));
            if (s_kept.Contains(name))
            {
                (kept ??= []).TryAdd(name, WebUtility.HtmlDecode(value.Length > 2048 ? value[..2048] : value));
            }
        }

        _at = Math.Min(_at + 1, _html.Length);
        return kept;
    }

    private (string Name, string Value) Attribute()
    {
        int start = _at++;
        while (_at < _html.Length && !char.IsWhiteSpace(_html[_at]) && _html[_at] is not ('=' or '>' or '/'))
        {
            _at++;
        }

        string name = _html[start.._at].ToLowerInvariant();
        int equals = _at;
        while (equals < _html.Length && char.IsWhiteSpace(_html[equals]))
        {
            equals++;
        }

        if (equals >= _html.Length || _html[equals] != '=')
        {
            return (name, "");
        }

        _at = equals + 1;
        while (_at < _html.Length && char.IsWhiteSpace(_html[_at]))
        {
            _at++;
        }

        if (_at < _html.Length && _html[_at] is '"' or '\'')
        {
            int end = _html.IndexOf(_html[_at], _at + 1);
            end = end < 0 ? _html.Length : end;
            string quoted = _html[(_at + 1)..end];
            _at = Math.Min(end + 1, _html.Length);
            return (name, quoted);
        }

        int from = _at;
        while (_at < _html.Length && !char.IsWhiteSpace(_html[_at]) && _html[_at] != '>')
        {
            _at++;
        }

        return (name, _html[from.._at]);
    }

    private static bool IsHiding(string style)
    {
        string tight = style.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return tight.Contains("display:none", StringComparison.Ordinal) || tight.Contains("visibility:hidden", StringComparison.Ordinal)
            || tight.Contains("font-size:0", StringComparison.Ordinal) || tight.StartsWith("opacity:0;", StringComparison.Ordinal) || tight == "opacity:0";
    }

    private void CloseImplied(string name)
    {
        if (_open.Name == "p" && s_blocks.Contains(name))
        {
            Up();
        }
        else if (s_closes.TryGetValue(name, out string[]? closes))
        {
            while (closes.Contains(_open.Name))
            {
                Up();
            }
        }
    }

    private void Close(string name)
    {
        int up = 0;
        for (HtmlNode? node = _open; node is not null && node.Parent is not null; node = node.Parent)
        {
            up++;
            if (node.Name == name)
            {
                while (up-- > 0)
                {
                    Up();
                }

                return;
            }

            if (node.Name is "table" or "body")
            {
                return; // a stray end tag does not close what is around a table
            }
        }
    }

    private void Up()
    {
        _open = _open.Parent ?? _root;
        _depth--;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            string decoded = PageText.Clean(WebUtility.HtmlDecode(text));
            int length = decoded.AsSpan().Trim().Length;
            Add(new HtmlNode("", _open) { Text = decoded });
            bool link = false;
            for (HtmlNode? node = _open; node is not null && length > 0; node = node.Parent)
            {
                node.TextLength += length;
                link |= node.Name == "a";
                node.LinkLength += link ? length : 0;
            }
        }
    }

    private void Add(HtmlNode node)
    {
        _nodes++;
        _open.Children.Add(node);
    }

    private bool Starts(string text) => string.CompareOrdinal(_html, _at, text, 0, text.Length) == 0;

    private int After(string text)
    {
        int end = _html.IndexOf(text, _at, StringComparison.Ordinal);
        return end < 0 ? _html.Length : end + text.Length;
    }
}
