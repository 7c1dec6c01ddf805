using System.Buffers;
using System.Text;
using OpenClaw.Edge.Protocol.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Sse;

public sealed class SseParserTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n", "|a;|b")]
    [InlineData("data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b")]
    [InlineData("data: a\r\rdata: b\r\r", "|a;|b")]
    [InlineData("event: x\ndata: a\n\n", "x|a")]
    [InlineData("data:a\n\ndata:  b\n\n", "|a;| b")]
    [InlineData("data: a\ndata: b\ndata:\n\n", "|a\nb\n")]
    [InlineData(": comment\n\nid: 7\nretry: 1\ndata: a\n\n", "|a")]
    [InlineData("\n\n\ndata: a\n\n", "|a")]
    [InlineData("event: only\n\ndata: a\n\n", "|a")]
    [InlineData("data\n\n", "|")]
    [InlineData("\uFEFFdata: a\n\n", "|a")]
    [InlineData("data: {\"t\":\"h\u00e9\u4e16\ud83d\ude00\"}\n\ndata: [DONE]\n\n", "|{\"t\":\"h\u00e9\u4e16\ud83d\ude00\"};|[DONE]")]
    [InlineData("data: unfinished", "|unfinished")]
    [InlineData("data: [DONE]\n", "|[DONE]")]
    public void Reads_the_same_events_however_the_stream_is_cut(string stream, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(stream);
        Assert.Equal(expected, ReadWhole(new ReadOnlySequence<byte>(bytes)));
        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(expected, ReadWhole(SplitBytes.Every(bytes, size)));
        }

        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(expected, ReadInTwo(bytes, cut));
        }
    }

    [Fact]
    public void Leaves_an_unfinished_event_in_the_buffer()
    {
        using var parser = new SseParser();
        var buffer = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("data: a\n\ndata: b"));
        Assert.True(parser.TryRead(ref buffer, isFinal: false, out _));
        Assert.False(parser.TryRead(ref buffer, isFinal: false, out _));
        Assert.Equal("data: b", Encoding.UTF8.GetString(buffer));
    }

    [Fact]
    public void Joins_more_lines_than_its_first_buffer_holds()
    {
        string stream = string.Concat(Enumerable.Range(0, 500).Select(i => $"data: line {i}\n")) + "\n";
        string expected = "|" + string.Join('\n', Enumerable.Range(0, 500).Select(i => $"line {i}"));
        Assert.Equal(expected, ReadWhole(SplitBytes.Every(Encoding.UTF8.GetBytes(stream), 97)));
    }

    private static string ReadWhole(ReadOnlySequence<byte> buffer)
    {
        using var parser = new SseParser();
        List<string> events = [];
        Drain(parser, ref buffer, isFinal: true, events);
        Assert.True(buffer.IsEmpty);
        return string.Join(';', events);
    }

    private static string ReadInTwo(byte[] bytes, int cut)
    {
        using var parser = new SseParser();
        List<string> events = [];
        var buffer = new ReadOnlySequence<byte>(bytes, 0, cut);
        Drain(parser, ref buffer, isFinal: false, events);
        byte[] rest = [.. buffer.ToArray(), .. bytes[cut..]];
        buffer = new ReadOnlySequence<byte>(rest);
        Drain(parser, ref buffer, isFinal: true, events);
        return string.Join(';', events);
    }

    private static void Drain(SseParser parser, ref ReadOnlySequence<byte> buffer, bool isFinal, List<string> events)
    {
        while (parser.TryRead(ref buffer, isFinal, out SseEvent message))
        {
            events.Add(Encoding.UTF8.GetString(message.Name) + "|" + Encoding.UTF8.GetString(message.Data));
        }
    }
}
