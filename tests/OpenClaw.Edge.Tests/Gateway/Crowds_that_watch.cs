using System.Text;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>When many are connected, who asked gets every piece, the others get the text in steps, and nobody misses any of it.</summary>
public sealed class Crowds_that_watch
{
    private const int Tokens = 60;
    private readonly RunFrames frames = new(new Run(new RunRequest { RunId = "r", SessionKey = SessionKey.Main("main"), Message = "", Source = "chat" }, 0));
    private readonly List<(string Delta, string Text)> sent = [];
    private string message = "";
    private string text = "";
    private long seq;

    [Fact]
    public void The_first_words_go_at_once_and_the_rest_waits_as_one_piece()
    {
        bool[] woke = [Hold("one"), Hold(" two"), Hold(" three"), Hold(" four")];

        Assert.Equal([false, true, false, false], woke);
        Assert.Equal([("one", "one")], sent);
        frames.Release(Keep);
        frames.Release(Keep);
        Assert.Equal([("one", "one"), (" two three four", "one two three four")], sent);
        Assert.True(Hold(" five"));
    }

    [Fact]
    public void A_new_message_sends_what_waits_of_the_last_one()
    {
        Hold("a");
        Hold("b");
        message = "";
        bool woke = Hold("c");

        Assert.False(woke);
        Assert.Equal([("a", "a"), ("b", "ab"), ("c", "c")], sent);
    }

    [Fact]
    public void Reasoning_that_waits_goes_before_the_answer()
    {
        List<string> kinds = [];
        void Note(RunFrames run, TextUpdate update) => kinds.Add(update.HasSecond ? "text" : "thinking");
        frames.Hold(Think("hm", "hm"), Note);
        frames.Hold(Think(" well", "hm well"), Note);
        frames.Hold(Say("yes"), Note);

        Assert.Equal(["thinking", "thinking", "text"], kinds);
    }

    [Theory]
    [InlineData(1, 5, 75)]
    [InlineData(1, 1000, 75)]
    [InlineData(32, 64, 75)]
    [InlineData(64, 64, 150)]
    [InlineData(128, 128, 500)]
    [InlineData(1000, 1000, 500)]
    public void Steps_are_longer_when_very_many_watch_very_much(int runs, int watchers, int milliseconds) =>
        Assert.Equal(milliseconds, TextPace.WatchingStepOf(runs, watchers).TotalMilliseconds);

    [Fact]
    public void Steps_come_while_something_waits()
    {
        ManualTimeProvider clock = new();
        int steps = 0;
        using TextPace pace = new(() => steps++, clock);
        clock.Advance(TextPace.LongestWatching);
        Assert.Equal(0, steps);

        pace.Wake(TextPace.Watching);
        pace.Wake(TextPace.Watching);
        clock.Advance(TextPace.Watching);
        clock.Advance(TextPace.LongestWatching);
        Assert.Equal(1, steps);

        pace.Wake(TextPace.Watching);
        clock.Advance(TextPace.Watching);
        Assert.Equal(2, steps);
    }

    [Fact]
    public async Task Everybody_gets_the_whole_text_in_order()
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri);
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        GatewayTestClient[] crowd = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => gateway.ConnectAsync()));
        try
        {
            string[] runs = await Task.WhenAll(crowd.Take(2).Select((client, index) => client.SendChatAsync($"talk-{index}", $"[tokens:{Tokens}] [tps:120]")));

            foreach (GatewayTestClient client in crowd)
            {
                foreach (string run in runs)
                {
                    ChatTurn turn = await client.FollowAsync(run);
                    Assert.Equal(TokenStream.Text(Tokens), turn.Final);
                    Assert.Equal(turn.Final, turn.Streamed);
                    Assert.Equal(turn.Final, LastAgentText(client, run));
                }

                long[] numbers = [.. client.Events.Where(frame => frame.TryGetProperty("seq", out _)).Select(frame => frame.GetProperty("seq").GetInt64())];
                Assert.Equal([.. Enumerable.Range(1, numbers.Length).Select(number => (long)number)], numbers);
            }
        }
        finally
        {
            foreach (GatewayTestClient client in crowd)
            {
                await client.DisposeAsync();
            }
        }
    }

    private static string? LastAgentText(GatewayTestClient client, string run) => client.Events
        .Where(frame => frame.GetProperty("event").ValueEquals("agent"))
        .Select(frame => frame.GetProperty("payload"))
        .Last(payload => payload.GetProperty("runId").ValueEquals(run) && payload.GetProperty("stream").ValueEquals("assistant"))
        .GetProperty("data").GetProperty("text").GetString();

    private bool Hold(string piece) => frames.Hold(Say(piece), Keep);

    private TextUpdate Say(string piece)
    {
        message += piece;
        text += piece;
        return frames.Text(new RunTextEvent(null!, ++seq, 7, "item", Utf8(piece), Utf8(message), Utf8(piece), Utf8(text)));
    }

    private TextUpdate Think(string piece, string all) => frames.Thinking(new RunThinkingEvent(null!, ++seq, 7, Utf8(piece), Utf8(all)));

    private void Keep(RunFrames run, TextUpdate update) => sent.Add((
        Encoding.UTF8.GetString(update.FirstText.Span[^update.FirstDelta..]), Encoding.UTF8.GetString(update.FirstText.Span)));

    private static byte[] Utf8(string value) => Encoding.UTF8.GetBytes(value);
}
