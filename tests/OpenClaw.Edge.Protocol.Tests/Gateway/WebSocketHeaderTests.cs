using OpenClaw.Edge.Protocol.Gateway;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Gateway;

public sealed class WebSocketHeaderTests
{
    [Fact]
    public void Reads_the_masked_hello_of_the_rfc()
    {
        byte[] frame = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]; // RFC 6455, 5.7

        Assert.Equal(WebSocketHeaderResult.Read, WebSocketHeader.TryRead(frame, out WebSocketHeader header, out int consumed));
        Assert.Equal((6, 5L, true, WebSocketOpcode.Text), (consumed, header.Length, header.Fin, header.Opcode));
        Span<byte> payload = frame.AsSpan(consumed);
        WebSocketHeader.ApplyMask(payload, header.Mask);
        Assert.Equal("Hello"u8, payload);
        for (int cut = 0; cut < consumed; cut++)
        {
            Assert.Equal(WebSocketHeaderResult.Incomplete, WebSocketHeader.TryRead(frame.AsSpan(0, cut), out _, out _));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xc1, 0x80, 0, 0, 0, 0 })] // compression bit
    [InlineData(new byte[] { 0x83, 0x80, 0, 0, 0, 0 })] // reserved opcode
    [InlineData(new byte[] { 0x81, 0x05, 0, 0, 0, 0 })] // not masked
    [InlineData(new byte[] { 0x09, 0x80, 0, 0, 0, 0 })] // fragmented ping
    [InlineData(new byte[] { 0x89, 0xfe, 0, 126, 0, 0, 0, 0 })] // long ping
    [InlineData(new byte[] { 0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })] // negative length
    public void Refuses_what_a_client_may_not_send(byte[] frame)
    {
        Assert.Equal(WebSocketHeaderResult.ProtocolError, WebSocketHeader.TryRead(frame, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(1027)]
    public void Masking_twice_gives_the_payload_back(int length)
    {
        byte[] payload = new byte[length];
        new Random(7).NextBytes(payload);
        byte[] masked = (byte[])payload.Clone();
        byte[] key = [1, 2, 3, 4];
        WebSocketHeader.ApplyMask(masked, BitConverter.ToUInt32(key));
        for (int index = 0; index < length; index++)
        {
            Assert.Equal((byte)(payload[index] ^ key[index % 4]), masked[index]);
        }
    }

    [Theory]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65535, 4)]
    [InlineData(65536, 10)]
    public void Writes_the_shortest_header(int length, int expected)
    {
        Assert.Equal(expected, WebSocketHeader.WriteServer(new byte[14], WebSocketOpcode.Text, length));
    }
}
