using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

/// <summary>Servers of one wire that each take a little less of it than the next.</summary>
public sealed class Habits_of_servers
{
    [Theory]
    [InlineData("Unrecognized request argument supplied: stream_options", "stream_options", null)]
    [InlineData("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "max_completion_tokens")]
    [InlineData("scripted:8b does not support tools", "tools", null)]
    public async Task What_a_server_refuses_is_left_out_then_and_from_then_on(string refusal, string without, string? instead)
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.Enqueue(ModelAnswer.Fail(400, refusal), ModelAnswer.Say("one"), ModelAnswer.Say("two"));
        ModelRequest ask = Wires.Ask("hi", Wires.Tool("read")) with { Sampling = new SamplingOptions { MaxTokens = 100 } };

        Assert.Equal("one", (await Wires.HearAsync(wires.Router, ModelChoice.Only("box/scripted:8b"), ask)).Text);
        Assert.Equal("two", (await Wires.HearAsync(wires.Router, ModelChoice.Only("box/scripted:8b"), ask)).Text);

        Assert.Equal([true, false, false], wires.Server.ChatRequests.Select(request => request.Json.TryGetProperty(without, out _)));
        Assert.All(wires.Server.ChatRequests.Skip(1), request => Assert.True(instead is null || request.Json.GetProperty(instead).GetInt32() == 100));
    }

    [Fact]
    public async Task Tools_that_fail_in_a_stream_are_sent_again_whole_and_streamed_the_next_time()
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.Enqueue(
            ModelAnswer.Fail(500, "Failed to parse tool call arguments as JSON"), ModelAnswer.Call("read", """{"path":"x"}"""), ModelAnswer.Say("done"));

        Assert.Single((await wires.SayAsync("hi", Wires.Tool("read"))).Calls);
        await wires.SayAsync("hi", Wires.Tool("read"));

        Assert.Equal([true, false, true], wires.Server.ChatRequests.Select(request => request.Json.GetProperty("stream").GetBoolean()));
    }

    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    public async Task Reasoning_comes_under_either_name(string field)
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.ReasoningField = field;
        wires.Server.Enqueue(ModelAnswer.Say("42") with { Thinking = ["six ", "times seven"] });
        Heard heard = await wires.SayAsync("hi");

        Assert.Equal(("six times seven", "42"), (heard.Thinking, heard.Text));
    }

    [Theory]
    [InlineData("OPENAI_API_KEY", "openai", "https://api.openai.com/v1/", "openai-responses")]
    [InlineData("ANTHROPIC_API_KEY", "anthropic", null, "anthropic-messages")]
    [InlineData("GEMINI_API_KEY", "gemini", "https://generativelanguage.googleapis.com/v1beta/openai/", "openai-completions")]
    [InlineData("DASHSCOPE_API_KEY", "dashscope", "https://dashscope.aliyuncs.com/compatible-mode/v1/", "openai-completions")]
    public void A_named_provider_needs_its_id_and_a_key_only(string variable, string id, string? address, string api)
    {
        using var http = new ProviderHttp();
        EdgeConfig config = new()
        {
            Models = new ModelsConfig { Mode = "replace", Providers = new Dictionary<string, ModelProviderConfig> { [id] = new() { Models = [new ModelConfig { Id = "m" }] } } },
        };
        ProviderCatalog catalog = ProviderCatalog.Create(
            config, new ProcessEnvironment([KeyValuePair.Create(variable, "sk-1")], "/"), http, TimeProvider.System, NullLoggerFactory.Instance);
        ModelProviderEntry entry = catalog.Providers.Single(provider => provider.Id == id);

        Assert.Equal((address, api, false), (entry.PassThrough?.BaseUri.AbsoluteUri, entry.Api, entry.Local));
        Assert.True(catalog.TryResolve($"{id}/m", out _, out _));
    }
}
