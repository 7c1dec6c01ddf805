using System.Collections.Concurrent;

namespace OpenClaw.Edge.Sandbox;

/// <summary>When sandboxes were last used, also by an earlier process: the age of one empty file each. Thread-safe.</summary>
internal sealed class SandboxUsage(string folder, TimeProvider clock)
{
    private static readonly TimeSpan s_grain = TimeSpan.FromMinutes(1); // idle times are hours: a write a minute is enough

    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);

    /// <summary>Notes that a sandbox is used now. A full or read-only disk is no reason to refuse a command.</summary>
    public void Note(string name)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_noted.TryGetValue(name, out DateTimeOffset noted) && now - noted < s_grain)
        {
            return;
        }

        _noted[name] = now;
        try
        {
            Directory.CreateDirectory(folder);
            string path = Path.Combine(folder, name);
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
            {
                File.SetLastWriteTimeUtc(path, now.UtcDateTime);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // it then counts as used when it was made
        }
    }

    /// <summary>When it was last used; null when nobody knows.</summary>
    public DateTimeOffset? LastUsed(string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero) : null;
    }

    /// <summary>Forgets one that is gone.</summary>
    public void Forget(string name)
    {
        _noted.TryRemove(name, out _);
        try
        {
            File.Delete(Path.Combine(folder, name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // an empty file stays behind
        }
    }
}
