using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Providers;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class DemoProviderTests
{
    [Theory]
    [InlineData("hello")]
    [InlineData("help")]
    [InlineData("what is the meaning of life?")]
    [InlineData("")]
    public async Task Every_answer_says_that_it_is_a_demo_and_how_to_get_a_real_model(string text)
    {
        Heard heard = await SayAsync(Wires.Ask(text));
        Assert.Contains("demo", heard.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("ollama pull", heard.Text);
        Assert.Equal(("stop", "demo", "assistant"), (heard.Finish.StopReason, heard.Finish.Provider, heard.Finish.Model));
    }

    [Theory]
    [InlineData("list files", "ls", """{"path":"."}""")]
    [InlineData("what files are there?", "ls", """{"path":"."}""")]
    [InlineData("please read `notes/a.md`.", "read", """{"path":"notes/a.md"}""")]
    public async Task Asked_for_files_it_calls_the_real_tools(string text, string tool, string arguments)
    {
        Heard heard = await SayAsync(Wires.Ask(text, Wires.Tool("ls"), Wires.Tool("read")));
        Assert.Equal((tool, arguments, "toolUse"), (Assert.Single(heard.Calls).Name, heard.Calls[0].ArgumentsJson, heard.Finish.StopReason));
    }

    [Fact]
    public async Task It_reports_what_the_tool_said()
    {
        Heard heard = await SayAsync(Wires.Ask("x") with { Messages = [new PromptMessage { Role = PromptRole.Tool, ToolName = "ls", Text = "AGENTS.md" }] });
        Assert.Contains("AGENTS.md", heard.Text);
    }

    private static async Task<Heard> SayAsync(ModelRequest request)
    {
        await using var router = new ModelRouter(ProviderCatalog.DemoOnly(TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance);
        return await Wires.HearAsync(router, ModelChoice.Default, request);
    }
}
