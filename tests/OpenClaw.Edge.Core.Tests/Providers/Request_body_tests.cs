using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class Request_body_tests
{
    [Fact]
    public async Task Ollama_is_asked_for_a_bounded_window_and_never_to_cut_the_prompt()
    {
        await using var wires = new Wires("ollama", shape: config => config with { KeepAlive = "30m", Models = [new ModelConfig { Id = "scripted:8b", ContextWindow = 131_072 }] });
        await wires.SayAsync("hi", Wires.Tool("read"));
        JsonElement body = wires.Server.ChatRequests[0].Json;

        Assert.Equal(32_768, body.GetProperty("options").GetProperty("num_ctx").GetInt32());
        Assert.False(body.GetProperty("truncate").GetBoolean());
        Assert.False(body.GetProperty("shift").GetBoolean());
        Assert.False(body.GetProperty("think").GetBoolean());
        Assert.Equal("30m", body.GetProperty("keep_alive").GetString());
        Assert.Equal("read", body.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Configured_params_go_where_Ollama_wants_them()
    {
        using JsonDocument own = JsonDocument.Parse("""{"num_ctx":5000,"top_k":7,"keep_alive":-1,"think":true,"model":"evil"}""");
        await using var wires = new Wires("ollama", shape: config => config with { Params = own.RootElement });
        await wires.SayAsync("hi");
        JsonElement body = wires.Server.ChatRequests[0].Json;

        Assert.Equal((5000, 7), (body.GetProperty("options").GetProperty("num_ctx").GetInt32(), body.GetProperty("options").GetProperty("top_k").GetInt32()));
        Assert.Equal((-1, true, "scripted:8b"), (body.GetProperty("keep_alive").GetInt32(), body.GetProperty("think").GetBoolean(), body.GetProperty("model").GetString()));
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai-completions")]
    [InlineData("openai-responses")]
    [InlineData("anthropic-messages")]
    public async Task The_head_of_the_body_is_the_same_from_turn_to_turn(string api)
    {
        await using var wires = new Wires(api);
        ModelRequest first = Wires.Ask("one", Wires.Tool("read"));
        await Wires.HearAsync(wires.Router, ModelChoice.Only("box/scripted:8b"), first);
        await Wires.HearAsync(wires.Router, ModelChoice.Only("box/scripted:8b"), first with
        {
            Messages =
            [
                .. first.Messages,
                new PromptMessage { Role = PromptRole.Assistant, ToolCalls = [new ToolCall("c1", "read", """{"path":"x"}""")] },
                new PromptMessage { Role = PromptRole.Tool, ToolCallId = "c1", ToolName = "read", Text = "content" },
                new PromptMessage { Role = PromptRole.Tool, ToolCallId = "c2", ToolName = "read", Text = "" },
                new PromptMessage { Role = PromptRole.User, Text = "two" },
            ],
        });
        string[] bodies = [.. wires.Server.ChatRequests.Select(request => request.BodyText)];
        int same = bodies[0].Zip(bodies[1]).TakeWhile(pair => pair.First == pair.Second).Count();

        Assert.All(wires.Server.ChatRequests, request => Assert.Equal(JsonValueKind.Object, request.Json.ValueKind));
        Assert.True(same >= bodies[0].IndexOf("one", StringComparison.Ordinal) + 3, bodies[0]);
        Assert.True(same >= 0.85 * bodies[0].Length, $"{same} of {bodies[0].Length}: {bodies[0]}");
    }

    [Fact]
    public async Task Anthropic_gets_its_key_version_cache_marks_and_one_message_of_results()
    {
        await using var wires = new Wires("anthropic-messages", shape: config => config with { ApiKey = "k-1" });
        wires.Server.RequiredKey = "k-1";
        await Wires.HearAsync(wires.Router, ModelChoice.Only("box/scripted:8b"), Wires.Ask("x") with
        {
            Messages =
            [
                new PromptMessage { Role = PromptRole.User, Text = "go" },
                new PromptMessage { Role = PromptRole.Assistant, ToolCalls = [new ToolCall("a", "ls", "{}"), new ToolCall("b", "ls", "oops")] },
                new PromptMessage { Role = PromptRole.Tool, ToolCallId = "a", Text = "1" },
                new PromptMessage { Role = PromptRole.Tool, ToolCallId = "b", Text = "2" },
            ],
        });
        ScriptedRequest request = wires.Server.ChatRequests[0];

        Assert.Equal(("k-1", "2023-06-01"), (request.Headers["x-api-key"], request.Headers["anthropic-version"]));
        Assert.Equal(["user", "assistant", "user"], request.Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal("ephemeral", request.Json.GetProperty("system")[0].GetProperty("cache_control").GetProperty("type").GetString());
        Assert.Equal("oops", request.Json.GetProperty("messages")[1].GetProperty("content")[1].GetProperty("input").GetProperty("input").GetString());
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("openai-completions")]
    public async Task Vectors_come_in_the_order_of_the_inputs(string api)
    {
        await using var wires = new Wires(api);
        EmbeddingBatch batch = await wires.Catalog.Providers[0].Embedder!.EmbedAsync("nomic-embed-text:latest", ["a", "b"], null, CancellationToken.None);
        EmbeddingBatch turned = await wires.Catalog.Providers[0].Embedder!.EmbedAsync("nomic-embed-text:latest", ["b", "a"], null, CancellationToken.None);
        Assert.Equal(batch.Vectors[0], turned.Vectors[1]);
        Assert.NotEqual(batch.Vectors[0], batch.Vectors[1]);
    }
}
