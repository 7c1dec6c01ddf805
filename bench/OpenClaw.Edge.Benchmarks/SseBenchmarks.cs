using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using OpenClaw.Edge.Protocol.OpenAi;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>One socket read of chat completion chunks, from bytes to text.</summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "disposed by the harness in Close")]
public class SseBenchmarks
{
    private const int Tokens = 32;
    private readonly AnswerDraft _draft = new();
    private readonly SseParser _parser = new();
    private byte[] _bytes = [];

    /// <summary>Gives its buffers back.</summary>
    [GlobalCleanup]
    public void Close() => _parser.Dispose();

    /// <summary>Writes the read.</summary>
    [GlobalSetup]
    public void Write() => _bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, Tokens).Select(i =>
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,\"model\":\"qwen3:8b\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" tok"
        + i + "\"},\"finish_reason\":null}]}\n\n")));

    /// <summary>Events cut out only.</summary>
    [Benchmark(OperationsPerInvoke = Tokens)]
    public int Events()
    {
        var buffer = new ReadOnlySequence<byte>(_bytes);
        int bytes = 0;
        while (_parser.TryRead(ref buffer, isFinal: false, out SseEvent message))
        {
            bytes += message.Data.Length;
        }

        return bytes;
    }

    /// <summary>Events, JSON and text.</summary>
    [Benchmark(OperationsPerInvoke = Tokens)]
    public int Text()
    {
        _draft.BeginRead();
        var buffer = new ReadOnlySequence<byte>(_bytes);
        while (_parser.TryRead(ref buffer, isFinal: false, out SseEvent message))
        {
            ChatChunkReader.TryRead(message.Data, _draft);
        }

        return _draft.Pieces[0].Length;
    }
}
