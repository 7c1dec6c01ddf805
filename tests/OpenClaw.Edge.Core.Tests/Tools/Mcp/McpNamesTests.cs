using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

public sealed class McpNamesTests
{
    [Theory]
    [InlineData("docs", "docs")]
    [InlineData("my server!", "my-server-")]
    [InlineData("7zip", "mcp-7zip")]
    [InlineData("   ", "mcp")]
    [InlineData("ähre", "mcp--hre")]
    [InlineData("a-name-that-is-much-longer-than-thirty-letters", "a-name-that-is-much-longer-tha")]
    public void A_server_gets_a_name_that_models_may_have(string name, string expected) =>
        Assert.Equal([expected], McpNames.OfServers([name]));

    [Fact]
    public void Of_two_servers_with_the_same_safe_name_the_first_keeps_it() =>
        Assert.Equal(["a-b", "A-B-2", "a-b-3"], McpNames.OfServers(["a b", "A B", "a.b"]));

    [Fact]
    public void A_tool_is_called_by_its_server_and_its_name_within_64_letters()
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);

        Assert.Equal("docs__read_page", McpNames.OfTool("docs", "read_page", used));
        Assert.Equal("docs__READ_page-2", McpNames.OfTool("docs", "READ_page", used));
        string longest = McpNames.OfTool("docs", new string('x', 100), used);
        Assert.Equal(64, longest.Length);
        string next = McpNames.OfTool("docs", new string('x', 100), used);
        Assert.Equal(64, next.Length);
        Assert.EndsWith("-2", next, StringComparison.Ordinal);
        Assert.Equal("docs__tool-1st", McpNames.OfTool("docs", "1st", used));
    }
}
