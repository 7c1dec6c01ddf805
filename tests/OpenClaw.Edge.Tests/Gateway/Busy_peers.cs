using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A peer that is busy gets text merged, and nothing of it twice or not at all.</summary>
public sealed class Busy_peers : IDisposable
{
    private readonly StallingStream peer = new();
    private readonly OutboundBudget budget = new(long.MaxValue);
    private readonly WebSocketOutput output;

    public Busy_peers() => output = new WebSocketOutput(PipeWriter.Create(peer), budget, 50 * 1024 * 1024, TimeProvider.System);

    public void Dispose() => peer.Dispose();

    [Fact]
    public async Task Text_that_waits_is_replaced_by_newer_text_and_its_pieces_add_up()
    {
        Talk talk = new("r1");
        output.SendUpdate(talk.Say("a"), now: false);
        await peer.StuckAsync();
        long before = 0;
        for (int index = 0; index < 1000; index++)
        {
            output.SendUpdate(talk.Say($"piece \"{index}\"\n"), now: false);
            before = index == 0 ? budget.Waiting : before;
        }

        Assert.InRange(budget.Waiting, before, before + (4 * talk.EscapedBytes));
        List<JsonElement> frames = await ReadAsync();

        Assert.Equal(4, frames.Count); // agent and chat: the first, and one for all that came while the peer was busy
        Assert.Equal(talk.Text, frames[3].GetProperty("payload").GetProperty("message").GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(talk.Text[1..], frames[3].GetProperty("payload").GetProperty("deltaText").GetString());
        Assert.Equal(talk.Text, frames[2].GetProperty("payload").GetProperty("data").GetProperty("text").GetString());
        Assert.Equal(talk.Text[1..], frames[2].GetProperty("payload").GetProperty("data").GetProperty("delta").GetString());
        Assert.Equal([1, 2, 3, 4], frames.Select(frame => frame.GetProperty("seq").GetInt32()));
        Assert.Equal(0, budget.Waiting);
    }

    [Fact]
    public async Task Each_of_many_runs_waits_with_one_update()
    {
        Talk[] talks = [.. Enumerable.Range(0, 40).Select(index => new Talk($"r{index}"))];
        output.SendUpdate(talks[0].Say("x"), now: false);
        await peer.StuckAsync();
        for (int round = 0; round < 50; round++)
        {
            foreach (Talk talk in talks)
            {
                output.SendUpdate(talk.Say($"{round} "), now: false);
            }
        }

        List<JsonElement> frames = await ReadAsync();

        Assert.Equal(2 + (2 * talks.Length), frames.Count);
        foreach (Talk talk in talks)
        {
            string said = string.Concat(frames.Where(frame => IsChatOf(frame, talk.Id)).Select(frame => frame.GetProperty("payload").GetProperty("deltaText").GetString()));
            Assert.Equal(talk.Text, said);
        }
    }

    [Fact]
    public async Task Text_never_overtakes_another_event()
    {
        Talk talk = new("r1");
        output.SendUpdate(talk.Say("a"), now: false);
        await peer.StuckAsync();
        output.SendUpdate(talk.Say("b"), now: false);
        output.SendEvent("""{"type":"event","event":"between" """u8.ToArray(), dropIfSlow: false);
        output.SendUpdate(talk.Say("c"), now: false);
        output.SendUpdate(talk.Say("d"), now: false);

        List<JsonElement> frames = await ReadAsync();

        Assert.Equal(
            ["a", "b", "between", "cd"],
            frames.Where(frame => !frame.GetProperty("event").ValueEquals("agent"))
                .Select(frame => frame.GetProperty("event").ValueEquals("chat")
                    ? frame.GetProperty("payload").GetProperty("deltaText").GetString()
                    : frame.GetProperty("event").GetString()));
        Assert.Equal([.. Enumerable.Range(1, 7)], frames.Select(frame => frame.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task Text_of_a_new_message_is_not_merged_with_the_last_one()
    {
        Talk talk = new("r1");
        output.SendUpdate(talk.Say("a"), now: false);
        await peer.StuckAsync();
        output.SendUpdate(talk.Say("old"), now: false);
        talk.NextMessage();
        output.SendUpdate(talk.Say("new"), now: false);

        List<JsonElement> frames = await ReadAsync();

        JsonElement[] agent = [.. frames.Where(frame => frame.GetProperty("event").ValueEquals("agent")).Select(frame => frame.GetProperty("payload").GetProperty("data"))];
        Assert.Equal(["a", "aold", "new"], agent.Select(data => data.GetProperty("text").GetString()));
        Assert.Equal(["a", "old", "new"], agent.Select(data => data.GetProperty("delta").GetString()));
    }

    [Fact]
    public async Task A_merged_text_longer_than_a_chunk_arrives_whole()
    {
        Talk talk = new("r1");
        output.SendUpdate(talk.Say("a"), now: false);
        await peer.StuckAsync();
        for (int index = 0; index < 30; index++)
        {
            output.SendUpdate(talk.Say(new string((char)('a' + (index % 26)), 10_000)), now: false);
        }

        List<JsonElement> frames = await ReadAsync();

        Assert.Equal(talk.Text[1..], frames[^1].GetProperty("payload").GetProperty("deltaText").GetString());
    }

    [Theory]
    [InlineData(16_000)]
    [InlineData(16_385)]
    [InlineData(65_400)]
    [InlineData(65_536)]
    [InlineData(131_072)]
    [InlineData(300_000)]
    public async Task A_frame_longer_than_a_chunk_keeps_its_place(int length)
    {
        Talk talk = new("r1");
        output.SendUpdate(talk.Say("a"), now: false);
        await peer.StuckAsync();
        output.SendEvent(Encoding.UTF8.GetBytes($$"""{"type":"event","event":"long","text":"{{new string('x', length)}}" """), dropIfSlow: false);
        output.SendUpdate(talk.Say("b"), now: false);
        output.Send(Encoding.UTF8.GetBytes($$"""{"type":"res","event":"{{new string('y', length)}}"}"""));

        List<JsonElement> frames = await ReadAsync();

        Assert.Equal(
            ["agent", "chat", "long", "agent", "chat", new string('y', length)],
            frames.Select(frame => frame.GetProperty("event").GetString()));
        Assert.Equal(length, frames[2].GetProperty("text").GetString()!.Length);
        Assert.Equal(3, frames[2].GetProperty("seq").GetInt32());
    }

    [Fact]
    public async Task With_memory_short_a_peer_is_cut_when_it_took_nothing_for_ten_seconds_and_not_before()
    {
        ManualTimeProvider clock = new();
        WebSocketOutput slow = new(PipeWriter.Create(peer), new OutboundBudget(2 << 20), 50 << 20, clock);
        slow.SendUpdate(new Talk("r1").Say("a"), now: true);
        await peer.StuckAsync();
        Assert.Equal(SendOutcome.Queued, slow.SendEvent(Event(3 << 20), dropIfSlow: false)); // 2 are allowed for all
        clock.Advance(WebSocketOutput.StuckAfter - TimeSpan.FromSeconds(1));
        Assert.Equal(SendOutcome.Queued, slow.SendEvent(Event(10), dropIfSlow: false));
        Assert.Equal(SendOutcome.Queued, slow.SendEvent(Event(10), dropIfSlow: true));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SendOutcome.Overflow, slow.SendEvent(Event(10), dropIfSlow: false));
        Assert.Equal(SendOutcome.Skipped, slow.SendEvent(Event(10), dropIfSlow: true));

        const int Some = 64; // writes of a slice or less: it reads after all
        peer.Take(Some);
        for (int write = 0; write < Some; write++)
        {
            await peer.StuckAsync();
        }

        Assert.Equal(SendOutcome.Queued, slow.SendEvent(Event(10), dropIfSlow: false));
        peer.Open();
        await Guard.Within(slow.CompleteAsync());
    }

    [Fact]
    public async Task With_twice_the_memory_waiting_a_peer_with_more_than_its_share_is_cut_at_once()
    {
        WebSocketOutput slow = new(PipeWriter.Create(peer), new OutboundBudget(2 << 20), 50 << 20, new ManualTimeProvider());
        slow.SendEvent(Event(5 << 20), dropIfSlow: false);
        await peer.StuckAsync();

        Assert.Equal(SendOutcome.Overflow, slow.SendEvent(Event(10), dropIfSlow: false));
        peer.Open();
        await Guard.Within(slow.CompleteAsync());
    }

    [Fact]
    public async Task Text_that_waits_for_many_peers_is_counted_as_the_references_that_it_is()
    {
        Talk talk = new("r1");
        output.SendUpdate(talk.Say("a"), now: false);
        await peer.StuckAsync();
        output.SendUpdate(talk.Say(new string('x', 1_000_000)), now: false);

        Assert.InRange(budget.Waiting, 1, 2_000);
        Assert.InRange(output.Waiting, 4_000_000, 4_100_000); // both events, each with the text and its new piece
        await ReadAsync();
        Assert.Equal((0, 0), (budget.Waiting, output.Waiting));
    }

    [Fact]
    public async Task A_peer_that_pings_and_does_not_read_waits_for_one_pong()
    {
        output.SendUpdate(new Talk("r1").Say("a"), now: false);
        await peer.StuckAsync();
        long before = budget.Waiting;
        for (int ping = 0; ping < 1000; ping++)
        {
            output.Send(Array.Empty<byte>(), WebSocketOpcode.Pong);
            output.Send(new byte[] { (byte)ping }, WebSocketOpcode.Pong);
        }

        Assert.Equal(before + 1, budget.Waiting);
        output.Send("{}"u8.ToArray());
        output.Send(new byte[] { 7 }, WebSocketOpcode.Pong);
        peer.Open();
        await Guard.Within(output.CompleteAsync());

        Assert.Equal([(byte)'}', 0x8a, 1, 999 & 0xff, 0x81, 2, (byte)'{', (byte)'}', 0x8a, 1, 7], peer.Taken[^11..]);
        Assert.Equal((0, 0), (budget.Waiting, output.Waiting));
    }

    private static byte[] Event(int length) => Encoding.UTF8.GetBytes($$"""{"type":"event","event":"e","text":"{{new string('x', length)}}" """);

    private static bool IsChatOf(JsonElement frame, string run) =>
        frame.GetProperty("event").ValueEquals("chat") && frame.GetProperty("payload").GetProperty("runId").ValueEquals(run);

    private async Task<List<JsonElement>> ReadAsync()
    {
        peer.Open();
        await Guard.Within(output.CompleteAsync());
        byte[] bytes = peer.Taken;
        List<JsonElement> frames = [];
        for (int at = 0; at < bytes.Length;)
        {
            (int head, long length) = bytes[at + 1] switch
            {
                126 => (4, BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 2))),
                127 => (10, BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at + 2))),
                byte small => (2, small),
            };
            using JsonDocument document = JsonDocument.Parse(bytes.AsMemory(at + head, (int)length));
            frames.Add(document.RootElement.Clone());
            at += head + (int)length;
        }

        return frames;
    }

    private sealed class Talk(string id)
    {
        private readonly RunFrames frames = new(new Run(new RunRequest { RunId = id, SessionKey = SessionKey.Main("main"), Message = "", Source = "chat" }, 0));
        private string message = "";
        private long seq;

        public string Id => id;

        public string Text { get; private set; } = "";

        public int EscapedBytes => Escaped(Text).Length;

        public void NextMessage() => message = "";

        public TextUpdate Say(string piece)
        {
            string runPiece = message.Length == 0 && Text.Length > 0 ? "\n\n" + piece : piece;
            message += piece;
            Text += runPiece;
            return frames.Text(new RunTextEvent(null!, ++seq, 7, "item", Escaped(piece), Escaped(message), Escaped(runPiece), Escaped(Text)));
        }

        private static byte[] Escaped(string text) => Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());
    }
}
