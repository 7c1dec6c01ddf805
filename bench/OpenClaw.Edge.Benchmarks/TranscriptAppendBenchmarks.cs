using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>What it costs to have a message on disk: alone, and when 32 sessions write at once and share commits. Mostly the disk's fsync.</summary>
[MemoryDiagnoser]
public class TranscriptAppendBenchmarks
{
    private const int Sessions = 32;

    private readonly SessionKey[] _keys = new SessionKey[Sessions];
    private string _directory = "";
    private EdgeDatabase? _database;
    private SessionStore? _store;

    /// <summary>Opens a database on the disk of the current directory: the temporary one may be memory.</summary>
    [GlobalSetup]
    public void Open()
    {
        _directory = Path.Combine(Environment.CurrentDirectory, $"append-bench-{Guid.NewGuid():N}");
        _database = EdgeDatabase.Open(Path.Combine(_directory, "edge.sqlite"), TimeProvider.System, NullLogger.Instance);
        _store = new SessionStore(_database, TimeProvider.System);
        for (int i = 0; i < Sessions; i++)
        {
            _keys[i] = SessionKey.TryParse($"bench-{i}", "main", out SessionKey key) ? key : default;
        }
    }

    /// <summary>Closes and deletes it.</summary>
    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _database!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>One message, alone.</summary>
    [Benchmark(Baseline = true)]
    public Task<IReadOnlyList<TranscriptEntry>> AppendAsync() => AppendAsync(_keys[0]);

    /// <summary>32 messages at once; the time is of one of them.</summary>
    [Benchmark(OperationsPerInvoke = Sessions)]
    public Task Append32AtOnceAsync() => Task.WhenAll(_keys.Select(AppendAsync));

    /// <summary>The newest 200 rows of a session.</summary>
    [Benchmark]
    public TranscriptPage ReadPage() => _store!.ReadPage(_keys[0], 200);

    private Task<IReadOnlyList<TranscriptEntry>> AppendAsync(SessionKey key)
    {
        string id = Guid.NewGuid().ToString();
        TranscriptEntry entry = new()
        {
            Id = id,
            Kind = TranscriptEntryKind.Message,
            RunId = id,
            Message = new ChatMessage
            {
                Role = "user",
                Content = MessageContent.Of("Which of the tomatoes need water today, and how much of it?"),
                Timestamp = 1_763_000_000_000,
                IdempotencyKey = $"{id}:user",
            },
        };
        return _store!.AppendAsync(key, [entry], null, CancellationToken.None);
    }
}
