using System.Text;
using OpenClaw.Edge.Protocol.Json5;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Json5;

public sealed class Json5TranscoderTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData("  true ", "true")]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    [InlineData("{a:1}", """{"a":1}""")]
    [InlineData("{'a':1,}", """{"a":1}""")]
    [InlineData("[1,2,]", "[1,2]")]
    [InlineData("[ [ ], { }, ]", "[[],{}]")]
    [InlineData("{$x_1: 1, _y: 2}", """{"$x_1":1,"_y":2}""")]
    [InlineData("{\u00fcber: 1, \u540d\u524d: 2, caf\u00e9\u0301: 3}", "{\"\u00fcber\":1,\"\u540d\u524d\":2,\"caf\u00e9\u0301\":3}")]
    [InlineData("{\\u0061b: 1}", "{\"ab\":1}")]
    [InlineData("{true: 1, null: 2, Infinity: 3}", """{"true":1,"null":2,"Infinity":3}""")]
    [InlineData("// c\n1 // d", "1")]
    [InlineData("/* a * b */ [ /* x */ 1 /**/ , 2 ]", "[1,2]")]
    [InlineData("\uFEFF\u00A0\u2028[\v\f1]\u3000", "[1]")]
    [InlineData("// ends at a line separator\u20281", "1")]
    public void Reads_structure(string json5, string json) => Assert.Equal(json, Transcode(json5));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("+5", "5")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("5.e2", "5e2")]
    [InlineData("-.5E-3", "-0.5E-3")]
    [InlineData("+1.5e+10", "1.5e+10")]
    [InlineData("0xFF", "255")]
    [InlineData("-0x10", "-16")]
    [InlineData("0XdecafC0FFEE", "15310212104174")]
    [InlineData("0xffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    public void Reads_numbers(string json5, string json) => Assert.Equal(json, Transcode(json5));

    [Theory]
    [InlineData("\"plain\"", "\"plain\"")]
    [InlineData("'plain'", "\"plain\"")]
    [InlineData("\"it's\"", "\"it's\"")]
    [InlineData("'say \"hi\"'", "\"say \\\"hi\\\"\"")]
    [InlineData("'don\\'t'", "\"don't\"")]
    [InlineData("\"\\\"\"", "\"\\\"\"")]
    [InlineData("'a\\\nb'", "\"ab\"")]
    [InlineData("'a\\\r\nb'", "\"ab\"")]
    [InlineData("'a\\\rb'", "\"ab\"")]
    [InlineData("'a\\\u2028b'", "\"ab\"")]
    [InlineData("'\\b\\f\\n\\r\\t\\v\\0'", "\"\\b\\f\\n\\r\\t\\u000b\\u0000\"")]
    [InlineData("'\\x41\\u0042'", "\"AB\"")]
    [InlineData("'\\x22\\x5c'", "\"\\\"\\\\\"")]
    [InlineData("'\\ud83d\\ude00'", "\"\ud83d\ude00\"")]
    [InlineData("'\\q\\/\\\u00e9'", "\"q\\/\u00e9\"")]
    [InlineData("'tab\there'", "\"tab\\u0009here\"")]
    [InlineData("'\u2028'", "\"\u2028\"")]
    [InlineData("'\u4f60\u597d \ud83e\udd9e'", "\"\u4f60\u597d \ud83e\udd9e\"")]
    [InlineData("''", "\"\"")]
    public void Reads_strings(string json5, string json) => Assert.Equal(json, Transcode(json5));

    [Theory]
    [InlineData("", Json5Fault.Empty, 1, 1)]
    [InlineData(" // only a comment", Json5Fault.Empty, 1, 1)]
    [InlineData("{a:1", Json5Fault.NotClosed, 1, 1)]
    [InlineData("{\n  a: [1, 2,\n", Json5Fault.NotClosed, 2, 6)]
    [InlineData("{a:1 b:2}", Json5Fault.Unexpected, 1, 6)]
    [InlineData("{\n  a: 1\n  b: 2\n}", Json5Fault.Unexpected, 3, 3)]
    [InlineData("[1 2]", Json5Fault.Unexpected, 1, 4)]
    [InlineData("[1,,2]", Json5Fault.Unexpected, 1, 4)]
    [InlineData("[,]", Json5Fault.Unexpected, 1, 2)]
    [InlineData("{,}", Json5Fault.Unexpected, 1, 2)]
    [InlineData("{a 1}", Json5Fault.Unexpected, 1, 4)]
    [InlineData("{a = 1}", Json5Fault.Unexpected, 1, 4)]
    [InlineData("{a:}", Json5Fault.Unexpected, 1, 4)]
    [InlineData("{a:1]", Json5Fault.Unexpected, 1, 5)]
    [InlineData("[1}", Json5Fault.Unexpected, 1, 3)]
    [InlineData("{1: 2}", Json5Fault.Unexpected, 1, 2)]
    [InlineData("{my-key: 1}", Json5Fault.Unexpected, 1, 2)]
    [InlineData("{a: http://x}", Json5Fault.Unexpected, 1, 5)]
    [InlineData("{a: True}", Json5Fault.Unexpected, 1, 5)]
    [InlineData("1 2", Json5Fault.TrailingText, 1, 3)]
    [InlineData("{}}", Json5Fault.TrailingText, 1, 3)]
    [InlineData("{} x", Json5Fault.TrailingText, 1, 4)]
    [InlineData("'abc", Json5Fault.NotClosed, 1, 1)]
    [InlineData("'a\nb'", Json5Fault.NotClosed, 1, 1)]
    [InlineData("'a\\", Json5Fault.NotClosed, 1, 1)]
    [InlineData("/* never", Json5Fault.NotClosed, 1, 1)]
    [InlineData("/", Json5Fault.Unexpected, 1, 1)]
    [InlineData("'\\x4'", Json5Fault.BadEscape, 1, 2)]
    [InlineData("'\\u12G4'", Json5Fault.BadEscape, 1, 2)]
    [InlineData("'\\01'", Json5Fault.BadEscape, 1, 2)]
    [InlineData("'\\9'", Json5Fault.BadEscape, 1, 2)]
    [InlineData("'\\ud800'", Json5Fault.BadEscape, 1, 2)]
    [InlineData("'\\ude00'", Json5Fault.BadEscape, 1, 2)]
    [InlineData("{\\u0020: 1}", Json5Fault.BadEscape, 1, 2)]
    [InlineData("Infinity", Json5Fault.NotInJson, 1, 1)]
    [InlineData("-Infinity", Json5Fault.NotInJson, 1, 1)]
    [InlineData("[NaN]", Json5Fault.NotInJson, 1, 2)]
    [InlineData("[+NaN]", Json5Fault.NotInJson, 1, 2)]
    [InlineData("010", Json5Fault.BadNumber, 1, 1)]
    [InlineData("1.2.3", Json5Fault.BadNumber, 1, 1)]
    [InlineData("30m", Json5Fault.BadNumber, 1, 1)]
    [InlineData("1e", Json5Fault.BadNumber, 1, 1)]
    [InlineData(".", Json5Fault.BadNumber, 1, 1)]
    [InlineData("+", Json5Fault.BadNumber, 1, 1)]
    [InlineData("0x", Json5Fault.BadNumber, 1, 1)]
    [InlineData("0xfg", Json5Fault.BadNumber, 1, 1)]
    [InlineData("192.168.1.1", Json5Fault.BadNumber, 1, 1)]
    [InlineData("{a: \u00e9\u00e9, b: #}", Json5Fault.Unexpected, 1, 5)]
    public void Refuses_and_names_the_place(string json5, Json5Fault fault, int line, int column)
    {
        Assert.False(Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes(json5), out _, out Json5Error? error));
        Assert.Equal((fault, line, column), (error.Fault, error.Line, error.Column));
        Assert.NotEmpty(error.What);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void Columns_count_characters_not_bytes()
    {
        Assert.False(Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes("['\u540d\u524d\ud83e\udd9e', #]"), out _, out Json5Error? error));
        Assert.Equal(9, error.Column);
    }

    [Fact]
    public void Refuses_bytes_that_are_not_utf8()
    {
        byte[] text = [.. "{\n a: '"u8, 0xC3, 0x28, .. "'}"u8];
        Assert.False(Json5Transcoder.TryTranscode(text, out _, out Json5Error? error));
        Assert.Equal((Json5Fault.BadEncoding, 2), (error.Fault, error.Line));
    }

    [Fact]
    public void Depth_is_limited()
    {
        string deepest = new string('[', Json5Transcoder.MaxDepth) + new string(']', Json5Transcoder.MaxDepth);
        Assert.Equal(deepest, Transcode(deepest));
        Assert.False(Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes("[" + deepest + "]"), out _, out Json5Error? error));
        Assert.Equal((Json5Fault.TooDeep, 65), (error.Fault, error.Column));
    }

    [Fact]
    public void Size_is_limited()
    {
        Assert.True(Json5Transcoder.TryTranscode("[1,2]"u8.ToArray(), out _, out _, maxBytes: 5));
        Assert.False(Json5Transcoder.TryTranscode("[1,2] "u8.ToArray(), out _, out Json5Error? error, maxBytes: 5));
        Assert.Equal(Json5Fault.TooLarge, error.Fault);
    }

    [Fact]
    public void A_place_in_the_json_leads_back_to_the_line()
    {
        byte[] text = Encoding.UTF8.GetBytes("// head\r\n{\r\n  a: 1, // one\n  b: {\n    'c': [1,\n      2]\n  }\n}\n");
        Assert.True(Json5Transcoder.TryTranscode(text, out Json5Document? document, out _));
        string json = Encoding.UTF8.GetString(document.Json.Span);
        Assert.Equal("""{"a":1,"b":{"c":[1,2]}}""", json);
        Assert.Equal(new Json5Position(2, 1), document.Locate(0));
        Assert.Equal(new Json5Position(3, 3), document.Locate(json.IndexOf("\"a\"", StringComparison.Ordinal)));
        Assert.Equal(new Json5Position(3, 6), document.Locate(json.IndexOf('1', StringComparison.Ordinal)));
        Assert.Equal(new Json5Position(5, 5), document.Locate(json.IndexOf("\"c\"", StringComparison.Ordinal)));
        Assert.Equal(new Json5Position(6, 7), document.Locate(json.IndexOf('2', StringComparison.Ordinal)));
    }

    private static string Transcode(string json5)
    {
        bool good = Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes(json5), out Json5Document? document, out Json5Error? error);
        Assert.True(good, error?.ToString());
        return Encoding.UTF8.GetString(document!.Json.Span);
    }
}
