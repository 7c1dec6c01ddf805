using System.Buffers;
using System.Text;
using OpenClaw.Edge.Protocol.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Sse;

public sealed class SseWriterTests
{
    [Fact]
    public void One_line_of_data_is_one_field()
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.WriteData(output, "{}"u8);
        Assert.Equal("data: {}\n\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("x", "a\nb", "event: x\ndata: a\ndata: b\n\n")]
    [InlineData("x", "a\r\nb\rc", "event: x\ndata: a\ndata: b\ndata: c\n\n")]
    [InlineData("", "", "data: \n\n")]
    public void Each_line_of_data_becomes_a_field(string name, string data, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.WriteEvent(output, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(data));
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void What_it_writes_the_parser_reads()
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.WriteEvent(output, "e"u8, "one\ntwo"u8);
        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        using var parser = new SseParser();
        Assert.True(parser.TryRead(ref buffer, isFinal: false, out SseEvent message));
        Assert.Equal("one\ntwo", Encoding.UTF8.GetString(message.Data));
    }
}
