using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.Platform;

/// <summary>The kernel's notes (inotify) about what happens right inside of some folders, read by whoever asks now and then: one descriptor, no
/// thread. Not thread-safe.</summary>
internal sealed unsafe partial class FolderWatch : IDisposable
{
    private const int Flags = FileNative.NonBlock | FileNative.CloseOnExec;
    private const uint Lost = 0x4000; // IN_Q_OVERFLOW
    private const uint Ended = 0x8000; // IN_IGNORED

    // IN_ATTRIB, IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVE_SELF, IN_ONLYDIR
    private const uint Wanted = 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x1000000;
    private const int HeadBytes = 16;

    private readonly SafeFileHandle? _queue;
    private readonly Dictionary<int, string> _names = [];

    /// <summary>Asks the kernel for a queue.</summary>
    public FolderWatch()
    {
        int queue = inotify_init1(Flags);
        _queue = queue < 0 ? null : new SafeFileHandle(queue, ownsHandle: true);
    }

    /// <summary>Folders in which every name matters.</summary>
    public int Count { get; private set; }

    /// <summary>Watches a folder. False when the kernel gives no more watches; a folder that is not there or may not be read is none.</summary>
    /// <param name="folder">Absolute path; a link is followed.</param>
    /// <param name="name">The one name in it that matters; null for all.</param>
    public bool TryAdd(string folder, string? name)
    {
        if (_queue is null)
        {
            return false;
        }

        int watch = inotify_add_watch((int)_queue.DangerousGetHandle(), folder, Wanted);
        if (watch < 0)
        {
            return Marshal.GetLastPInvokeError() != FileNative.ErrorNoSpace;
        }

        // one folder may wait for more than one name: they stand between slashes
        string? known = _names.GetValueOrDefault(watch);
        if (name is null)
        {
            Count += known is { Length: 0 } ? 0 : 1;
            _names[watch] = "";
        }
        else if (known is not { Length: 0 } && known?.Contains($"/{name}/", StringComparison.Ordinal) != true)
        {
            _names[watch] = $"{known ?? "/"}{name}/";
        }

        return true;
    }

    /// <summary>Takes the notes that are there. True when one of them is about what is watched.</summary>
    public bool Read()
    {
        bool any = false;
        byte* buffer = stackalloc byte[4096];
        nint length;
        while (_queue is not null && (length = read((int)_queue.DangerousGetHandle(), buffer, 4096)) > 0)
        {
            for (nint at = 0; at + HeadBytes <= length;)
            {
                int watch = *(int*)(buffer + at);
                uint what = *(uint*)(buffer + at + 4);
                uint size = *(uint*)(buffer + at + 12);
                any |= (what & Lost) != 0 || ((what & Ended) == 0 && Matters(watch, buffer + at + HeadBytes, (int)size));
                at += HeadBytes + (nint)size;
            }
        }

        return any;
    }

    /// <inheritdoc/>
    public void Dispose() => _queue?.Dispose();

    private bool Matters(int watch, byte* name, int size)
    {
        if (!_names.TryGetValue(watch, out string? names) || names.Length == 0)
        {
            return names is not null;
        }

        string told = Encoding.UTF8.GetString(name, new ReadOnlySpan<byte>(name, size).IndexOf((byte)0) is >= 0 and int end ? end : size);
        return told.Length == 0 || names.Contains($"/{told}/", StringComparison.Ordinal);
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int queue, string path, uint mask);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint length);
}
