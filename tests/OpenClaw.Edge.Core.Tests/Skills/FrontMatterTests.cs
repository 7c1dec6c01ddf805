using System.Text.Json;
using OpenClaw.Edge.Skills;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Skills;

public sealed class FrontMatterTests
{
    [Theory]
    [InlineData("name: a", """{"name":"a"}""")]
    [InlineData("name: a # said", """{"name":"a"}""")]
    [InlineData("name: 'it''s'", """{"name":"it's"}""")]
    [InlineData("name: \"a: \\\"b\\\" \\u00e9\"", """{"name":"a: \"b\" é"}""")]
    [InlineData("name: \"broken \\ud83d\"", """{"name":"broken �"}""")]
    [InlineData("description: Use this: when a colon stands there", """{"description":"Use this: when a colon stands there"}""")]
    [InlineData("description: one\n  and two", """{"description":"one and two"}""")]
    [InlineData("description: >\n  one\n  two\nname: a", """{"description":"one two","name":"a"}""")]
    [InlineData("description: |-\n  one\n  two", """{"description":"one\ntwo"}""")]
    [InlineData("always: true\nnever: false\nnothing: ~\nempty:", """{"always":true,"never":false,"nothing":null,"empty":null}""")]
    [InlineData("a:\n  b:\n    c: d\n  e: f", """{"a":{"b":{"c":"d"},"e":"f"}}""")]
    [InlineData("a:\n  - one\n  - two\nb: c", """{"a":["one","two"],"b":"c"}""")]
    [InlineData("a:\n- one\n- two\nb: c", """{"a":["one","two"],"b":"c"}""")]
    [InlineData("a:\n  - id: x\n    kind: y\n  - id: z", """{"a":[{"id":"x","kind":"y"},{"id":"z"}]}""")]
    [InlineData("a: [rg, \"fd\", ]", """{"a":["rg","fd"]}""")]
    [InlineData("a: { b: [c], 'd': true } # end", """{"a":{"b":["c"],"d":true}}""")]
    [InlineData("metadata:\n  {\n    \"openclaw\":\n      {\n        \"os\": [\"linux\"], // note\n      },\n  }\nname: a", """{"metadata":{"openclaw":{"os":["linux"]}},"name":"a"}""")]
    [InlineData("\"quoted: key\": v", """{"quoted: key":"v"}""")]
    [InlineData("url: https://example.org/a#b", """{"url":"https://example.org/a#b"}""")]
    public void Reads_what_such_files_hold(string yaml, string json)
    {
        Assert.True(FrontMatter.TryRead($"---\n{yaml}\n---\nbody", out JsonElement head, out string problem), problem);
        using JsonDocument expected = JsonDocument.Parse(json);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, head), head.GetRawText());
        Assert.True(FrontMatter.TryRead($"\uFEFF---\r\n{yaml.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n---\r\n", out _, out _));
    }

    [Theory]
    [InlineData("no front matter", "does not begin")]
    [InlineData("---\nname: a\n", "does not begin")]
    [InlineData("---\njust words\n---", "line 2: it is not 'key: value'")]
    [InlineData("---\nname: a\n    b: c: d\n  e: f\n---", "")]
    [InlineData("---\na: [b\n---", "']' is missing")]
    [InlineData("---\na: {b c}\n---", "no ':'")]
    [InlineData("---\na: \"b\n---", "quote is not closed")]
    [InlineData("---\na: \"b\" c\n---", "stands behind a value")]
    public void Says_what_is_wrong(string text, string told)
    {
        bool read = FrontMatter.TryRead(text, out _, out string problem);
        Assert.Equal(told.Length == 0, read);
        Assert.Contains(told, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_fill_the_stack()
    {
        string blocks = string.Join('\n', Enumerable.Range(0, 500).Select(depth => new string(' ', depth) + "a:"));
        Assert.False(FrontMatter.TryRead($"---\n{blocks}\n---", out _, out string problem));
        Assert.Contains("too deeply", problem, StringComparison.Ordinal);
        Assert.False(FrontMatter.TryRead($"---\na: {new string('[', 5000)}\n---", out _, out problem));
        Assert.Contains("too deeply", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_heads_never_throw()
    {
        Random random = new(11);
        byte[] sample = "---\nname: a\ndescription: >\n  text: 'b'\nmetadata:\n  { \"openclaw\": { requires: [\"x\\u0041\"] } }\nlist:\n  - a: b\n---\n"u8.ToArray();
        for (int round = 0; round < 5000; round++)
        {
            byte[] text = [.. sample];
            for (int i = 0; i < 4; i++)
            {
                text[random.Next(4, text.Length)] = (byte)"{}[]:,\"'-| \n\\#u>"[random.Next(16)];
            }

            FrontMatter.TryRead(System.Text.Encoding.UTF8.GetString(text), out _, out string problem);
            Assert.NotNull(problem);
        }
    }
}
