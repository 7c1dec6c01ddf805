using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Core.Tests.Storage;

/// <summary>This test program, run again as a process that appends until it is killed, and prints what was acknowledged.</summary>
internal static class WriterProcess
{
    /// <summary>First argument of the hidden mode.</summary>
    public const string Mode = "--append-until-killed";

    private const int Sessions = 3;

    public static Process Start(string databasePath)
    {
        string program = Path.ChangeExtension(typeof(WriterProcess).Assembly.Location, null);
        ProcessStartInfo start = new(program, [Mode, databasePath]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    public static async Task<int> RunAsync(string databasePath)
    {
        await using EdgeDatabase database = EdgeDatabase.Open(databasePath, TimeProvider.System, NullLogger.Instance);
        SessionStore store = new(database, TimeProvider.System);
        using Stream output = Console.OpenStandardOutput();
        Lock gate = new();
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(number => Task.Run(() => AppendAsync(store, number, line =>
        {
            lock (gate)
            {
                output.Write(line);
            }
        }))));
        return 0;
    }

    private static async Task AppendAsync(SessionStore store, int number, Action<byte[]> acknowledge)
    {
        SessionKey key = SessionKey.TryParse($"s{number}", "main", out SessionKey parsed) ? parsed : default;
        for (int i = 0; i < 100_000; i++)
        {
            string runId = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{number}-{i}");
            TranscriptEntry entry = new()
            {
                Id = runId,
                Kind = TranscriptEntryKind.Message,
                RunId = runId,
                Message = new ChatMessage
                {
                    Role = "user",
                    Content = MessageContent.Of(new string('x', 50 + (i * 37 % 3000))),
                    Timestamp = 1_763_000_000_000,
                    IdempotencyKey = $"{runId}:user",
                },
            };
            await store.AppendAsync(
                key, [entry], new SessionUpdate { RunId = runId, Status = SessionStatus.Queued, AcceptedInput = new PendingInput(key, runId, "chat", 0) }, default);
            acknowledge(System.Text.Encoding.ASCII.GetBytes($"{key.Text} {runId}\n"));
        }
    }
}
