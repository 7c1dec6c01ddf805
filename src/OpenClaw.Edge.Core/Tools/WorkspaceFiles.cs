using System.Text;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Tools;

/// <summary>Files of one workspace, opened so that nothing outside can be reached: by <c>openat2(RESOLVE_BENEATH)</c> where
/// the kernel has it (5.6 and later), else name by name without following any link. Between check and use there is no path,
/// only open descriptors, so a link swapped in by somebody else changes nothing. Dispose after the call.</summary>
public sealed class WorkspaceFiles : IDisposable
{
    /// <summary>Largest file that is read whole or written, in bytes.</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>Most names of one directory that are listed.</summary>
    public const int MaxNames = 20_000;

    private const int RaceRetries = 16; // openat2 answers EAGAIN while a rename races with the walk

    private static bool s_beneathMissing;

    private readonly SafeFileHandle _root;
    private readonly bool _stepwise;
    private readonly string? _shownAs;

    private WorkspaceFiles(SafeFileHandle root, string path, string? shownAs, bool stepwise)
    {
        _shownAs = shownAs;
        _root = root;
        _stepwise = stepwise;
        Path = path;
    }

    /// <summary>Absolute path of the workspace.</summary>
    public string Path { get; }

    /// <summary>Opens a workspace. Throws <see cref="WorkspaceException"/> when it is not a directory.</summary>
    /// <param name="workspace">Absolute path.</param>
    /// <param name="stepwise">Walk name by name even where openat2 exists.</param>
    /// <param name="shownAs">Absolute path under which a sandbox knows it.</param>
    public static WorkspaceFiles Open(string workspace, bool stepwise = false, string? shownAs = null)
    {
        SafeFileHandle root = FileNative.OpenRoot(workspace, out int error);
        if (!root.IsInvalid)
        {
            return new WorkspaceFiles(root, workspace, shownAs, stepwise);
        }

        root.Dispose();
        throw Fault(error, workspace);
    }

    /// <summary>Reads a path as models write it. Throws <see cref="WorkspaceException"/> when it leads outside.</summary>
    public WorkspacePath Parse(string text) => WorkspacePath.TryParse(
        text, _shownAs is not null && text.TrimStart().StartsWith(_shownAs, StringComparison.Ordinal) ? _shownAs : Path, out WorkspacePath path, out string problem)
        ? path
        : throw new WorkspaceException(WorkspaceFault.Outside, problem);

    /// <summary>Opens a plain file with a single name for reading.</summary>
    public SafeFileHandle OpenFile(WorkspacePath path, out long length)
    {
        SafeFileHandle file = Walk(path.Text, FileNative.ReadOnly | FileNative.NonBlock, path.Text);
        if (!FileNative.TryStat(file, null, out FileStat facts, out int error))
        {
            file.Dispose();
            throw Fault(error, path.Text);
        }

        length = facts.Length;
        string? problem = facts switch
        {
            { IsDirectory: true } => $"'{path}' is a directory; use ls to list it",
            { IsRegular: false } => $"'{path}' is not a plain file",
            { Links: > 1 } => $"'{path}' has {facts.Links} names (hard links), so it may belong outside the workspace; copy it first",
            _ => null,
        };
        if (problem is null)
        {
            return file;
        }

        file.Dispose();
        throw new WorkspaceException(WorkspaceFault.WrongKind, problem);
    }

    /// <summary>Whether something of this name, a link included, is at the top of the workspace; the answer may be old at once.</summary>
    public bool Has(string name) => FileNative.TryStat(_root, name, out _, out _);

    /// <summary>Reads a whole file of at most <paramref name="maxBytes"/> bytes.</summary>
    public byte[] ReadFile(WorkspacePath path, int maxBytes)
    {
        using SafeFileHandle file = OpenFile(path, out long length);
        if (length > maxBytes)
        {
            throw new WorkspaceException(
                WorkspaceFault.TooLarge, $"'{path}' has {length} bytes; the limit here is {maxBytes}");
        }

        byte[] content = new byte[(int)length];
        int filled = 0;
        while (filled < content.Length)
        {
            int read = RandomAccess.Read(file, content.AsSpan(filled), filled);
            if (read == 0)
            {
                return content[..filled];
            }

            filled += read;
        }

        return content;
    }

    /// <summary>Replaces or creates a file in one step and makes the directories that it needs: whoever reads sees the old
    /// or the new content, also after a power cut.</summary>
    /// <returns>Whether the file is new.</returns>
    public bool WriteFile(WorkspacePath path, ReadOnlySpan<byte> content)
    {
        if (path.IsRoot)
        {
            throw new WorkspaceException(WorkspaceFault.WrongKind, "the path names the workspace itself; name a file in it");
        }

        if (content.Length > MaxFileBytes)
        {
            throw new WorkspaceException(
                WorkspaceFault.TooLarge, $"{content.Length} bytes are more than the {MaxFileBytes} that one write may have");
        }

        using SafeFileHandle directory = OpenOrMakeDirectory(path.Parent);
        bool exists = FileNative.TryStat(directory, path.Name, out FileStat facts, out _);
        if (exists && !facts.IsRegular)
        {
            string kind = facts.IsDirectory ? "a directory" : facts.IsLink ? "a link; write to its target" : "not a plain file";
            throw new WorkspaceException(WorkspaceFault.WrongKind, $"'{path}' is {kind}");
        }

        uint mode = exists ? facts.Permissions : 0x1A4; // 0644
        string temporary = $".{Guid.NewGuid():N}.tmp";
        try
        {
            WriteTemporary(directory, temporary, content, mode, path);
            ThrowOn(FileNative.Rename(directory, temporary, path.Name), path);
        }
        catch
        {
            FileNative.Remove(directory, temporary);
            throw;
        }

        return !exists;
    }

    /// <summary>Removes a plain file.</summary>
    public void DeleteFile(WorkspacePath path)
    {
        if (path.IsRoot)
        {
            throw new WorkspaceException(WorkspaceFault.WrongKind, "the path names the workspace itself; name a file in it");
        }

        using SafeFileHandle directory = Walk(path.Parent.Text, FileNative.PathOnly | FileNative.Directory, path.Text);
        ThrowOn(FileNative.Delete(directory, path.Name), path);
    }

    /// <summary>Lists a directory, sorted by name; at most <see cref="MaxNames"/>.</summary>
    public IReadOnlyList<WorkspaceItem> List(WorkspacePath path)
    {
        using SafeFileHandle directory = Walk(path.Text, FileNative.ReadOnly | FileNative.Directory, path.Text);
        List<WorkspaceItem> items = [];
        byte[] buffer = new byte[32 * 1024];
        int read;
        while (items.Count < MaxNames && (read = FileNative.ReadDirectory(directory, buffer)) != 0)
        {
            ThrowOn(read < 0 ? -read : 0, path);
            ReadRecords(directory, buffer.AsSpan(0, read), items);
        }

        items.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return items;
    }

    /// <inheritdoc />
    public void Dispose() => _root.Dispose();

    private static void WriteTemporary(
        SafeFileHandle directory, string name, ReadOnlySpan<byte> content, uint mode, WorkspacePath path)
    {
        int flags = FileNative.WriteOnly | FileNative.Create | FileNative.Exclusive | FileNative.NoFollow;
        using SafeFileHandle file = FileNative.OpenAt(directory, name, flags, 0x180, out int error); // 0600
        ThrowOn(error, path);
        try
        {
            RandomAccess.Write(file, content, 0);
        }
        catch (IOException exception)
        {
            throw new WorkspaceException(WorkspaceFault.Refused, $"'{path}' could not be written: {exception.Message}");
        }

        ThrowOn(FileNative.SetMode(file, mode), path);
        ThrowOn(FileNative.Sync(file), path);
    }

    // struct linux_dirent64: ino u64, off i64, reclen u16, type u8, name, NUL
    private static void ReadRecords(SafeFileHandle directory, ReadOnlySpan<byte> records, List<WorkspaceItem> items)
    {
        while (records.Length > 19)
        {
            int size = BitConverter.ToUInt16(records[16..]);
            byte type = records[18];
            ReadOnlySpan<byte> name = records[19..size];
            name = name[..name.IndexOf((byte)0)];
            records = records[size..];
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            {
                continue;
            }

            string text = Encoding.UTF8.GetString(name);
            items.Add(new WorkspaceItem(text, type switch
            {
                4 => "dir",
                8 => "file",
                10 => "link",
                0 => KindOf(directory, text), // some file systems do not say
                _ => "other",
            }));
        }
    }

    private static string KindOf(SafeFileHandle directory, string name) =>
        !FileNative.TryStat(directory, name, out FileStat facts, out _) ? "other"
            : facts.IsDirectory ? "dir" : facts.IsRegular ? "file" : facts.IsLink ? "link" : "other";

    private SafeFileHandle OpenOrMakeDirectory(WorkspacePath path)
    {
        int flags = FileNative.PathOnly | FileNative.Directory;
        SafeFileHandle current = Walk(".", flags, ".");
        if (path.IsRoot)
        {
            return current;
        }

        string soFar = "";
        foreach (string name in path.Text.Split('/'))
        {
            soFar = soFar.Length == 0 ? name : $"{soFar}/{name}";
            SafeFileHandle next;
            try
            {
                next = TryWalk(soFar, flags, out int error);
                if (error == FileNative.ErrorNotFound)
                {
                    next.Dispose();
                    int made = FileNative.MakeDirectory(current, name);
                    ThrowOn(made == FileNative.ErrorExists ? 0 : made, path);
                    next = Walk(soFar, flags, soFar);
                }
                else if (error != 0)
                {
                    next.Dispose();
                    throw Fault(error, soFar);
                }
            }
            finally
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }

    private SafeFileHandle Walk(string path, int flags, string shown)
    {
        SafeFileHandle handle = TryWalk(path, flags, out int error);
        if (error == 0)
        {
            return handle;
        }

        handle.Dispose();
        throw Fault(error, shown);
    }

    private SafeFileHandle TryWalk(string path, int flags, out int error)
    {
        if (_stepwise || Volatile.Read(ref s_beneathMissing))
        {
            return WalkStepwise(path, flags, out error);
        }

        for (int attempt = 0; ; attempt++)
        {
            SafeFileHandle handle = FileNative.OpenBeneath(_root, path, flags, out error);
            if (error is FileNative.ErrorTryAgain or FileNative.ErrorInterrupted && attempt < RaceRetries)
            {
                handle.Dispose();
                continue;
            }

            if (error is not (FileNative.ErrorNoSyscall or FileNative.ErrorNotPermitted))
            {
                return handle;
            }

            handle.Dispose();
            Volatile.Write(ref s_beneathMissing, error == FileNative.ErrorNoSyscall || s_beneathMissing);
            return WalkStepwise(path, flags, out error);
        }
    }

    private SafeFileHandle WalkStepwise(string path, int flags, out int error)
    {
        string[] names = path.Split('/');
        SafeFileHandle current = FileNative.OpenAt(_root, ".", FileNative.PathOnly | FileNative.Directory, 0, out error);
        for (int index = 0; error == 0 && index < names.Length; index++)
        {
            bool last = index == names.Length - 1;
            int step = (last ? flags : FileNative.PathOnly | FileNative.Directory) | FileNative.NoFollow;
            SafeFileHandle next = FileNative.OpenAt(current, names[index], step, 0, out error);
            if (error == FileNative.ErrorNotDirectory
                && FileNative.TryStat(current, names[index], out FileStat facts, out _) && facts.IsLink)
            {
                error = FileNative.ErrorTooManyLinks; // O_DIRECTORY|O_NOFOLLOW on a link says ENOTDIR
            }

            current.Dispose();
            current = next;
        }

        return current;
    }

    private static void ThrowOn(int error, WorkspacePath path)
    {
        if (error != 0)
        {
            throw Fault(error, path.Text);
        }
    }

    private static WorkspaceException Fault(int error, string path) => error switch
    {
        FileNative.ErrorNotFound => new(WorkspaceFault.NotFound, $"'{path}' does not exist; use ls to see what does"),
        FileNative.ErrorCrossDevice or FileNative.ErrorTooManyLinks =>
            new(WorkspaceFault.Outside, $"'{path}' leads through a link that leaves the workspace; use the real path inside it"),
        FileNative.ErrorNotDirectory => new(WorkspaceFault.WrongKind, $"a part of '{path}' is a file, not a directory"),
        FileNative.ErrorIsDirectory => new(WorkspaceFault.WrongKind, $"'{path}' is a directory; name a file"),
        FileNative.ErrorAccess or FileNative.ErrorNotPermitted =>
            new(WorkspaceFault.Refused, $"'{path}' may not be opened by the gateway's user; check its permissions"),
        FileNative.ErrorNoSpace => new(WorkspaceFault.Refused, $"'{path}' could not be written: the disk is full"),
        FileNative.ErrorReadOnly => new(WorkspaceFault.Refused, $"'{path}' is on a read-only file system"),
        _ => new(WorkspaceFault.Refused, $"'{path}' could not be opened (errno {error})"),
    };
}
