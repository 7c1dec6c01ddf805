using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Before the first word there is always a reason on the screen: the model loads, reads the prompt, or others are first.</summary>
public sealed class Says_why_nothing_comes_yet : IAsyncLifetime
{
    private readonly TaskCompletionSource ready = new();
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        model.Models = [new("cold:8b"), new("warm:3b") { Loaded = true }];
        home = new GatewayHome(model.BaseUri);
        home.WriteRawConfig(
            $$"""
            { models: { mode: "replace", providers: {
                lab: { baseUrl: "{{model.BaseUri}}", api: "ollama", maxConcurrent: 1 },
                studio: { baseUrl: "{{model.BaseUri}}v1", api: "lmstudio" },
                open: { baseUrl: "{{model.BaseUri}}v1", api: "openai-completions" },
                far: { baseUrl: "{{model.BaseUri}}v1", api: "anthropic-messages" },
              } },
              agents: { defaults: { maxConcurrent: 8, model: { primary: "lab/cold:8b" } } },
              {{home.Gateway()}} }
            """);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        ready.TrySetResult();
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Theory]
    [InlineData("lab/cold:8b", true, "loading model cold:8b…")]
    [InlineData("lab/cold:8b", false, "loading model cold:8b…")]
    [InlineData("lab/warm:3b", true, "warm:3b is reading the prompt…")]
    [InlineData("studio/cold:8b", true, "loading model cold:8b…")]
    [InlineData("studio/cold:8b", false, "loading model cold:8b…")] // the head comes before the model is loaded
    [InlineData("open/cold:8b", true, "waiting for cold:8b on open…")]
    [InlineData("open/cold:8b", false, "waiting for cold:8b on open…")]
    [InlineData("far/cold:8b", false, "waiting for cold:8b on far…")]
    public async Task A_client_hears_it_before_the_first_word(string name, bool beforeTheHead, string words)
    {
        model.Enqueue(Held("here", beforeTheHead));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.CallAsync("sessions.patch", $$"""{"key":"main","model":"{{name}}"}""");

        string run = await client.SendChatAsync("main", "hello");
        await client.NextEventAsync(frame => Note(frame) == words);
        Assert.DoesNotContain(client.Events, frame => State(frame) == "delta");
        ready.SetResult();

        Assert.Equal("here", (await client.FollowAsync(run)).Final);
    }

    [Fact]
    public async Task A_person_at_a_terminal_reads_it_and_then_the_answer_in_its_place()
    {
        model.Enqueue(Held("here", beforeTheHead: true));
        using CliRun run = Terminal();
        Task<int> agent = run.InvokeAsync("agent", "--message", "hello", "--no-color");
        await run.Error.PrintsAsync("… loading model cold:8b…");
        ready.SetResult();

        Assert.Equal(0, await agent);
        Assert.Equal("here\n", run.Out.ToString());
        Assert.EndsWith("\r\e[2K", run.Error.ToString());
    }

    [Fact]
    public async Task Calls_to_one_local_model_wait_in_line_and_each_sees_its_place()
    {
        model.Enqueue(Held("one", beforeTheHead: false), ModelAnswer.Say("two"), ModelAnswer.Say("three"));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string one = await client.SendChatAsync("first", "hello");
        await model.NextChatRequestAsync();
        string two = await client.SendChatAsync("second", "hello");
        await client.NextEventAsync(frame => IsOf(frame, two) && Note(frame) == "waits for cold:8b" && Place(frame) == 1);
        string three = await client.SendChatAsync("third", "hello");
        await client.NextEventAsync(frame => IsOf(frame, three) && Place(frame) == 2);
        using CliRun run = Terminal();
        model.Enqueue(ModelAnswer.Say("four"));
        Task<int> agent = run.InvokeAsync("agent", "--session", "fourth", "--message", "hello", "--no-color");
        await run.Error.PrintsAsync("… waits for cold:8b (place 3 in the queue)");

        Assert.Single(model.ChatRequests);
        ready.SetResult();
        Assert.Equal(
            ["one", "two", "three"],
            [(await client.FollowAsync(one)).Final, (await client.FollowAsync(two)).Final, (await client.FollowAsync(three)).Final]);
        Assert.Equal(0, await agent);
        Assert.Equal("four\n", run.Out.ToString());
    }

    private ModelAnswer Held(string text, bool beforeTheHead) => beforeTheHead
        ? ModelAnswer.Say(text) with { HoldHead = ready.Task }
        : ModelAnswer.Say(text) with { HoldFirst = ready.Task };

    private CliRun Terminal() => new CliRun { Terminal = true }
        .With("OPENCLAW_GATEWAY_PORT", $"{gateway.BaseUri.Port}").With("OPENCLAW_GATEWAY_TOKEN", home.Token);

    private static bool IsChat(JsonElement frame) => frame.GetProperty("event").ValueEquals("chat");

    private static bool IsOf(JsonElement frame, string run) => IsChat(frame) && frame.GetProperty("payload").GetProperty("runId").ValueEquals(run);

    private static string? State(JsonElement frame) => IsChat(frame) ? frame.GetProperty("payload").GetProperty("state").GetString() : null;

    private static int Place(JsonElement frame) =>
        frame.GetProperty("payload").TryGetProperty("queuePosition", out JsonElement place) ? place.GetInt32() : 0;

    private static string? Note(JsonElement frame) =>
        State(frame) == "status" && frame.GetProperty("payload").TryGetProperty("note", out JsonElement note) ? note.GetString() : null;
}
