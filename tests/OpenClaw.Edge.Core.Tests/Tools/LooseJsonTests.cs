using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class LooseJsonTests
{
    [Theory]
    [InlineData("{'path': 'a.txt', }", """{"path":"a.txt"}""")]
    [InlineData("{path: 'it\\'s', 'b': 'it's'}", """{"path":"it's","b":"it's"}""")]
    [InlineData("{\"a\": True, \"b\": None, \"c\": -1.5e3,}", """{"a":true,"b":null,"c":-1.5e3}""")]
    [InlineData("{\"a\": \"x\" \"b\": [1 2,,3]}", """{"a":"x","b":[1,2,3]}""")]
    [InlineData("{\"a\": \"two\nlines\"}", """{"a":"two\nlines"}""")]
    [InlineData("{\"a\": [{\"b\": 1", """{"a":[{"b":1}]}""")]
    [InlineData("{“a”: “b”}", """{"a":"b"}""")]
    [InlineData("{\"a\": \"C:\\docs \\d+ \\u00e4\"}", """{"a":"C:\\docs \\d+ ä"}""")]
    [InlineData("{a=1}", """{"a":1}""")]
    [InlineData("{}", "{}")]
    public void Reads_what_was_meant(string written, string meant)
    {
        Assert.True(LooseJson.TryRead(written, out string json));
        Assert.Equal(meant, json);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\": \"never closed}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{\"a\": what}")]
    [InlineData("{\"a\": \"say \"hi\" now\"}")]
    [InlineData("{} and more")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void Refuses_what_nobody_can_know(string written) => Assert.False(LooseJson.TryRead(written, out _));

    [Fact]
    public void Never_throws()
    {
        Random random = new(11);
        const string Letters = "{}[]\"':,\\ab1-.\nu“”\ud800 ";
        for (int round = 0; round < 5000; round++)
        {
            char[] text = new char[random.Next(40)];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = Letters[random.Next(Letters.Length)];
            }

            LooseJson.TryRead(new string(text), out _);
        }
    }

    [Fact]
    public void Arguments_of_a_call_are_repaired_before_they_are_refused()
    {
        ReadTool read = new();

        Assert.True(ToolArguments.TryRead(read.Spec, "{'path': 'a.txt', 'limit': '5',}", out var arguments, out _));
        Assert.Equal("""{"path":"a.txt","limit":5}""", arguments.GetRawText());
        Assert.False(ToolArguments.TryRead(read.Spec, "{\"path\": \"a.txt", out _, out string problem));
        Assert.Contains("not valid JSON", problem);
        Assert.Contains("Expected JSON schema", problem);
    }
}
