using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>A text without end of which both sides know every piece, so that a reader can check what arrived against what was said.</summary>
public static class TokenStream
{
    private static readonly string[] Words =
        ("Rain moves over the low fields and the kettle sings on the stove while two children count the steps down to the " +
         "landing where a ferry waits with its lamps already lit for the slow crossing to the other bank").Split(' ');

    private static readonly string[] Cache = [.. Enumerable.Range(0, Words.Length * 12).Select(Make)];

    /// <summary>Piece <paramref name="index"/> of the stream: a word with a space before it, and a full stop after every twelfth.</summary>
    public static string Piece(int index) => index == 0 ? Words[0] : Cache[index % Cache.Length];

    /// <summary>The first <paramref name="count"/> pieces as one text.</summary>
    public static string Text(int count)
    {
        StringBuilder text = new(count * 6);
        for (int i = 0; i < count; i++)
        {
            text.Append(Piece(i));
        }

        return text.ToString();
    }

    /// <summary>A piece that says when it was made: a space and the monotonic clock's nanoseconds, comparable between processes of one machine.</summary>
    public static string Stamp() => string.Create(CultureInfo.InvariantCulture, $" {Stopwatch.GetTimestamp()}");

    private static string Make(int index) => index % 12 == 11 ? $" {Words[index % Words.Length]}." : $" {Words[index % Words.Length]}";
}
