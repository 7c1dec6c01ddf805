namespace OpenClaw.Edge.Care;

/// <summary>Moves of files and folders that can all be taken back. Not thread-safe.</summary>
internal sealed class StateMoves
{
    private readonly List<(string From, string To)> _done = [];

    /// <summary>What was moved, in order.</summary>
    public IReadOnlyList<(string From, string To)> Done => _done;

    /// <summary>Moves a file or a folder to where nothing is, over file systems too.</summary>
    public void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Shift(from, to);
        _done.Add((from, to));
    }

    /// <summary>Takes everything back, the last first.</summary>
    public void Undo()
    {
        for (int i = _done.Count - 1; i >= 0; i--)
        {
            Shift(_done[i].To, _done[i].From);
        }

        _done.Clear();
    }

    private static void Shift(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            File.Move(from, to); // copies between file systems
            return;
        }

        try
        {
            Directory.Move(from, to);
        }
        catch (IOException) when (Directory.Exists(from) && !Path.Exists(to))
        {
            // another file system: piece by piece
            Directory.CreateDirectory(to, File.GetUnixFileMode(from));
            foreach (string entry in Directory.GetFileSystemEntries(from))
            {
                Shift(entry, Path.Combine(to, Path.GetFileName(entry)));
            }

            Directory.Delete(from);
        }
    }
}
