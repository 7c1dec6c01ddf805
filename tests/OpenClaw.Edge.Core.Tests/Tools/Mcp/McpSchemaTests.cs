using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

public sealed class McpSchemaTests
{
    [Theory]
    [InlineData("""{"$schema":"x","type":"object","properties":{"a":{"type":"string","format":"uri","title":"A","description":" The a. "}},"required":["a"],"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"string","description":"The a."}},"required":["a"]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"integer","minimum":1},{"type":"null"}],"description":"How many","default":null}}}""",
        """{"type":"object","properties":{"a":{"type":"integer","description":"How many","minimum":1}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":["string","number"]}}}""",
        """{"type":"object","properties":{"a":{"type":"string"},"b":{}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/Kind"}},"$defs":{"Kind":{"enum":["x","y"],"type":"string"}}}""",
        """{"type":"object","properties":{"a":{"type":"string","enum":["x","y"]}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"oneOf":[{"const":"on"},{"const":"off"}]},"b":{"allOf":[{"type":"boolean"}]}}}""",
        """{"type":"object","properties":{"a":{"enum":["on","off"]},"b":{"type":"boolean"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"x":{"type":"number"}},"required":["x"]},"maxItems":3}}}""",
        """{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{"x":{"type":"number"}},"required":["x"]},"maxItems":3}}}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"type":"object","properties":{},"additionalProperties":true}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","minItems":-1,"maxItems":1e99},"b":{"type":"integer","minimum":"x"}},"required":["a",7,"gone"]}""",
        """{"type":"object","properties":{"a":{"type":"array"},"b":{"type":"integer"}},"required":["a"]}""")]
    [InlineData("""["no","schema"]""", """{"type":"object","properties":{}}""")]
    public void A_schema_becomes_what_a_small_model_reads(string schema, string expected)
    {
        using JsonDocument document = JsonDocument.Parse(schema);

        Assert.Equal(expected, Encoding.UTF8.GetString(McpSchema.Clean(document.RootElement)));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/properties/a"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/T"},"b":{"$ref":"#/nowhere"},"c":{"$ref":"http://elsewhere/x"}},"$defs":{"T":{"type":"object","properties":{"l":{"$ref":"#/$defs/T"},"r":{"$ref":"#/$defs/T"}}}}}""")]
    public void A_schema_that_refers_to_itself_ends(string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        byte[] cleaned = McpSchema.Clean(document.RootElement);

        Assert.InRange(cleaned.Length, 20, McpSchema.MaxBytes);
        using JsonDocument read = JsonDocument.Parse(cleaned);
        Assert.True(read.RootElement.GetProperty("properties").TryGetProperty("a", out _));
    }

    [Fact]
    public void A_schema_of_half_a_megabyte_is_bounded_and_still_names_its_members()
    {
        string members = string.Join(',', Enumerable.Range(0, 500).Select(i => $$$"""
            "member{{{i}}}":{"type":"object","description":"{{{new string('d', 900)}}}","properties":{"x":{"type":"string","description":"long {{{new string('e', 100)}}}"} } }
            """));
        using JsonDocument document = JsonDocument.Parse($$$"""{"type":"object","properties":{ {{{members}}} },"required":["member1","member499"]}""");

        byte[] cleaned = McpSchema.Clean(document.RootElement);

        Assert.InRange(cleaned.Length, 100, McpSchema.MaxBytes);
        string text = Encoding.UTF8.GetString(cleaned);
        Assert.Contains("member1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("member499", text, StringComparison.Ordinal); // what is not shown is not demanded
        Assert.Contains("\"additionalProperties\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_of_a_map_are_kept()
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":{"type":"string"}}""");
        var spec = new ToolSpec("s__t", "", McpSchema.Clean(schema.RootElement));

        Assert.True(ToolArguments.TryRead(spec, """{"id":"7","color":"red"}""", out JsonElement arguments, out _));
        Assert.Equal("""{"id":7,"color":"red"}""", arguments.GetRawText());
    }
}
