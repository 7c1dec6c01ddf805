namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Kinds of token of <see cref="Json5Lexer"/>.</summary>
internal enum Json5TokenKind
{
    End,
    Invalid,
    ObjectOpen,
    ObjectClose,
    ArrayOpen,
    ArrayClose,
    Colon,
    Comma,
    String,
    Number,
    Word,
}
