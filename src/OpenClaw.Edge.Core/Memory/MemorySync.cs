using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Memory;

/// <summary>Brings the index of words up to date with the files: one run an agent at a time, which all who ask share. Thread-safe.</summary>
internal sealed partial class MemorySync(MemoryStore store, MemoryParts parts, CancellationToken stopping)
{
    private const int Version = 1; // of the way files are cut; another one cuts every file again
    private const int RacyMs = 2_000; // a file written so recently may have been written again in the same tick

    private readonly ConcurrentDictionary<string, Run> _running = new(StringComparer.Ordinal);

    /// <summary>Looks at the files of an agent and indexes what changed.</summary>
    /// <param name="scope">The agent.</param>
    /// <param name="force">Whether unchanged files are cut again too.</param>
    /// <param name="hurry">Whether somebody waits: then there are no pauses.</param>
    /// <param name="cancellationToken">Stops waiting; the run goes on for others.</param>
    public async Task RunAsync(MemoryScope scope, bool force, bool hurry, CancellationToken cancellationToken)
    {
        while (true)
        {
            Run mine = new(force);
            Run run = _running.GetOrAdd(scope.AgentId, mine);
            run.Hurry |= hurry;
            if (ReferenceEquals(run, mine))
            {
                run.Work = Task.Run(() => WorkAsync(scope, run), CancellationToken.None);
                run.Started.TrySetResult();
            }

            await run.Started.Task;
            await run.Work.WaitAsync(cancellationToken);
            if (ReferenceEquals(run, mine) || (run.Force && force))
            {
                return; // a run that began before we asked may have missed the last change: then one more
            }
        }
    }

    /// <summary>Takes all files of an agent out of the index, with pauses, and says how many.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="isGone">Whether it still is gone; else what is left stays.</param>
    public async Task<int> ForgetAsync(string agentId, Func<bool> isGone)
    {
        int gone = 0;
        foreach (StoredFile file in store.Files(agentId).Values)
        {
            if (!isGone())
            {
                break;
            }

            long began = parts.Time.GetTimestamp();
            await store.RemoveAsync(file.Id, stopping);
            gone++;
            await CpuBudget.RestAsync(parts.Time, parts.Time.GetElapsedTime(began), CpuBudget.TextShare, stopping);
        }

        return gone;
    }

    /// <summary>Waits for runs under way, which the stop has ended.</summary>
    public async Task EndAsync()
    {
        foreach (Run run in _running.Values)
        {
            await run.Work.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task WorkAsync(MemoryScope scope, Run run)
    {
        try
        {
            await SyncAsync(scope, run);
        }
        finally
        {
            _running.TryRemove(scope.AgentId, out _);
        }
    }

    private async Task SyncAsync(MemoryScope scope, Run run)
    {
        Dictionary<string, StoredFile> stored = store.Files(scope.AgentId);
        string rule = string.Create(CultureInfo.InvariantCulture, $"{Version}/{scope.Settings.ChunkTokens}/{scope.Settings.ChunkOverlap}");
        long now = parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (MemoryFile file in MemoryFolder.Scan(scope, parts.Disk))
        {
            stopping.ThrowIfCancellationRequested();
            stored.Remove(file.Path, out StoredFile? known);
            bool same = known is not null && known.Rule == rule && known.Hash.Length > 0 && !run.Force;
            if (same && known!.Size == file.Size && known.ModifiedMs == file.ModifiedMs && Math.Abs(now - file.ModifiedMs) > RacyMs)
            {
                continue;
            }

            long began = parts.Time.GetTimestamp();
            await IndexAsync(scope, file, same ? known : null, rule);
            if (!run.Hurry)
            {
                await CpuBudget.RestAsync(parts.Time, parts.Time.GetElapsedTime(began), CpuBudget.TextShare, stopping);
            }
        }

        foreach (StoredFile gone in stored.Values)
        {
            await store.RemoveAsync(gone.Id, stopping);
        }
    }

    private async Task IndexAsync(MemoryScope scope, MemoryFile file, StoredFile? same, string rule)
    {
        if (parts.Disk.Read(file.Root, file.Inner, MemoryFolder.MaxFileBytes) is not { } bytes)
        {
            return; // gone since; the next look takes it out
        }

        byte[] hash = SHA256.HashData(bytes);
        if (same is not null && same.Hash.AsSpan().SequenceEqual(hash))
        {
            if (same.ModifiedMs != file.ModifiedMs)
            {
                await store.TouchAsync(same.Id, file.ModifiedMs, stopping);
            }

            return;
        }

        string text = Encoding.UTF8.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes).Replace('\0', ' ');
        IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut(text, scope.Settings.ChunkTokens, scope.Settings.ChunkOverlap);
        await store.ReplaceAsync(scope.AgentId, file, rule, hash, chunks, stopping);
        Log.Indexed(parts.Logger, file.Path, scope.AgentId, chunks.Count);
    }

    private sealed class Run(bool force)
    {
        public bool Force { get; } = force;

        public volatile bool Hurry;

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Work { get; set; } = Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(2401, LogLevel.Debug, "Indexed {Path} of agent {Agent}: {Count} pieces.")]
        public static partial void Indexed(ILogger logger, string path, string agent, int count);
    }
}
