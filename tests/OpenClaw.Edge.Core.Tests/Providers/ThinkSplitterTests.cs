using System.Text;
using OpenClaw.Edge.Providers;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class ThinkSplitterTests
{
    [Theory]
    [InlineData("<think>hm 世</think>Hello", "hm 世", "Hello")]
    [InlineData("\n <think>\n\nhm\n</think>\n\nHello\n", "hm\n", "Hello\n")]
    [InlineData("<think>\n\n</think>\n\nHello", "", "Hello")]
    [InlineData("Hello <think>no</think>", "", "Hello <think>no</think>")]
    [InlineData("<thin> Hello", "", "<thin> Hello")]
    [InlineData("  Hello", "", "  Hello")]
    [InlineData("<think>a </thin b</think>c</think>", "a </thin b", "c</think>")]
    [InlineData("<think>never ends </th", "never ends </th", "")]
    [InlineData("<thi", "", "<thi")]
    [InlineData("<think>a</think><think>b</think>", "a", "<think>b</think>")]
    public void Reasoning_at_the_start_is_told_from_the_answer_wherever_it_is_split(string answer, string thinking, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(answer);
        for (int first = 0; first <= utf8.Length; first++)
        {
            for (int second = first; second <= utf8.Length; second++)
            {
                Assert.Equal((thinking, text), Read(utf8[..first], utf8[first..second], utf8[second..]));
            }
        }
    }

    [Fact]
    public void Reasoning_without_an_end_is_not_waited_for_for_ever()
    {
        var split = new ThinkSplitter();
        split.Split("<think>x"u8.ToArray());
        split.Split(new byte[ThinkSplitter.MaxThinkingBytes]);

        Assert.Equal([(false, "answer")], split.Split("answer"u8.ToArray()).Select(piece => (piece.Thinking, Encoding.UTF8.GetString(piece.Utf8.Span))));
    }

    [Fact]
    public void Endless_blank_space_is_text()
    {
        var split = new ThinkSplitter();
        Assert.False(Assert.Single(split.Split(Encoding.UTF8.GetBytes(new string(' ', 65)))).Thinking);
    }

    private static (string Thinking, string Text) Read(params byte[][] parts)
    {
        var split = new ThinkSplitter();
        List<byte> thinking = [];
        List<byte> text = [];
        foreach (byte[] part in parts)
        {
            Take(split.Split(part));
        }

        Take(split.End());
        return (Encoding.UTF8.GetString([.. thinking]), Encoding.UTF8.GetString([.. text]));

        void Take(IReadOnlyList<(bool Thinking, ReadOnlyMemory<byte> Utf8)> pieces)
        {
            foreach ((bool isThinking, ReadOnlyMemory<byte> utf8) in pieces)
            {
                (isThinking ? thinking : text).AddRange(utf8.ToArray());
            }
        }
    }
}
