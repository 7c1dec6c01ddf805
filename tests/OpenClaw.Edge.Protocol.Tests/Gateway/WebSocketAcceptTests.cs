using OpenClaw.Edge.Protocol.Gateway;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Gateway;

public sealed class WebSocketAcceptTests
{
    [Fact]
    public void Answers_as_the_RFC_shows() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketAccept.Of("dGhlIHNhbXBsZSBub25jZQ=="));

    [Theory] // by Python's hashlib; 36 more bytes go behind the key, a block has 64, nine of them for the end
    [InlineData(0, "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=")]
    [InlineData(18, "qChxkF3JDYNASeew3saQqqTWi7o=")]
    [InlineData(19, "tWclcP21hrR+xgjYVswtQRW71GQ=")]
    [InlineData(24, "Osl8Plp/k+NDIMqB3yv/XvvAbcA=")]
    [InlineData(27, "qUNe7W8rvas6tQS5F4QBTf/JpvE=")]
    [InlineData(28, "x9bmfLYIxLMaaT5h0sFuRlAhhb8=")]
    [InlineData(63, "+YEa9t+xlh2r1/phVksN4QALRuU=")]
    [InlineData(64, "d3g+v0T8vq/Wjewzan1FGbXRhkk=")]
    public void Is_the_SHA_1_of_keys_on_both_sides_of_a_block(int length, string expected) =>
        Assert.Equal(expected, WebSocketAccept.Of(new string('k', length)));

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
