using System.Buffers;
using System.Text;
using OpenClaw.Edge.Protocol.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Sse;

public sealed class NdjsonReaderTests
{
    [Theory]
    [InlineData("{\"a\":1}\n{\"b\":2}\n", "{\"a\":1};{\"b\":2}")]
    [InlineData("{\"a\":1}\r\n{\"b\":2}\r\n", "{\"a\":1};{\"b\":2}")]
    [InlineData("{\"a\":1}\r{\"b\":2}", "{\"a\":1};{\"b\":2}")]
    [InlineData("\n\n{\"a\":\"\u4e16\ud83d\ude00\"}\n\n", "{\"a\":\"\u4e16\ud83d\ude00\"}")]
    [InlineData("", "")]
    public void Reads_the_same_lines_however_the_stream_is_cut(string stream, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(stream);
        for (int size = 1; size <= bytes.Length; size++)
        {
            ReadOnlySequence<byte> buffer = SplitBytes.Every(bytes, size);
            Assert.Equal(expected, string.Join(';', Drain(ref buffer, isFinal: true)));
            Assert.True(buffer.IsEmpty);
        }

        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, cut);
            List<string> lines = Drain(ref buffer, isFinal: false);
            buffer = new ReadOnlySequence<byte>([.. buffer.ToArray(), .. bytes[cut..]]);
            lines.AddRange(Drain(ref buffer, isFinal: true));
            Assert.Equal(expected, string.Join(';', lines));
        }
    }

    private static List<string> Drain(ref ReadOnlySequence<byte> buffer, bool isFinal)
    {
        using var reader = new NdjsonReader();
        List<string> lines = [];
        while (reader.TryRead(ref buffer, isFinal, out ReadOnlySpan<byte> line))
        {
            lines.Add(Encoding.UTF8.GetString(line));
        }

        return lines;
    }
}
