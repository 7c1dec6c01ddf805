using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Keeps what was said in sessions that are deleted, as the original does: for thirty days, as JSON lines that
/// <c>openclaw sessions import</c> reads, under <c>agents/&lt;id&gt;/sessions</c> of the state directory.</summary>
internal sealed class SessionArchive(GatewayRuntime runtime)
{
    private const string Mark = ".jsonl.deleted.";
    private const int MaxFiles = 1000; // guess: of one agent

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30); // as there: session.maintenance

    /// <summary>Writes a session's transcript, all of its windows, and drops archives that are too old.</summary>
    /// <returns>Path of the file; null when there was nothing to keep.</returns>
    public async Task<string?> WriteAsync(SessionRow row, string? workspace, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(runtime.Paths.StateDir, "agents", row.Key.AgentId, "sessions");
        AtomicFile.CreateFolder(folder);
        Prune(folder);
        string stamp = runtime.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH-mm-ss.fff'Z'", CultureInfo.InvariantCulture);
        string path = Path.Combine(folder, $"{Path.GetFileName(row.SessionId)}{Mark}{stamp}");
        string part = path + ".tmp";
        int? records;
        try
        {
            FileStream file = new(part, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await using (file)
            {
                records = await new TranscriptExport(runtime.Sessions).WriteAsync(row.Key, file, workspace, cancellationToken);
                await file.FlushAsync(cancellationToken);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            if (records > 0)
            {
                File.Move(part, path, overwrite: true);
                return path;
            }
        }
        finally
        {
            File.Delete(part);
        }

        return null;
    }

    private void Prune(string folder)
    {
        DateTime oldest = runtime.Time.GetUtcNow().UtcDateTime - s_kept;
        FileInfo[] files = new DirectoryInfo(folder).GetFiles($"*{Mark}*");
        Array.Sort(files, static (left, right) => right.LastWriteTimeUtc.CompareTo(left.LastWriteTimeUtc));
        for (int index = 0; index < files.Length; index++)
        {
            if (index >= MaxFiles || files[index].LastWriteTimeUtc < oldest)
            {
                files[index].Delete();
            }
        }
    }
}
