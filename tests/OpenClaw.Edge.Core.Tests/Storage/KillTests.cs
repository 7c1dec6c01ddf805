using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Storage;

public sealed class KillTests : IDisposable
{
    private const int Rounds = 50;

    // A busy machine may not get through all rounds in time; fewer than these prove nothing.
    private const int LeastRounds = 10;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task Every_acknowledged_append_survives_kill_9()
    {
        const int Seed = 20261121;
        Random random = new(Seed);
        string path = _dir.PathOf("edge.sqlite");
        Stopwatch elapsed = Stopwatch.StartNew();
        int acknowledged = 0;
        int round = 0;
        for (; round < Rounds && (round < LeastRounds || elapsed.Elapsed < Budget); round++)
        {
            acknowledged += await KillOnceAsync(path, killAfterLines: random.Next(1, 120));
        }

        Assert.True(acknowledged > round, $"seed {Seed}: only {acknowledged} acknowledged appends in {round} rounds");
        TestContext.Current.TestOutputHelper?.WriteLine($"{round} kills, {acknowledged} acknowledged appends, none lost");
    }

    private static async Task<int> KillOnceAsync(string path, int killAfterLines)
    {
        List<string> lines = [];
        using (Process writer = WriterProcess.Start(path))
        {
            Task<List<string>> reading = Task.Run(() => ReadLines(writer, killAfterLines));
            lines = await Guard.Within(reading, limit: TimeSpan.FromSeconds(60));
            await Guard.Within(writer.WaitForExitAsync());
            Assert.Equal(128 + 9, writer.ExitCode);
        }

        await using EdgeDatabase database = EdgeDatabase.Open(path, TimeProvider.System, NullLogger.Instance);
        SessionStore store = new(database, TimeProvider.System);
        Assert.True(await database.IntegrityCheckAsync());
        HashSet<string> pending = [.. store.PendingInputs().Select(input => input.RunId)];
        foreach (string line in lines)
        {
            string[] parts = line.Split(' ');
            Assert.True(SessionKey.TryParse(parts[0], "main", out SessionKey key));
            Assert.NotNull(store.FindByIdempotencyKey(key, $"{parts[1]}:user"));
            Assert.Contains(parts[1], pending);
        }

        // No gaps, no row without its count: entry, session row and pending input are one transaction.
        Assert.Equal(0, database.Read(connection => connection.Number(
            """
            SELECT COUNT(*) FROM sessions s WHERE s.message_count <>
                (SELECT COALESCE(MAX(e.seq), 0) FROM transcript_entries e WHERE e.session_row = s.row_id AND e.window = s.window)
            """)));
        Assert.Equal(pending.Count, (await store.RecoverInterruptedAsync(default)).Count);
        return lines.Count;
    }

    // The kill comes while the writer is busy: between two of its lines. What it printed before it died still counts.
    private static List<string> ReadLines(Process writer, int killAfterLines)
    {
        List<string> lines = [];
        while (writer.StandardOutput.ReadLine() is string line)
        {
            lines.Add(line);
            if (lines.Count == killAfterLines)
            {
                writer.Kill();
            }
        }

        // The last line may be cut: then it was never acknowledged.
        if (lines.Count > 0 && lines[^1].Split('-').Length < 3)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }
}
