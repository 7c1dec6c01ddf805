using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>One request in, one event and one response out, and the WebSocket header around them.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private readonly byte[] _scratch = new byte[64 * 1024];
    private readonly byte[] _masked = new byte[64 * 1024];
    private ReadOnlySequence<byte> _request;
    private string _text = "";

    /// <summary>Characters of the message.</summary>
    [Params(40, 4000)]
    public int Length { get; set; }

    /// <summary>Writes the request.</summary>
    [GlobalSetup]
    public void Write()
    {
        _text = string.Concat(Enumerable.Repeat("word ", Length / 5));
        _request = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(
            "{\"type\":\"req\",\"id\":\"9b2f6c1e-6f2d-4a38-9d1f-3f6d0c5b7a10\",\"method\":\"chat.send\",\"params\":{\"sessionKey\":\"main\",\"message\":\""
            + _text + "\",\"idempotencyKey\":\"0d6f7f0e\"}}"));
        WebSocketHeader.WriteServer(_masked, WebSocketOpcode.Text, 60_000);
        _masked[1] |= 0x80; // a client's: the mask of zeros behind it is part of what is read
    }

    /// <summary>Reads the envelope; params are not looked at.</summary>
    [Benchmark]
    public int ReadRequest()
    {
        FrameReader.TryRead(_request, out RequestFrame frame);
        return (int)frame.Params.Length;
    }

    /// <summary>An event that every connection gets, without its number.</summary>
    [Benchmark]
    public int WriteEvent() => FrameWriter.OpenEvent("chat", json =>
    {
        json.WriteStartObject();
        json.WriteString("runId"u8, "0d6f7f0e"u8);
        json.WriteString("sessionKey"u8, "agent:main:main"u8);
        json.WriteNumber("seq"u8, 17);
        json.WriteString("state"u8, "delta"u8);
        json.WriteString("deltaText"u8, _text);
        json.WriteEndObject();
    }).Length;

    /// <summary>A response.</summary>
    [Benchmark]
    public int WriteResponse() => FrameWriter.Response("9b2f6c1e", json =>
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "started"u8);
        json.WriteString("text"u8, _text);
        json.WriteEndObject();
    }).Length;

    /// <summary>The header of a frame from the gateway.</summary>
    [Benchmark]
    public int WriteHeader() => WebSocketHeader.WriteServer(_scratch, WebSocketOpcode.Text, Length);

    /// <summary>The header of a frame to the gateway.</summary>
    [Benchmark]
    public int ReadHeader()
    {
        WebSocketHeader.TryRead(_masked, out _, out int consumed);
        return consumed;
    }

    /// <summary>Taking the mask off.</summary>
    [Benchmark]
    public byte Unmask()
    {
        WebSocketHeader.ApplyMask(_scratch.AsSpan(0, Length), 0x5AC3_91E7);
        return _scratch[0];
    }
}
