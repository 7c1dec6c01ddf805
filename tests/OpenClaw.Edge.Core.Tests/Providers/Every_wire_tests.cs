using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class Every_wire_tests
{
    private const string Mixed = "né \"quoted\" \\ 世界 😀👩‍👩‍👧 \n\t end";

    public static TheoryData<string> Apis => ["ollama", "openai-completions", "openai-responses", "anthropic-messages", "lmstudio"];

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Text_arrives_whole_with_its_usage(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Enqueue(ModelAnswer.Say("Hel", "lo ", Mixed) with { PromptTokens = 12, CompletionTokens = 5 });
        Heard heard = await wires.SayAsync("hi");

        Assert.Equal("Hello " + Mixed, heard.Text);
        Assert.Equal(("stop", 12L, 5L, "box", "scripted:8b"), (heard.Finish.StopReason, heard.Finish.Usage.Input, heard.Finish.Usage.Output, heard.Finish.Provider, heard.Finish.Model));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Text_arrives_whole_when_every_byte_is_a_packet(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.EscapeNonAscii = api.Length % 2 == 0;
        wires.Server.Enqueue(new ModelAnswer { Pieces = [Mixed, "!"], Thinking = ["hm 世"], SplitEveryByte = true });
        Heard heard = await wires.SayAsync("hi");

        Assert.Equal((Mixed + "!", "hm 世"), (heard.Text, heard.Thinking));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_tool_call_arrives_with_its_arguments(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Enqueue(ModelAnswer.Call("read", """{"path":"a 世.txt"}"""));
        Heard heard = await wires.SayAsync("read it", Wires.Tool("read"));

        ToolCall call = Assert.Single(heard.Calls);
        Assert.Equal(("read", "toolUse"), (call.Name, heard.Finish.StopReason));
        Assert.NotEmpty(call.Id);
        Assert.Equal("a 世.txt", System.Text.Json.JsonDocument.Parse(call.ArgumentsJson).RootElement.GetProperty("path").GetString());
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task An_empty_answer_is_an_answer(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Enqueue(new ModelAnswer { Fault = ModelFault.Empty });
        Assert.Equal("", (await wires.SayAsync("hi")).Text);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Cancelling_closes_the_upstream_connection_at_once(string api)
    {
        await using var wires = new Wires(api);
        var never = new TaskCompletionSource();
        wires.Server.Enqueue(ModelAnswer.Say("one", "two") with { HoldRest = never.Task, HoldAt = 1 });
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<ChatDelta> deltas =
            wires.Router.StreamAsync(ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"), stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await deltas.MoveNextAsync());
        ScriptedRequest request = await wires.Server.NextChatRequestAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await deltas.MoveNextAsync());
        await Guard.Within(request.ClientGone);
        never.SetResult();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Cancelling_before_the_head_closes_the_upstream_connection_before_it_answers(string api)
    {
        await using var wires = new Wires(api);
        var never = new TaskCompletionSource();
        wires.Server.Enqueue(ModelAnswer.Say("one") with { HoldHead = never.Task });
        using var stop = new CancellationTokenSource();
        Task<Heard> hearing = Wires.HearAsync(wires.Router, ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"), stop.Token);
        ScriptedRequest request = await wires.Server.NextChatRequestAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(hearing));
        await Guard.Within(request.ClientGone);
        Assert.False(request.FirstPiece.IsCompleted);
        never.SetResult();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Leaving_early_closes_the_upstream_connection(string api)
    {
        await using var wires = new Wires(api);
        var never = new TaskCompletionSource();
        wires.Server.Enqueue(ModelAnswer.Say("one", "two") with { HoldRest = never.Task, HoldAt = 1 });
        await foreach (ChatDelta delta in wires.Router.StreamAsync(ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"), CancellationToken.None))
        {
            if (delta.Kind == ChatDeltaKind.Text)
            {
                break;
            }
        }

        await Guard.Within((await wires.Server.NextChatRequestAsync()).ClientGone);
        never.SetResult();
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_finished_answer_gives_its_connection_back(string api)
    {
        await using var wires = new Wires(api);
        await wires.SayAsync("one");
        int connections = wires.Server.AcceptedConnections;
        for (int i = 0; i < 5; i++)
        {
            await wires.SayAsync("again");
        }

        Assert.Equal(connections, wires.Server.AcceptedConnections);
    }
}
