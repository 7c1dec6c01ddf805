using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.TestKit.Fuzz;
using Xunit;

namespace OpenClaw.Edge.Tests.Fuzz;

/// <summary>Spoiled frames through the parsers in this process: framing, text, JSON, params. 100,000 in an ordinary run, a million with
/// <c>EDGE_FUZZ=full</c>.</summary>
[Collection(Alone.Name)]
public sealed class Reads_what_nobody_should_send
{
    private const int Limit = 64 * 1024;
    private const long MaxGrowth = 8 * 1024 * 1024; // pooled buffers that are kept

    private static readonly ParamSchema[] Schemas =
    [
        ParamSchema.Empty,
        ParamSchema.Parse("sessionKey!:str1 message:str1(1000) limit:int(1..1000) attachments:arr idempotencyKey!:str1 deliver:bool …"),
        ParamSchema.Parse("key!:str1 agentId:str? view:all|default keys:strs includeGlobal:bool params:obj timeoutMs:int(0..86400000)"),
    ];

    [Fact]
    public async Task Each_message_arrives_as_it_was_sent_or_ends_the_connection_with_its_code()
    {
        int count = FuzzCount.Of(100_000, 1_000_000);
        JsonMutator texts = new(FuzzCount.Seed, [.. FrameCorpus.Hellos, .. FrameCorpus.Requests]);
        WireMutator wires = new(FuzzCount.Seed);
        Random random = new(FuzzCount.Seed);
        Dictionary<FrameError, int> judged = [];
        HashSet<WireEnd> ends = [];
        long before = Settled();
        for (int done = 0; done < count;)
        {
            List<byte> bytes = [];
            List<byte[]> messages = [];
            WireEnd end = WireEnd.None;
            for (int i = random.Next(1, 40); i > 0 && end == WireEnd.None; i--, done++)
            {
                byte[] text = texts.Next(out _);
                WireCase wire = wires.Next(text, Utf8.IsValid(text));
                end = wire.Carries && text.Length > Limit ? WireEnd.TooBig : wire.End;
                bytes.AddRange(wire.Bytes);
                if (end == WireEnd.None)
                {
                    messages.Add(text);
                }
            }

            await ReadAsync([.. bytes], messages, end, random, judged);
            ends.Add(end);
        }

        Assert.InRange(Settled() - before, long.MinValue, MaxGrowth);
        Assert.Equal(Enum.GetValues<WireEnd>().ToHashSet(), ends);
        Assert.Equal(Enum.GetValues<FrameError>().ToHashSet(), judged.Keys.ToHashSet());
        Assert.InRange(judged[FrameError.None], count / 50, count / 2); // most are spoiled, enough are not
    }

    [Fact]
    public async Task A_stream_that_ends_anywhere_is_the_end_of_the_stream()
    {
        WireMutator wires = new(FuzzCount.Seed);
        byte[] text = Encoding.UTF8.GetBytes(FrameCorpus.Requests[1]);
        byte[] frame = wires.Frame(0x81, text);
        for (int cut = 0; cut < frame.Length; cut++)
        {
            await ReadAsync(frame[..cut], [], WireEnd.None, new Random(cut), []);
        }
    }

    private static async Task ReadAsync(byte[] bytes, List<byte[]> messages, WireEnd end, Random random, Dictionary<FrameError, int> judged)
    {
        using WebSocketInput input = new(new ChunkStream(bytes, random), Limit, TimeProvider.System);
        int next = 0;
        while (true)
        {
            WebSocketMessage message = await input.ReadAsync(CancellationToken.None);
            switch (message.Kind)
            {
                case WebSocketMessageKind.Data:
                    Assert.True(next < messages.Count, "more messages than were sent");
                    Assert.True(message.Payload.Span.SequenceEqual(messages[next]), $"message {next} of {messages.Count} came changed");
                    FrameError error = Judge(message.Payload, random);
                    judged[error] = judged.GetValueOrDefault(error) + 1;
                    next++;
                    continue;
                case WebSocketMessageKind.Ping or WebSocketMessageKind.Pong:
                    continue;
                case WebSocketMessageKind.EndOfStream:
                    Assert.Equal((end, next), (WireEnd.None, messages.Count));
                    return;
                case WebSocketMessageKind.Close:
                    Assert.Equal((int)end, ClosePayload.Answer(message.Payload.Span));
                    break;
                default:
                    Assert.Equal(
                        end,
                        message.Kind switch
                        {
                            WebSocketMessageKind.ProtocolError => WireEnd.ProtocolError,
                            WebSocketMessageKind.TooBig => WireEnd.TooBig,
                            _ => WireEnd.BadText,
                        });
                    break;
            }

            Assert.Equal(messages.Count, next);
            return;
        }
    }

    // The same verdict whole and in pieces, the same opinion of JSON as the platform's reader, and params that can be looked at.
    private static FrameError Judge(ReadOnlyMemory<byte> text, Random random)
    {
        FrameError error = FrameReader.TryRead(new ReadOnlySequence<byte>(text), out RequestFrame frame);
        if (random.Next(8) == 0)
        {
            Assert.Equal(error, FrameReader.TryRead(Split(text, random.Next(text.Length + 1)), out RequestFrame same));
            Assert.Equal((frame.Id, frame.Method), (same.Id, same.Method));
            Assert.Equal(frame.Params.ToArray(), same.Params.ToArray());
        }

        bool isJson = IsJson(text, out bool half);
        Assert.True(isJson || error == FrameError.NotJson, $"{error}, and it is no JSON: {Encoding.UTF8.GetString(text.Span)}");
        Assert.True(!isJson || half || error != FrameError.NotJson, $"it is JSON: {Encoding.UTF8.GetString(text.Span)}");
        if (error == FrameError.None)
        {
            Assert.True(frame.Id.Length > 0 && frame.Method.Length > 0);
            Utf8JsonReader reader = new(frame.Params.IsEmpty ? new ReadOnlySequence<byte>("{}"u8.ToArray()) : frame.Params);
            JsonElement parameters = JsonElement.ParseValue(ref reader);
            _ = ConnectParams.Read(parameters, out _);
            Touch(parameters);
            foreach (ParamSchema schema in Schemas)
            {
                _ = schema.Check(parameters);
            }
        }

        return error;
    }

    // every text is one that .NET can hold
    private static void Touch(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            Assert.NotNull(element.GetString());
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Touch(item);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                Assert.NotNull(member.Name);
                Touch(member.Value);
            }
        }
    }

    private static bool IsJson(ReadOnlyMemory<byte> text, out bool half)
    {
        half = text.Span.IndexOf("\\ud"u8) >= 0 || text.Span.IndexOf("\\uD"u8) >= 0;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> text, int cut)
    {
        Piece first = new(text[..cut], 0);
        Piece last = first.Then(text[cut..]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            Piece next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
