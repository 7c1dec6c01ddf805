using System.Collections.Concurrent;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Security;

/// <summary>When devices were last here. Kept in memory and written at most every ten minutes for each device, and at the
/// end: a reconnect never waits for the disk. Thread-safe.</summary>
internal sealed class DeviceSightings(EdgeDatabase database, TimeProvider time) : IAsyncDisposable
{
    private static readonly long WriteEveryMs = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    private readonly ConcurrentDictionary<string, (long AtMs, string Reason)> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task _writing = Task.CompletedTask;

    /// <summary>Notes a paired device. Only those are kept, so memory is bounded by the table.</summary>
    public void Note(PairedDevice device, string reason)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _seen[device.DeviceId] = (now, reason);
        long written = _written.GetValueOrDefault(device.DeviceId, device.LastSeenAtMs ?? 0);
        if (now - written < WriteEveryMs)
        {
            return;
        }

        _written[device.DeviceId] = now;
        lock (_gate)
        {
            _writing = Task.WhenAll(_writing.IsCompleted ? Task.CompletedTask : _writing, WriteAsync());
        }
    }

    /// <summary>The device with what is known here and not in the database yet.</summary>
    public PairedDevice Apply(PairedDevice device) => _seen.TryGetValue(device.DeviceId, out (long AtMs, string Reason) last)
        ? device with { LastSeenAtMs = last.AtMs, LastSeenReason = last.Reason }
        : device;

    /// <summary>Forgets a device.</summary>
    public void Forget(string deviceId)
    {
        _seen.TryRemove(deviceId, out _);
        _written.TryRemove(deviceId, out _);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            writing = _writing;
        }

        await writing;
        if (!_seen.IsEmpty)
        {
            await WriteAsync();
        }
    }

    private async Task WriteAsync()
    {
        KeyValuePair<string, (long AtMs, string Reason)>[] rows = [.. _seen];
        try
        {
            await database.WriteAsync(
                connection =>
                {
                    foreach ((string deviceId, (long atMs, string reason)) in rows)
                    {
                        connection.Execute(DeviceTable.Seen, deviceId, atMs, reason);
                    }
                },
                CancellationToken.None);
        }
        catch (StorageException)
        {
            // A time of day is not worth an alarm; a full disk is told by the writes that matter.
        }
    }
}
