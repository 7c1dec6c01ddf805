namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>A place in a text.</summary>
/// <param name="Line">Line, from 1; ends of lines are LF, CRLF and CR.</param>
/// <param name="Column">Column in Unicode characters, from 1.</param>
public readonly record struct Json5Position(int Line, int Column)
{
    /// <summary>The place of a byte offset in UTF-8 text. Linear in the offset; meant for error messages.</summary>
    public static Json5Position Of(ReadOnlySpan<byte> utf8, int offset)
    {
        offset = Math.Clamp(offset, 0, utf8.Length);
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < offset; i++)
        {
            if (utf8[i] == (byte)'\n' || (utf8[i] == (byte)'\r' && (i + 1 >= utf8.Length || utf8[i + 1] != (byte)'\n')))
            {
                line++;
                lineStart = i + 1;
            }
        }
        int column = 1;
        foreach (byte value in utf8[lineStart..offset])
        {
            if ((value & 0xC0) != 0x80) // continuation bytes are no characters of their own
            {
                column++;
            }
        }
        return new Json5Position(line, column);
    }
}
