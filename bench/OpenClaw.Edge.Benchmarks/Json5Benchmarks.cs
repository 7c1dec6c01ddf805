using System.Text;
using BenchmarkDotNet.Attributes;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>JSON5 to JSON, and a whole load of a configuration that is already in memory.</summary>
[MemoryDiagnoser]
public class Json5Benchmarks
{
    private static readonly ProcessEnvironment Environment = new([], "/nowhere", "/nowhere");
    private static readonly StatePaths Paths = StatePaths.Resolve(Environment, "/nowhere/openclaw.json", "/nowhere");
    private byte[] _text = [];

    /// <summary>Providers in the file; 4 is a typical configuration of 2 KB.</summary>
    [Params(4, 100)]
    public int Providers { get; set; }

    /// <summary>Writes a configuration as people write it, with comments and bare keys.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var text = new StringBuilder("// mine\n{\n  gateway: { port: 18789, bind: 'lan', auth: { mode: 'token' }, },\n  models: {\n    providers: {\n");
        for (int i = 0; i < Providers; i++)
        {
            text.Append("      // server ").Append(i).Append('\n')
                .Append("      server").Append(i).Append(": {\n        baseUrl: \"http://192.168.1.10:8000/v1\",\n        api: 'openai-completions',\n")
                .Append("        models: [\n          { id: 'qwen3:8b', name: \"Qwen 3\", reasoning: true, input: ['text'], contextWindow: 32768, maxTokens: 8192, },\n")
                .Append("          { id: 'llama3.2:3b', cost: { input: 0, output: .0, cacheRead: 0, cacheWrite: 0 } },\n        ],\n      },\n");
        }
        _text = Encoding.UTF8.GetBytes(text.Append("    },\n  },\n}\n").ToString());
    }

    /// <summary>Text to JSON.</summary>
    [Benchmark]
    public int Transcode() => Json5Transcoder.TryTranscode(_text, out Json5Document? document, out _) ? document.Json.Length : -1;

    /// <summary>Text to checked records.</summary>
    [Benchmark]
    public bool Load() => ConfigLoader.LoadText(_text, Paths, Environment).Valid;
}
