using System.Text;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A model of a home is never slower for it, a server that answers at once is not repeated a thousand times a second.</summary>
public sealed class Bursts_of_text
{
    private readonly RunFrames frames = new(new Run(new RunRequest { RunId = "r", SessionKey = SessionKey.Main("main"), Message = "", Source = "chat" }, 0));
    private readonly List<(string Delta, string Text)> sent = [];
    private string text = "";
    private long seq;

    [Fact]
    public void Tokens_of_a_model_at_home_go_at_once()
    {
        Assert.False(At(1000, "one"));
        Assert.False(At(1005, " two"));
        Assert.False(At(1025, " three"));

        Assert.Equal([("one", "one"), (" two", "one two"), (" three", "one two three")], sent);
    }

    [Fact]
    public void What_comes_within_five_milliseconds_goes_together()
    {
        At(1000, "one");
        Assert.True(At(1001, " two"));
        Assert.True(At(1004, " three"));
        Assert.Equal([("one", "one")], sent);

        frames.ReleaseBurst(1006, Keep);
        frames.ReleaseBurst(1007, Keep);
        Assert.Equal([("one", "one"), (" two three", "one two three")], sent);

        Assert.True(At(1010, " four")); // four after the last one
        Assert.False(At(1011, " five"));
        Assert.Equal((" four five", "one two three four five"), sent[^1]);
        Assert.Equal(3, sent.Count);
    }

    [Fact]
    public void Reasoning_that_waits_goes_before_the_answer()
    {
        List<string> kinds = [];
        void Note(RunFrames run, TextUpdate update) => kinds.Add(update.HasSecond ? "text" : "thinking");
        frames.HoldBurst(Think("hm", "hm"), 1000, 1000, Note);
        frames.HoldBurst(Think(" well", "hm well"), 1001, 1000, Note);
        frames.HoldBurst(Say("yes"), 1002, 1000, Note);

        Assert.Equal(["thinking", "thinking", "text"], kinds);
    }

    [Fact]
    public async Task Nothing_of_it_is_lost_or_out_of_order()
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri);
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient asker = await gateway.ConnectAsync();
        await using GatewayTestClient other = await gateway.ConnectAsync();
        for (int round = 0; round < 5; round++)
        {
            string run = await asker.SendChatAsync($"fast-{round}", "[tokens:500]");
            foreach (GatewayTestClient client in (GatewayTestClient[])[asker, other])
            {
                ChatTurn turn = await client.FollowAsync(run);
                Assert.Equal(TokenStream.Text(500), turn.Final);
                Assert.Equal(turn.Final, turn.Streamed);
            }
        }
    }

    private bool At(long now, string piece) => frames.HoldBurst(Say(piece), now, 1000, Keep);

    private TextUpdate Say(string piece)
    {
        text += piece;
        return frames.Text(new RunTextEvent(null!, ++seq, 7, "item", Utf8(piece), Utf8(text), Utf8(piece), Utf8(text)));
    }

    private TextUpdate Think(string piece, string all) => frames.Thinking(new RunThinkingEvent(null!, ++seq, 7, Utf8(piece), Utf8(all)));

    private void Keep(RunFrames run, TextUpdate update) => sent.Add((
        Encoding.UTF8.GetString(update.FirstText.Span[^update.FirstDelta..]), Encoding.UTF8.GetString(update.FirstText.Span)));

    private static byte[] Utf8(string value) => Encoding.UTF8.GetBytes(value);
}
