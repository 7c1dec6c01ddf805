namespace OpenClaw.Edge.Tools;

/// <summary>An element of a page, or a run of text when it has no name.</summary>
internal sealed class HtmlNode(string name, HtmlNode? parent)
{
    /// <summary>Lower-case name; empty for text.</summary>
    public string Name { get; } = name;

    /// <summary>The element around it.</summary>
    public HtmlNode? Parent { get; } = parent;

    /// <summary>What is in it.</summary>
    public List<HtmlNode> Children { get; } = [];

    /// <summary>Decoded text of a run of text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Address, description, class and id, as far as a reader needs them.</summary>
    public Dictionary<string, string>? Attributes { get; set; }

    /// <summary>Characters of all text in it.</summary>
    public int TextLength { get; set; }

    /// <summary>Characters of all text in links in it.</summary>
    public int LinkLength { get; set; }

    /// <summary>How much it looks like the page's content.</summary>
    public double Score { get; set; }

    /// <summary>An attribute; empty when it is not there.</summary>
    public string Of(string attribute) => Attributes?.GetValueOrDefault(attribute) ?? "";
}
