using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class TurnTextTests
{
    private const string Nasty = "a\"b\\c\n\r\t\u0001\u001f é 漢字 😀 \u2028 </script>";

    [Fact]
    public void Escapes_once_what_json_demands_and_nothing_else()
    {
        using TurnText text = new();
        byte[] utf8 = Encoding.UTF8.GetBytes(Nasty);
        foreach (Rune rune in Nasty.EnumerateRunes())
        {
            text.Append(Encoding.UTF8.GetBytes(rune.ToString()));
        }

        TextPiece piece = text.Take();

        Assert.Equal(Nasty, Unescape(piece.Delta));
        Assert.Equal(Nasty, text.RunText);
        Assert.Contains("漢字 😀 \u2028 </script>", Encoding.UTF8.GetString(piece.Delta.Span), StringComparison.Ordinal);
        Assert.Equal(utf8.Length + 5 + 5 + 5, piece.Delta.Length);
    }

    [Fact]
    public void Keeps_message_and_run_apart_by_a_blank_line()
    {
        using TurnText text = new();
        text.Append("Let me "u8);
        text.Take();
        text.Append("check."u8);
        TextPiece first = text.Take();
        text.BeginMessage();
        text.Append("Hello"u8);
        TextPiece second = text.Take();
        text.Append("!"u8);
        TextPiece third = text.Take();

        Assert.Equal(("check.", "Let me check.", "check.", "Let me check."), Texts(first));
        Assert.Equal(("Hello", "Hello", "\n\nHello", "Let me check.\n\nHello"), Texts(second));
        Assert.Equal(("!", "Hello!", "!", "Let me check.\n\nHello!"), Texts(third));
        Assert.Equal("Hello!", text.MessageText);
    }

    [Fact]
    public void Starts_the_run_with_the_first_message_that_has_text()
    {
        using TurnText text = new();
        text.BeginMessage();
        text.BeginMessage();
        text.Append("x"u8);

        Assert.Equal(("x", "x", "x", "x"), Texts(text.Take()));
    }

    [Fact]
    public void What_was_taken_stays_as_it_was()
    {
        TurnText text = new();
        List<(TextPiece Piece, string Run, string Delta)> taken = [];
        string all = "";
        for (int count = 0; count < 500; count++)
        {
            string delta = $"piece {count} \"{new string((char)('a' + (count % 26)), count)}\"";
            text.Append(Encoding.UTF8.GetBytes(delta));
            all += delta;
            taken.Add((text.Take(), all, delta));
        }

        text.BeginMessage();
        text.Append("never seen"u8);
        text.DropMessage();
        text.Dispose();
        using TurnText next = new();
        next.Append(Encoding.UTF8.GetBytes(new string('z', 100_000)));

        Assert.All(taken, one => Assert.Equal((one.Run, one.Delta), (Unescape(one.Piece.Run), Unescape(one.Piece.Delta))));
    }

    [Fact]
    public void Is_bounded()
    {
        using TurnText text = new();
        byte[] chunk = new byte[1024 * 1024];
        Array.Fill(chunk, (byte)'x');
        for (int count = 0; count < 10; count++)
        {
            text.Append(chunk);
        }

        Assert.True(text.IsFull);
        Assert.Equal(TurnText.MaxBytes, text.RunText.Length);
    }

    private static (string, string, string, string) Texts(TextPiece piece) =>
        (Unescape(piece.Delta), Unescape(piece.Message), Unescape(piece.RunDelta), Unescape(piece.Run));

    private static string Unescape(ReadOnlyMemory<byte> escaped)
    {
        using JsonDocument document = JsonDocument.Parse($"\"{Encoding.UTF8.GetString(escaped.Span)}\"");
        return document.RootElement.GetString()!;
    }
}
