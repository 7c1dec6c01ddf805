namespace OpenClaw.Edge.TestKit;

/// <summary>A directory of its own under the system's temporary directory; deleted with everything in it on dispose.</summary>
public sealed class TempDir : IDisposable
{
    /// <summary>Creates the directory, readable by this user only.</summary>
    public TempDir() => Root = Directory.CreateTempSubdirectory("edge-test-").FullName;

    /// <summary>Absolute path of the directory.</summary>
    public string Root { get; }

    /// <summary>Absolute path of <paramref name="relative"/> inside the directory; nothing is created.</summary>
    public string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Writes a text file, creating its parent directories, and returns its absolute path.</summary>
    public string Write(string relative, string text)
    {
        string path = PathOf(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Creates a subdirectory and returns its absolute path.</summary>
    public string Subdirectory(string relative) => Directory.CreateDirectory(PathOf(relative)).FullName;

    /// <summary>Reads a text file in the directory.</summary>
    public string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // a child process may still be writing its last log line; the system cleans its temporary directory
        }
    }
}
