using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Protocol.Gateway;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Gateway;

public sealed class WebSocketAcceptTests
{
    [Fact]
    public void Answers_as_the_RFC_shows() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketAccept.Of("dGhlIHNhbXBsZSBub25jZQ=="));

    [Fact]
    public void Is_the_SHA_1_of_keys_of_every_length()
    {
        for (int length = 0; length <= 64; length++)
        {
            string key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32))[..length];
            Assert.Equal(Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))), WebSocketAccept.Of(key));
        }
    }

    [Fact]
    public void A_key_longer_than_any_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => WebSocketAccept.Of(new string('x', 65)));

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void A_clients_header_is_read_by_a_server_and_the_other_way_round(int length)
    {
        byte[] bytes = new byte[WebSocketHeader.MaxBytes];
        int written = WebSocketHeader.WriteClient(bytes, WebSocketOpcode.Text, length, 0x01020304);
        Assert.Equal(WebSocketHeaderResult.Read, WebSocketHeader.TryRead(bytes.AsSpan(0, written), out WebSocketHeader client, out int consumed));
        Assert.Equal((new WebSocketHeader(true, WebSocketOpcode.Text, length, 0x01020304), written), (client, consumed));
        Assert.Equal(WebSocketHeaderResult.ProtocolError, WebSocketHeader.TryReadServer(bytes.AsSpan(0, written), out _, out _));

        written = WebSocketHeader.WriteServer(bytes, WebSocketOpcode.Text, length);
        for (int cut = 0; cut < written; cut++)
        {
            Assert.Equal(WebSocketHeaderResult.Incomplete, WebSocketHeader.TryReadServer(bytes.AsSpan(0, cut), out _, out _));
        }

        Assert.Equal(WebSocketHeaderResult.Read, WebSocketHeader.TryReadServer(bytes.AsSpan(0, written), out WebSocketHeader server, out consumed));
        Assert.Equal((new WebSocketHeader(true, WebSocketOpcode.Text, length, 0), written), (server, consumed));
        Assert.NotEqual(WebSocketHeaderResult.Read, WebSocketHeader.TryRead(bytes.AsSpan(0, written), out _, out _));
    }
}
