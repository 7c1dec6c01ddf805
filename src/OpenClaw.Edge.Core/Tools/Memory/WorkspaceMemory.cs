using OpenClaw.Edge.Memory;

namespace OpenClaw.Edge.Tools;

/// <summary>Gives memory the files of a folder the way tools get them: by descriptors, never through a link that leaves it.</summary>
public static class WorkspaceMemory
{
    /// <summary>The access.</summary>
    public static MemoryDisk Disk { get; } = new(List, Read);

    private static IReadOnlyList<(string Name, bool IsFolder)> List(string root, string path)
    {
        try
        {
            using WorkspaceFiles files = WorkspaceFiles.Open(root);
            return [.. files.List(files.Parse(path)).Where(item => item.Kind is "file" or "dir").Select(item => (item.Name, item.Kind == "dir"))];
        }
        catch (WorkspaceException)
        {
            return [];
        }
    }

    private static byte[]? Read(string root, string path, int maxBytes)
    {
        try
        {
            using WorkspaceFiles files = WorkspaceFiles.Open(root);
            return files.ReadFile(files.Parse(path), maxBytes);
        }
        catch (WorkspaceException)
        {
            return null;
        }
    }
}
