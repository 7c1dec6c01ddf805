using System.Buffers;
using System.Text;
using OpenClaw.Edge.Protocol.Gateway;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Gateway;

public sealed class FrameReaderTests
{
    [Theory]
    [InlineData("""{"type":"req","id":"1","method":"status"}""", FrameError.None)]
    [InlineData("""{"type":"req","id":"1","method":"chat.send","params":{"a":[1,{"b":"}"}]}}""", FrameError.None)]
    [InlineData("""{"method":"x","extra":{"deep":[null]},"id":"é\u00e9","type":"req","params":null}""", FrameError.None)]
    [InlineData("""{"type":"req","id":7,"method":"status"}""", FrameError.BadId)]
    [InlineData("""{"type":"req","method":"status"}""", FrameError.MissingId)]
    [InlineData("""{"type":"req","id":"","method":"status"}""", FrameError.BadId)]
    [InlineData("""{"type":"req","id":"1"}""", FrameError.MissingMethod)]
    [InlineData("""{"type":"req","id":"1","method":["x"]}""", FrameError.MethodNotText)]
    [InlineData("""{"type":"event","id":"1","method":"x"}""", FrameError.WrongType)]
    [InlineData("""[1,2]""", FrameError.NotObject)]
    [InlineData("\"text\"", FrameError.NotObject)]
    [InlineData("""{"type":"req","id":"1","method":"x"} {""", FrameError.NotJson)]
    [InlineData("""{"type":"req","id":"1","method":"x","params":{""", FrameError.NotJson)]
    [InlineData("""{"type":"req","id":"\ud800","method":"x"}""", FrameError.NotJson)]
    [InlineData("", FrameError.NotJson)]
    [InlineData("hello", FrameError.NotJson)]
    public void Classifies_a_frame_wherever_it_is_split(string text, FrameError expected)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, FrameReader.TryRead(new ReadOnlySequence<byte>(utf8), out _));
        for (int cut = 1; cut < utf8.Length; cut++)
        {
            Assert.Equal(expected, FrameReader.TryRead(Split(utf8, cut), out _));
        }
    }

    [Fact]
    public void Params_stay_a_slice_with_their_exact_bytes()
    {
        byte[] utf8 = Encoding.UTF8.GetBytes("""{"params": {"text":"a\"}b","n":[1, 2]} ,"id":"x","type":"req","method":"m"}""");
        for (int cut = 1; cut < utf8.Length; cut++)
        {
            Assert.Equal(FrameError.None, FrameReader.TryRead(Split(utf8, cut), out RequestFrame frame));
            Assert.Equal("""{"text":"a\"}b","n":[1, 2]}""", Encoding.UTF8.GetString(frame.Params.ToArray()));
            Assert.Equal("x", frame.Id);
            Assert.Equal("m", frame.Method);
        }
    }

    [Fact]
    public void Never_throws_on_damaged_frames()
    {
        byte[] good = Encoding.UTF8.GetBytes("""{"type":"req","id":"1","method":"chat.send","params":{"sessionKey":"main","message":"grüße \u00fc","n":[1,2.5e3,true,null]}}""");
        var random = new Random(20261121);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bad = (byte[])good.Clone();
            for (int hit = random.Next(1, 6); hit > 0; hit--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            FrameError error = FrameReader.TryRead(new ReadOnlySequence<byte>(bad, 0, random.Next(bad.Length + 1)), out RequestFrame frame);
            Assert.True(error != FrameError.None || frame.Method.Length > 0);
        }
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_not_json()
    {
        string deep = """{"type":"req","id":"1","method":"x","params":""" + new string('[', 200) + new string(']', 200) + "}";

        Assert.Equal(FrameError.NotJson, FrameReader.TryRead(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(deep)), out _));
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int cut)
    {
        var first = new Segment(bytes.AsMemory(0, cut));
        Segment last = first.Then(bytes.AsMemory(cut));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
