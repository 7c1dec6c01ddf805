using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A model server goes away and comes back: turns go on with the next model, nothing is done twice.</summary>
public sealed class Falls_over_and_returns : IAsyncLifetime
{
    private readonly ManualTimeProvider clock = new();
    private readonly ScriptedModelServer one = ScriptedModelServer.Start();
    private readonly ScriptedModelServer two = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;
    private GatewayTestClient client = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(one.BaseUri);
        home.WriteRawConfig(
            $$"""
            { models: { mode: "replace", providers: {
                one: { baseUrl: "{{one.BaseUri}}", api: "ollama" },
                two: { baseUrl: "{{two.BaseUri}}v1", api: "openai-completions" },
              } },
              agents: { defaults: { model: { primary: "one/scripted:8b", fallbacks: ["two/scripted:8b"] } } },
              {{home.Gateway()}} }
            """);
        gateway = await RunningGateway.StartAsync(home, clock: clock);
        client = await gateway.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await gateway.DisposeAsync();
        await one.DisposeAsync();
        await two.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Server_that_is_away_is_replaced_and_told_and_taken_back_by_itself()
    {
        await one.GoAwayAsync();
        two.Enqueue(ModelAnswer.Say("from two"), ModelAnswer.Say("two again"));
        one.Enqueue(ModelAnswer.Say("from one"));

        Assert.Equal("from two", (await client.ChatAsync("main", "hello")).Final);
        JsonElement told = await client.NextEventAsync(frame => Note(frame)?.Contains("trying two/scripted:8b", StringComparison.Ordinal) == true);
        Assert.Contains($"127.0.0.1:{one.Port}", Note(told));
        Assert.Contains("ollama serve", Note(told));

        clock.Advance(TimeSpan.FromSeconds(29)); // it rests for 30
        Assert.Equal("two again", (await client.ChatAsync("main", "and now?")).Final);
        one.Return();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("from one", (await client.ChatAsync("main", "and now?")).Final);
        Assert.Equal(2, two.ChatRequests.Count);
        Assert.Contains("two again", one.ChatRequests[^1].BodyText); // one conversation, whoever answers
    }

    [Fact]
    public async Task Tool_that_ran_is_not_run_again_by_the_model_that_takes_over()
    {
        one.Enqueue(ModelAnswer.Call("write", """{"path":"a.txt","content":"once"}"""), ModelAnswer.Fail(500), ModelAnswer.Fail(500));
        two.Enqueue(ModelAnswer.Say("It is written."));

        ChatTurn turn = await client.ChatAsync("main", "write it");

        Assert.Equal("It is written.", turn.Final);
        JsonElement request = Assert.Single(two.ChatRequests).Json;
        string[] roles = [.. request.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()!)];
        Assert.Equal(["user", "assistant", "tool"], roles[^3..]);
        Assert.Single(client.Events, frame => frame.GetProperty("event").ValueEquals("agent")
            && frame.GetProperty("payload").GetProperty("stream").ValueEquals("tool")
            && frame.GetProperty("payload").GetProperty("data").GetProperty("phase").ValueEquals("start"));
        Assert.Equal("once", await File.ReadAllTextAsync(Path.Combine(home.Workspace, "a.txt")));
    }

    [Fact]
    public async Task Answer_that_has_begun_is_not_begun_again_by_another_model()
    {
        one.Enqueue(ModelAnswer.Broken(ModelFault.Drop, 1, "half ", "an answer"));

        ChatTurn turn = await client.ChatAsync("main", "hello");

        Assert.Equal(("error", "half "), (turn.State, turn.Streamed));
        Assert.Contains($"127.0.0.1:{one.Port}", turn.Error);
        Assert.Empty(two.ChatRequests);
    }

    [Fact]
    public async Task With_nobody_left_the_message_names_each_server_and_what_to_do()
    {
        await one.GoAwayAsync();
        two.Enqueue(ModelAnswer.Fail(401, "no key"));

        ChatTurn turn = await client.ChatAsync("main", "hello");

        Assert.Equal("error", turn.State);
        Assert.Contains($"127.0.0.1:{one.Port}", turn.Error);
        Assert.Contains("ollama serve", turn.Error);
        Assert.Contains($"127.0.0.1:{two.Port}", turn.Error);
        Assert.Contains("key", turn.Error);
    }

    private static string? Note(JsonElement frame) =>
        frame.GetProperty("event").ValueEquals("chat") && frame.GetProperty("payload").GetProperty("state").ValueEquals("status")
        && frame.GetProperty("payload").TryGetProperty("note", out JsonElement note) ? note.GetString() : null;
}
