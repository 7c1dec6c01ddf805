using System.Text;
using OpenClaw.Edge.Protocol.Docker;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Docker;

public sealed class LogDemuxerTests
{
    private static readonly byte[] s_twoStreams = [1, 0, 0, 0, 0, 0, 0, 3, (byte)'o', (byte)'u', (byte)'t', 2, 0, 0, 0, 0, 0, 0, 2, (byte)'n', (byte)'o'];

    [Fact]
    public void Output_and_errors_are_told_apart_wherever_the_stream_is_cut()
    {
        for (int cut = 0; cut <= s_twoStreams.Length; cut++)
        {
            LogDemuxer demuxer = new();
            StringBuilder output = new();
            StringBuilder errors = new();
            Assert.True(demuxer.TryFeed(s_twoStreams.AsSpan(0, cut), Take));
            Assert.True(demuxer.TryFeed(s_twoStreams.AsSpan(cut), Take));
            Assert.Equal(("out", "no", true), (output.ToString(), errors.ToString(), demuxer.IsWhole));

            void Take(ReadOnlySpan<byte> bytes, bool isError) => (isError ? errors : output).Append(Encoding.ASCII.GetString(bytes));
        }
    }

    [Fact]
    public void Payload_is_passed_on_before_its_frame_is_whole()
    {
        LogDemuxer demuxer = new();
        string seen = "";
        Assert.True(demuxer.TryFeed([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, (byte)'a'], (bytes, _) => seen += Encoding.ASCII.GetString(bytes)));
        Assert.Equal("a", seen);
        Assert.False(demuxer.IsWhole);
    }

    [Fact]
    public void What_is_no_frame_is_refused() => Assert.False(new LogDemuxer().TryFeed("HTTP/1.1 500"u8, (_, _) => { }));

    [Fact]
    public void An_empty_frame_says_nothing()
    {
        LogDemuxer demuxer = new();
        Assert.True(demuxer.TryFeed([2, 0, 0, 0, 0, 0, 0, 0], (_, _) => Assert.Fail("nothing was sent")));
        Assert.True(demuxer.IsWhole);
    }
}
