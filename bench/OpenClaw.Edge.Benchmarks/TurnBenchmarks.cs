using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>What a turn costs besides the model: an agent turn in this process over a real database with a model that answers at once.
/// Not BenchmarkDotNet, because the budget speaks of percentiles and of where the time goes.</summary>
/// <remarks><c>dotnet run -c Release --project bench/OpenClaw.Edge.Benchmarks -- turn [prior=500] [sessions=1] [turns=20] [rounds=10] [model-ms=0]</c>.
/// Each round has fresh sessions, so that their length stays near <c>prior</c>; the first turn of each is counted apart, because nothing of
/// its history is in memory.</remarks>
internal sealed class TurnBenchmarks : IAsyncDisposable
{
    private readonly string _directory;
    private readonly EdgeDatabase _database;
    private readonly SessionStore _sessions;
    private readonly InstantProvider _model;
    private readonly ModelRouter _models;
    private readonly RunRegistry _runs;
    private readonly RunEventHub _events = new();
    private readonly int _count;
    private int _made;
    private long _seen;

    private TurnBenchmarks(int sessions, TimeSpan modelTime)
    {
        // The disk of the current directory: the temporary one may be memory.
        _directory = Path.Combine(Environment.CurrentDirectory, $"turn-bench-{Guid.NewGuid():N}");
        _database = EdgeDatabase.Open(Path.Combine(_directory, "edge.sqlite"), TimeProvider.System, NullLogger.Instance);
        _sessions = new SessionStore(_database, TimeProvider.System);
        _model = new InstantProvider(modelTime);
        ModelProviderEntry entry = new()
        {
            Id = _model.Id,
            Api = "instant",
            BaseUri = new Uri("http://instant/"),
            Provider = _model,
        };
        _models = new ModelRouter(ProviderCatalog.Of([entry], "instant/one", TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance);
        EdgeConfig config = new();
        config = config with
        {
            Agents = config.Agents with { Defaults = config.Agents.Defaults with { MaxConcurrent = Math.Max(2, sessions) } },
        };
        AgentCatalog agents = new(
            [new AgentEntry { Id = "main", Name = "Main", Workspace = Path.Combine(_directory, "workspace"), IsDefault = true }]);
        _events.Listen(_ => Interlocked.Increment(ref _seen));
        _runs = new RunRegistry(new AgentRuntime
        {
            Config = () => config,
            Agents = () => agents,
            Sessions = _sessions,
            Models = _models,
            Tools = new ToolRegistry(BuiltInTools.All),
            Events = _events,
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        });
        _count = sessions;
    }

    /// <summary>Runs the harness; the arguments are <c>name=value</c>.</summary>
    public static async Task RunAsync(string[] args)
    {
        int prior = Argument(args, "prior", 500);
        int turns = Argument(args, "turns", 20);
        await using TurnBenchmarks bench = new(Argument(args, "sessions", 1), TimeSpan.FromMilliseconds(Argument(args, "model-ms", 0)));
        await bench._models.Catalog.ListModelsAsync(CancellationToken.None);
        await bench.MeasureAsync("compiling", prior, turns, rounds: 3);
        await bench.MeasureAsync("compiled", prior, turns, Argument(args, "rounds", 10));
        Print("reading the whole history", bench.ReadWhole(100));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"messages in the last request {bench._model.LastMessages}, events {bench._seen}"));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _runs.DisposeAsync();
        await _models.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task MeasureAsync(string name, int prior, int turns, int rounds)
    {
        List<TurnTimes> first = [];
        List<TurnTimes> later = [];
        long allocated = 0;
        TimeSpan cpu = default;
        for (int round = 0; round < rounds; round++)
        {
            SessionKey[] keys = [.. Enumerable.Range(0, _count).Select(_ => Key(_made++))];
            await Task.WhenAll(keys.Select(key => FillAsync(key, prior)));
            GC.Collect();
            long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
            TurnTimes[][] all = await Task.WhenAll(keys.Select(key => Task.Run(() => TalkAsync(key, turns))));
            cpu += Process.GetCurrentProcess().TotalProcessorTime - cpuBefore;
            allocated += GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
            first.AddRange(all.Select(times => times[0]));
            later.AddRange(all.SelectMany(times => times[1..]));
        }

        int count = first.Count + later.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {rounds} rounds of {_count} sessions with {prior} messages, {turns} turns each; a turn: {cpu.TotalMilliseconds / count:0.00} ms CPU, {allocated / count / 1024} KiB allocated"));
        Print("  first turn, added in all", first.Select(time => time.Before + time.After));
        Print("  added in all            ", later.Select(time => time.Before + time.After));
        Print("    asked -> model asked  ", later.Select(time => time.Before));
        Print("    model done -> end told", later.Select(time => time.After));
        Print("  asked -> on disk        ", later.Select(time => time.Acknowledged));
        Print("  whole turn              ", later.Select(time => time.Whole));
    }

    // What the first turn of a session pays, and none after it.
    private double[] ReadWhole(int times)
    {
        SessionKey key = Key(0);
        double[] milliseconds = new double[times];
        for (int i = 0; i < times; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            _ = _sessions.ReadContext(key, InstantProvider.Window * 4);
            milliseconds[i] = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        }

        return milliseconds;
    }

    private async Task<TurnTimes[]> TalkAsync(SessionKey key, int turns)
    {
        TurnTimes[] times = new TurnTimes[turns];
        for (int i = 0; i < turns; i++)
        {
            RunRequest request = new()
            {
                RunId = Guid.NewGuid().ToString(),
                SessionKey = key,
                Message = "Which of the tomatoes need water today, and how much of it?",
                Source = "chat",
            };
            TimeProvider clock = TimeProvider.System;
            long start = clock.GetTimestamp();
            RunAdmission admission = await _runs.StartAsync(request, CancellationToken.None);
            long acknowledged = clock.GetTimestamp();
            RunResult result = await admission.Run!.Completion;
            long end = clock.GetTimestamp();
            if (result.Status != RunStatus.Done)
            {
                throw new InvalidOperationException(result.ErrorMessage);
            }

            (long asked, long answered) = _model.Take(key.Text);
            times[i] = new TurnTimes(
                clock.GetElapsedTime(start, asked).TotalMilliseconds,
                clock.GetElapsedTime(start, acknowledged).TotalMilliseconds,
                clock.GetElapsedTime(answered, end).TotalMilliseconds,
                clock.GetElapsedTime(start, end).TotalMilliseconds);
        }

        return times;
    }

    private async Task FillAsync(SessionKey key, int prior)
    {
        List<TranscriptEntry> entries = [];
        for (int i = 0; i < prior; i++)
        {
            bool user = i % 2 == 0;
            string text = $"Message {i}: " + string.Concat(Enumerable.Repeat("the tomatoes by the wall were dry again. ", (i % 5) + 2));
            string run = $"{key.Text}-{i / 2}";
            entries.Add(new TranscriptEntry
            {
                Id = Guid.NewGuid().ToString(),
                Kind = TranscriptEntryKind.Message,
                RunId = run,
                Message = new ChatMessage
                {
                    Role = user ? "user" : "assistant",
                    Content = user ? MessageContent.Of(text) : MessageContent.Of([ContentPart.OfText(text)]),
                    Timestamp = 1_763_000_000_000 + i,
                    IdempotencyKey = run + (user ? ":user" : ":assistant"),
                    Api = user ? null : "instant",
                    Provider = user ? null : "instant",
                    Model = user ? null : "one",
                    Usage = user ? null : new MessageUsage { Input = 1000, Output = 50, TotalTokens = 1050 },
                    StopReason = user ? null : "stop",
                },
            });
        }

        await _sessions.AppendAsync(key, entries, null, CancellationToken.None);
    }

    private static SessionKey Key(int number) =>
        SessionKey.TryParse($"agent:main:bench-{number}", "main", out SessionKey key)
            ? key
            : throw new ArgumentOutOfRangeException(nameof(number));

    private static void Print(string name, IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}  p50 {At(0.50):0.00}  p90 {At(0.90):0.00}  p99 {At(0.99):0.00}  max {sorted[^1]:0.00} ms"));

        double At(double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }

    private static int Argument(string[] args, string name, int fallback) =>
        Array.Find(args, arg => arg.StartsWith(name + "=", StringComparison.Ordinal)) is string given
            ? int.Parse(given.AsSpan(name.Length + 1), CultureInfo.InvariantCulture)
            : fallback;

    private readonly record struct TurnTimes(double Before, double Acknowledged, double After, double Whole);
}
