namespace OpenClaw.Edge.Configuration;

/// <summary>What a key of the configuration holds.</summary>
internal enum ConfigKeyKind
{
    /// <summary>An object of known keys.</summary>
    Section,

    /// <summary>Anything; not looked into.</summary>
    Any,

    /// <summary>Known, kept, without effect here.</summary>
    Ignored,

    /// <summary>True or false; the words of a switch count too.</summary>
    Flag,

    /// <summary>A whole number in a range.</summary>
    Whole,

    /// <summary>A number in a range.</summary>
    Real,

    /// <summary>A text; a number counts as its digits.</summary>
    Text,

    /// <summary>A text with a unit (<c>30m</c>); a bare number counts as minutes.</summary>
    Span,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>A list of texts; a single text counts as a list of one.</summary>
    Texts,

    /// <summary>An object of texts.</summary>
    TextMap,
}
