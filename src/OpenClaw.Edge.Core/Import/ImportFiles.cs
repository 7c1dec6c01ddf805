using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Import;

/// <summary>Folders of files: copied where nothing is, never over something else. Links are not followed.</summary>
internal static class ImportFiles
{
    private const int MostFiles = 100_000;
    private const int MostDepth = 32;
    private const long MostBytes = 64L << 30;
    private const int MostNamed = 5;

    /// <summary>Whether a file of the source is there, is a plain file, and is reached without a link below the source.</summary>
    public static bool IsOwnFile(string source, string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null && folder.Length > source.Length; folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
            {
                return false;
            }
        }

        return FileFacts.Of(path) is { IsRegular: true };
    }

    /// <summary>What would be copied of a folder; null when it is not there.</summary>
    public static ImportRow? Plan(string kind, string name, string from, string to, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(from))
        {
            return null;
        }

        if (from == to || from.StartsWith(to + "/", StringComparison.Ordinal) || to.StartsWith(from + "/", StringComparison.Ordinal))
        {
            return new ImportRow(kind, name, 0) { Target = to, Skip = from == to ? "it is in its place already" : $"{from} and {to} lie in each other" };
        }

        List<string> fresh = [];
        List<string> other = [];
        int same = 0;
        long bytes = 0;
        string? left = null;
        foreach (FileInfo file in Walk(from, problem => left ??= problem, cancellationToken))
        {
            string relative = Path.GetRelativePath(from, file.FullName);
            string target = Path.Combine(to, relative);
            if (fresh.Count + same + other.Count >= MostFiles || (bytes += file.Length) > MostBytes)
            {
                return new ImportRow(kind, name, fresh.Count)
                {
                    Target = to,
                    Problem = $"it holds more than {MostFiles} files or {MostBytes >> 30} GiB: copy {from} by hand",
                };
            }

            if (!Path.Exists(target) && new FileInfo(target).LinkTarget is null)
            {
                fresh.Add(relative);
            }
            else if (IsSame(file.FullName, target))
            {
                same++;
            }
            else
            {
                other.Add(relative);
            }
        }

        string? note = Notes(same, other, left);
        return new ImportRow(kind, name, fresh.Count)
        {
            Target = to,
            Skip = fresh.Count == 0 ? note ?? "it is empty" : null,
            Note = note,
            Work = (_, _, stop) => Task.Run(() => Copy(from, to, fresh, stop), stop),
        };
    }

    private static string? Notes(int same, List<string> other, string? left)
    {
        List<string> notes = [];
        if (same > 0)
        {
            notes.Add($"{same} files are there already");
        }

        if (other.Count > 0)
        {
            notes.Add($"{other.Count} are there with other contents and stay: {string.Join(", ", other.Take(MostNamed))}{(other.Count > MostNamed ? ", …" : "")}");
        }

        if (left is not null)
        {
            notes.Add($"left out: {left}");
        }

        return notes.Count == 0 ? null : string.Join("; ", notes);
    }

    // Read back: the file is counted when it has the length of its source.
    private static long Copy(string from, string to, List<string> files, CancellationToken cancellationToken)
    {
        long copied = 0;
        foreach (string relative in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileInfo source = new(Path.Combine(from, relative));
            FileInfo target = new(Path.Combine(to, relative));
            AtomicFile.CreateFolder(target.DirectoryName!);
            string draft = Path.Combine(target.DirectoryName!, $".import-{Path.GetRandomFileName()}.tmp");
            try
            {
                using (FileStream read = new(source.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                using (FileStream write = new(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = AtomicFile.PrivateFile }))
                {
                    read.CopyTo(write);
                    File.SetUnixFileMode(write.SafeFileHandle, source.UnixFileMode & (UnixFileMode)0b111_111_111);
                    write.Flush(flushToDisk: true);
                }

                File.SetLastWriteTimeUtc(draft, source.LastWriteTimeUtc);
                File.Move(draft, target.FullName, overwrite: false);
            }
            finally
            {
                File.Delete(draft);
            }

            target.Refresh();
            copied += target.Exists && target.Length == source.Length ? 1 : 0;
        }

        return copied;
    }

    private static List<FileInfo> Walk(string top, Action<string> left, CancellationToken cancellationToken)
    {
        List<FileInfo> files = [];
        Stack<(string Path, int Depth)> folders = new([(top, 0)]);
        while (files.Count <= MostFiles && folders.TryPop(out (string Path, int Depth) folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (FileSystemInfo entry in Entries(folder.Path, left))
            {
                if (entry.LinkTarget is not null)
                {
                    left($"the link {entry.FullName}");
                }
                else if (entry is DirectoryInfo && folder.Depth < MostDepth)
                {
                    folders.Push((entry.FullName, folder.Depth + 1));
                }
                else if (entry is FileInfo file && FileFacts.Of(file.FullName) is { IsRegular: true })
                {
                    files.Add(file);
                }
                else
                {
                    left($"{entry.FullName}, {(entry is DirectoryInfo ? "too deep" : "no plain file")}");
                }
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        return files;
    }

    private static FileSystemInfo[] Entries(string folder, Action<string> left)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            left($"{folder}, {e.Message}");
            return [];
        }
    }

    private static bool IsSame(string left, string right)
    {
        try
        {
            FileInfo one = new(left);
            FileInfo two = new(right);
            if (!two.Exists || one.Length != two.Length)
            {
                return false;
            }

            using FileStream a = one.OpenRead();
            using FileStream b = two.OpenRead();
            byte[] x = new byte[64 << 10];
            byte[] y = new byte[64 << 10];
            for (int read; (read = a.ReadAtLeast(x, x.Length, throwOnEndOfStream: false)) > 0;)
            {
                if (b.ReadAtLeast(y, y.Length, throwOnEndOfStream: false) != read || !x.AsSpan(0, read).SequenceEqual(y.AsSpan(0, read)))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
