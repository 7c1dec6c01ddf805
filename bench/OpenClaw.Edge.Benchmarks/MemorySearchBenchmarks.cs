using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>Searches of a hundred thousand pieces with vectors of 768 numbers, through everything but the embedding model. The first run
/// makes the index (minutes) and leaves it in the temporary directory for the next.</summary>
[Config(typeof(Medians))]
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls CleanUpAsync
public class MemorySearchBenchmarks
#pragma warning restore CA1001
{
    private const int PiecesOfFile = 100;
    private const int Dimensions = 768;
    private const int Topics = 500;

    // EDGE_BENCH_SMALL: what tests/run.sh sets to see that the benchmark runs, without the minutes.
    private static readonly int s_files = Environment.GetEnvironmentVariable("EDGE_BENCH_SMALL") is null ? 1_000 : 10;
    private static readonly string s_folder = Path.Combine(Path.GetTempPath(), $"openclaw-bench-memory-{s_files}");
    private static readonly MemorySearchConfig s_settings = new() { ChunkTokens = 100, ChunkOverlap = 0 };

    private readonly Random _random = new(3);
    private EdgeDatabase? _database;
    private MemoryIndex? _index;
    private MemoryScope? _scope;
    private bool _hasEmbedder = true;

    /// <summary>Makes the notes and their index, unless an earlier run did.</summary>
    [GlobalSetup]
#pragma warning disable VSTHRD002 // in this process BenchmarkDotNet does not wait for a setup that is a task
    public void SetUp() => Task.Run(SetUpAsync).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    private async Task SetUpAsync()
    {
        string workspace = Path.Combine(s_folder, "workspace");
        for (int file = 0; file < s_files && !File.Exists(Path.Combine(s_folder, "done")); file++)
        {
            StringBuilder text = new();
            for (int piece = 0; piece < PiecesOfFile; piece++)
            {
                int topic = _random.Next(Topics);
                text.Append(CultureInfo.InvariantCulture, $"# topic{topic} of note {file}\n");
                for (int word = 0; word < 52; word++)
                {
                    text.Append(Word(_random)).Append(' ');
                }

                text.Append('\n');
            }

            string path = Path.Combine(workspace, "memory", $"{file % 20:00}", $"note{file}.md");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using FileStream stream = new(path, FileMode.Create);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
        }

        _database = EdgeDatabase.Open(Path.Combine(s_folder, "edge.sqlite"), TimeProvider.System, NullLogger.Instance);
        _scope = new MemoryScope("main", workspace, s_settings);
        _index = new MemoryIndex(new MemoryParts
        {
            Database = _database,
            Disk = WorkspaceMemory.Disk,
            Scopes = () => [_scope],
            Choose = (_, _) => Task.FromResult(new MemoryEmbedderChoice(_hasEmbedder ? new MemoryEmbedder("bench/topics", false, EmbedAsync) : null, "off")),
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
        });
        MemoryStatus status = await _index.IndexAsync(_scope, false, CancellationToken.None);
        if (status.Chunks < s_files * PiecesOfFile || status.Embedded != status.Chunks)
        {
            throw new InvalidOperationException($"{status.Chunks} pieces, {status.Embedded} vectors: {status.Problem}");
        }

        await File.Create(Path.Combine(s_folder, "done")).DisposeAsync();
    }

    /// <summary>Ends it; the files stay.</summary>
    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _index!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>By meaning and words: one rare and one common word.</summary>
    [Benchmark]
    public async Task<int> HybridAsync() =>
        (await _index!.SearchAsync(_scope!, $"topic{_random.Next(Topics)} {Word(_random)} note", 6, null, CancellationToken.None)).Hits.Count;

    /// <summary>By words alone, as where there is no embedder.</summary>
    [Benchmark]
    public async Task<int> WordsAsync()
    {
        MemoryScope words = _scope! with { Settings = s_settings with { Provider = "none" } };
        _hasEmbedder = false;
        try
        {
            return (await _index!.SearchAsync(words, $"topic{_random.Next(Topics)} {Word(_random)} note", 6, null, CancellationToken.None)).Hits.Count;
        }
        finally
        {
            _hasEmbedder = true;
        }
    }

    // A few words are everywhere and most are rare, as in speech.
    private static string Word(Random random) => $"w{(int)Math.Pow(20_000, random.NextDouble())}x";

    private static Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<float[]>>([.. texts.Select(Vector)]);

    // Pieces of a topic are near each other; each has noise of its own.
    private static float[] Vector(string text)
    {
        int at = text.IndexOf("topic", StringComparison.Ordinal) + 5;
        int end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        Random topic = new(int.Parse(text.AsSpan(at, end - at), CultureInfo.InvariantCulture));
        Random own = new(text.Length * 31 + text[^2]);
        float[] vector = new float[Dimensions];
        for (int i = 0; i < Dimensions; i++)
        {
            vector[i] = (float)(topic.NextDouble() - 0.5 + ((own.NextDouble() - 0.5) * 0.8));
        }

        return vector;
    }
}
