using System.Buffers;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Sse;

public sealed class JsonTextDecoderTests
{
    [Fact]
    public void Every_escape_of_JSON_means_what_the_framework_reads()
    {
        const string Escaped = """a\n\t\r\b\f\"\\\/\u0041\u00e9\u4e16\ud83d\ude00z""";
        Assert.Equal(JsonDocument.Parse($"\"{Escaped}\"").RootElement.GetString(), Decode(Escaped));
    }

    [Fact]
    public void Characters_cut_at_every_byte_arrive_whole()
    {
        const string Text = "né世界😀👩‍👩‍👧 end";
        byte[] bytes = Encoding.UTF8.GetBytes(Text);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                Assert.Equal(Text, Decode(bytes[..first], bytes[first..second], bytes[second..]));
            }
        }
    }

    [Fact]
    public void Surrogate_halves_in_two_strings_become_one_character() => Assert.Equal("a😀b", Decode("a\\ud83d", "\\ude00b"));

    [Theory]
    [InlineData("a\uFFFDb", "a\\ud83d", "b")]
    [InlineData("\uFFFDb", "\\ude00b")]
    [InlineData("\uFFFD😀", "\\ud83d\\ud83d", "\\ude00")]
    [InlineData("a\uFFFD", "a\\ud83d")]
    [InlineData("\uFFFD\n", "\\ud83d\\n")]
    public void A_half_that_stays_alone_is_replaced(string expected, params string[] strings) => Assert.Equal(expected, Decode(strings));

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xC3 }, "\uFFFD")]
    [InlineData(new byte[] { 0xE4, 0xB8, 0x61 }, "\uFFFDa")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "\uFFFD\uFFFD\uFFFD")]
    public void Bytes_that_are_no_text_are_replaced(byte[] bytes, string expected) => Assert.Equal(expected, Decode(bytes));

    [Fact]
    public void Part_of_a_character_before_an_escape_is_replaced() => Assert.Equal("\uFFFD\n", Decode([0xE4, 0xB8, (byte)'\\', (byte)'n']));

    [Fact]
    public void Random_bytes_never_throw_and_always_give_valid_text()
    {
        var random = new Random(20261121);
        for (int round = 0; round < 5_000; round++)
        {
            var output = new ArrayBufferWriter<byte>();
            var decoder = new JsonTextDecoder();
            for (int part = 0; part < 4; part++)
            {
                byte[] bytes = new byte[random.Next(12)];
                random.NextBytes(bytes);
                for (int i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = random.Next(3) == 0 ? (byte)"\\u83dD"[random.Next(6)] : bytes[i];
                }

                decoder.Append(bytes, output);
                Assert.True(System.Text.Unicode.Utf8.IsValid(output.WrittenSpan));
            }

            decoder.Flush(output);
            Assert.True(System.Text.Unicode.Utf8.IsValid(output.WrittenSpan));
        }
    }

    private static string Decode(params string[] strings) => Decode([.. strings.Select(Encoding.UTF8.GetBytes)]);

    private static string Decode(params byte[][] strings)
    {
        var output = new ArrayBufferWriter<byte>();
        var decoder = new JsonTextDecoder();
        foreach (byte[] text in strings)
        {
            decoder.Append(text, output);
        }

        decoder.Flush(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
