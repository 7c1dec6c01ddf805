using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class ToolArgumentsTests
{
    private static readonly ToolSpec Read = new ReadTool().Spec;
    private static readonly ToolSpec Edit = new EditTool().Spec;

    [Theory]
    [InlineData("""{"path":"a"}""", """{"path":"a"}""")]
    [InlineData("""{"file_path":"a","offset":"7","junk":1}""", """{"path":"a","offset":7}""")]
    [InlineData("""{"path":"a","limit":null,}""", """{"path":"a"}""")]
    public void Reads_what_models_write(string written, string understood) => Understands(Read, written, understood);

    [Theory]
    [InlineData("""{"path":"a","oldText":"x","newText":"y"}""")]
    [InlineData("""{"file":"a","edits":{"old_string":"x","new_string":"y"}}""")]
    [InlineData("""{"path":"a","edits":"[{\"oldText\":\"x\",\"newText\":\"y\"}]"}""")]
    public void Reads_one_edit_in_any_shape(string written) =>
        Understands(Edit, written, """{"path":"a","edits":[{"oldText":"x","newText":"y"}]}""");

    [Theory]
    [InlineData("", "lacks 'path'")]
    [InlineData("{\"path\":", "not valid JSON")]
    [InlineData("[1]", "must be an object, not an array")]
    [InlineData("{\"path\":5}", "'path' must be a string, not a number")]
    [InlineData("{\"path\":\"a\",\"offset\":0}", "'offset' must be at least 1")]
    [InlineData("{\"path\":\"a\",\"offset\":1.5}", "'offset' must be an integer")]
    public void Says_what_is_wrong_and_shows_the_schema(string written, string problem)
    {
        Assert.False(ToolArguments.TryRead(Read, written, out _, out string said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
        Assert.Contains("\"required\":[\"path\"]", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"path":"a","edits":[]}""", "at least 1")]
    [InlineData("""{"path":"a","edits":[{"oldText":"x"}]}""", "'edits' item 0 lacks 'newText'")]
    public void Checks_inside_lists(string written, string problem)
    {
        Assert.False(ToolArguments.TryRead(Edit, written, out _, out string said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    private static void Understands(ToolSpec tool, string written, string understood)
    {
        Assert.True(ToolArguments.TryRead(tool, written, out JsonElement arguments, out string problem), problem);
        Assert.Equal(understood, arguments.GetRawText());
    }
}
