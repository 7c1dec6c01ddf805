namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>Why a JSON5 text was refused.</summary>
public enum Json5Fault
{
    /// <summary>Nothing but blanks and comments.</summary>
    Empty = 1,

    /// <summary>More bytes than allowed.</summary>
    TooLarge,

    /// <summary>More nested brackets than allowed.</summary>
    TooDeep,

    /// <summary>Bytes that are not UTF-8.</summary>
    BadEncoding,

    /// <summary>A string, comment or bracket that never ends.</summary>
    NotClosed,

    /// <summary>A character or word that cannot stand where it stands.</summary>
    Unexpected,

    /// <summary>A backslash sequence that JSON5 does not know.</summary>
    BadEscape,

    /// <summary>Something that starts like a number and is none.</summary>
    BadNumber,

    /// <summary>A number of JSON5 that JSON cannot hold: Infinity, NaN.</summary>
    NotInJson,

    /// <summary>Text after the end of the value.</summary>
    TrailingText,

    /// <summary>A path that the editor cannot follow in this text.</summary>
    NoSuchPlace,
}
