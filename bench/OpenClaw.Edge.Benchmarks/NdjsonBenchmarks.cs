using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using OpenClaw.Edge.Protocol.Ollama;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>One socket read of Ollama lines, from bytes to text.</summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "disposed by the harness in Close")]
public class NdjsonBenchmarks
{
    private const int Tokens = 32;
    private readonly AnswerDraft _draft = new();
    private readonly NdjsonReader _reader = new();
    private byte[] _bytes = [];

    /// <summary>Gives its buffers back.</summary>
    [GlobalCleanup]
    public void Close() => _reader.Dispose();

    /// <summary>Writes the read.</summary>
    [GlobalSetup]
    public void Write() => _bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, Tokens).Select(i =>
        "{\"model\":\"qwen3:8b\",\"created_at\":\"2026-11-21T09:00:00.000Z\",\"message\":{\"role\":\"assistant\",\"content\":\" tok" + i + "\"},\"done\":false}\n")));

    /// <summary>Lines, JSON and text.</summary>
    [Benchmark(OperationsPerInvoke = Tokens)]
    public int Text()
    {
        _draft.BeginRead();
        var buffer = new ReadOnlySequence<byte>(_bytes);
        while (_reader.TryRead(ref buffer, isFinal: false, out ReadOnlySpan<byte> line))
        {
            OllamaChunkReader.TryRead(line, _draft);
        }

        return _draft.Pieces[0].Length;
    }
}
