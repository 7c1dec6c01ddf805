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
    public async Task A_model_that_could_hold_262k_gets_a_window_that_the_memory_holds_and_keeps_it()
    {
        await using var wires = new Wires("ollama");
        wires.Server.Models = [new ScriptedModel("scripted:8b") { MaxContext = 262_144, Bytes = 1 << 20 }, new ScriptedModel("tiny:1b") { MaxContext = 2_048 }];
        await wires.SayAsync("hi");
        await wires.SayAsync("again");
        await Wires.HearAsync(wires.Router, ModelChoice.Only("box/tiny:1b"), Wires.Ask("hi"));
        int[] windows = [.. wires.Server.ChatRequests.Select(request => request.Json.GetProperty("options").GetProperty("num_ctx").GetInt32())];

        Assert.InRange(windows[0], 4_096, 32_768); // by the free memory of this machine
        Assert.Equal(windows[0], windows[1]); // another window would make the server load the model again
        Assert.Equal(2_048, windows[2]);
    }

    [Theory]
    [InlineData("scripted:8b", null, "false")]
    [InlineData("scripted:8b", "off", "false")]
    [InlineData("scripted:8b", "high", "true")]
    [InlineData("gpt-oss:20b", null, "\"low\"")]
    [InlineData("gpt-oss:20b", "high", "\"high\"")]
    [InlineData("plain:3b", "high", null)]
    public async Task Ollama_thinks_when_it_is_asked_to_and_the_model_can(string model, string? level, string? expected)
    {
        await using var wires = new Wires("ollama");
        string[] thinks = ["completion", "thinking"];
        wires.Server.Models = [new("scripted:8b") { Capabilities = thinks }, new("gpt-oss:20b") { Capabilities = thinks }, new("plain:3b") { Capabilities = ["completion"] }];
        await Wires.HearAsync(wires.Router, ModelChoice.Only($"box/{model}"), Wires.Ask("hi") with { Think = level });

        Assert.Equal(expected, wires.Server.ChatRequests[0].Json.TryGetProperty("think", out JsonElement think) ? think.GetRawText() : null);
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
