using System.Diagnostics;

namespace OpenClaw.Edge.TestKit;

/// <summary>A file system in memory, so small that a test can fill it, mounted over a folder until it is disposed. Needs the right to mount.</summary>
public sealed class TinyDisk : IDisposable
{
    private readonly string filler;

    private TinyDisk(string path)
    {
        Path = path;
        filler = System.IO.Path.Combine(path, "filler");
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts one; null when this process may not.</summary>
    public static TinyDisk? TryMount(string path, int kilobytes)
    {
        Directory.CreateDirectory(path);
        return Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k,mode=700", "tmpfs", path) ? new TinyDisk(path) : null;
    }

    /// <summary>Writes until nothing fits any more.</summary>
    public void Fill()
    {
        byte[] page = new byte[4096];
        using FileStream file = new(filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            // that is what was wanted
        }
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(filler);

    /// <summary>Takes the right to write away from everybody, root too, or gives it back.</summary>
    public void SetReadOnly(bool readOnly)
    {
        if (!Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path))
        {
            throw new InvalidOperationException($"{Path} cannot be mounted again");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Run("umount", "--lazy", Path);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
