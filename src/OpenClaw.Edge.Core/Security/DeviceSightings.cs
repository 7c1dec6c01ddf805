using System.Collections.Concurrent;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Security;

/// <summary>When devices were last here. Kept in memory and written at most every ten minutes for each device, and at the
/// end: a reconnect never waits for the disk. Thread-safe.</summary>
internal sealed class DeviceSightings(EdgeDatabase database, TimeProvider time) : IAsyncDisposable
{
    private static readonly long WriteEveryMs = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    private readonly ConcurrentDictionary<string, Sighting> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Task _writing = Task.CompletedTask;

    /// <summary>Notes a paired device. Only those are kept, so memory is bounded by the table.</summary>
    /// <param name="device">The device.</param>
    /// <param name="reason">What it did.</param>
    /// <param name="version">Version that it told; null keeps the last one.</param>
    /// <param name="tokenRole">Role whose token it showed; null for none.</param>
    public void Note(PairedDevice device, string reason, string? version, string? tokenRole)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        Sighting before = _seen.GetValueOrDefault(device.DeviceId);
        _seen[device.DeviceId] = new Sighting(
            now,
            reason,
            version ?? before.Version,
            tokenRole == "operator" ? now : before.OperatorTokenAtMs,
            tokenRole == "node" ? now : before.NodeTokenAtMs);
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
    public PairedDevice Apply(PairedDevice device) => _seen.TryGetValue(device.DeviceId, out Sighting last)
        ? device with
        {
            LastSeenAtMs = last.AtMs,
            LastSeenReason = last.Reason,
            Version = last.Version,
            Roles = [.. device.Roles.Select(role => role with { LastUsedAtMs = role.Role == "node" ? last.NodeTokenAtMs : last.OperatorTokenAtMs })],
        }
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
        KeyValuePair<string, Sighting>[] rows = _seen.ToArray();
        try
        {
            await database.WriteAsync(
                connection =>
                {
                    foreach ((string deviceId, Sighting seen) in rows)
                    {
                        connection.Execute(DeviceTable.Seen, deviceId, seen.AtMs, seen.Reason);
                    }
                },
                CancellationToken.None);
        }
        catch (StorageException)
        {
            // A time of day is not worth an alarm; a full disk is told by the writes that matter.
        }
    }

    // The version and the uses of tokens are known since the start only.
    private readonly record struct Sighting(long AtMs, string Reason, string? Version, long? OperatorTokenAtMs, long? NodeTokenAtMs);
}
