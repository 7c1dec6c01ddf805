using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Skills;

/// <summary>Reads the files of one skill through its open folder, so that no link leads out of it. One use, one thread.</summary>
internal sealed class SkillReader : IDisposable
{
    /// <summary>Levels of folders below a skill's that are read.</summary>
    public const int MaxDepth = 12;

    private const int MaxFiles = 256;
    private const int MaxFileBytes = 1024 * 1024;
    private const int MaxTotalBytes = 8 * 1024 * 1024;

    // What tools put there by themselves; it would change the hash without anybody's doing.
    private static readonly string[] s_passed = [".git", "node_modules", "__pycache__", ".venv", ".clawhub", ".DS_Store"];

    private readonly SkillPlace _place;
    private readonly Func<SafeFileHandle, int, byte[]> _read;
    private readonly SafeFileHandle _root;
    private readonly List<(string Name, FileStat Facts)> _files = [];
    private string _problem = "";
    private long _total;
    private bool _rootsOwn = true;

    /// <summary>Opens a skill and lists its files.</summary>
    /// <param name="place">The skill.</param>
    /// <param name="read">Reads that many bytes of a file: <see cref="Read"/>.</param>
    public SkillReader(SkillPlace place, Func<SafeFileHandle, int, byte[]> read)
    {
        _place = place;
        _read = read;
        _root = FileNative.OpenRoot(place.RealFolder, out int error);
        if (error != 0)
        {
            _problem = "its folder cannot be opened";
            return;
        }

        _rootsOwn = FileNative.TryStat(_root, null, out FileStat folder, out _) && folder.IsRootsOwn;
        List("", 0);
        _files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    /// <summary>Names, sizes and times of its files; the same as long as nobody touches any of them.</summary>
    public string Stamp
    {
        get
        {
            StringBuilder stamp = new();
            foreach ((string name, FileStat facts) in _files)
            {
                stamp.Append(CultureInfo.InvariantCulture, $"{name}\n{facts.Mode} {facts.Length} {facts.ChangedAtNs}\n");
            }

            return stamp.Append(_problem).ToString();
        }
    }

    /// <summary>When one of its files last changed, in nanoseconds since 1970.</summary>
    public long ChangedAtNs => _files.Count == 0 ? 0 : _files.Max(file => file.Facts.ChangedAtNs);

    /// <summary>Whether the disk failed: the files may be readable the next time as they are.</summary>
    public bool MayPass { get; private set; }

    /// <summary>Whether what has that name counts for nothing.</summary>
    public static bool Passes(string name) => s_passed.Contains(name);

    /// <summary>The first bytes of a file, fewer where it has fewer. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static byte[] Read(SafeFileHandle file, int length)
    {
        byte[] content = new byte[length];
        int filled = 0;
        while (filled < length && RandomAccess.Read(file, content.AsSpan(filled), filled) is > 0 and int read)
        {
            filled += read;
        }

        return content[..filled];
    }

    /// <summary>Reads, hashes and scans it. False with the reason when it cannot be used.</summary>
    public bool TryRead(SkillsConfig config, [NotNullWhen(true)] out Skill? skill, out string problem)
    {
        skill = null;
        SkillManifest? manifest = null;
        List<SkillFinding> findings = [];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, FileStat listed) in _files)
        {
            byte[]? content = _problem.Length == 0 ? Content(name, name == SkillPlace.FileName ? config.MaxSkillFileBytes : MaxFileBytes) : null;
            if (content is null)
            {
                break;
            }

            string mode = (listed.Permissions & 0x49) != 0 ? "x" : "-";
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\0{mode}\0{content.Length}\0")));
            hash.AppendData(content);
            bool isText = !content.AsSpan(0, Math.Min(content.Length, 8192)).Contains((byte)0);
            string text = isText ? Encoding.UTF8.GetString(content) : "";
            SkillScan.Look(name, text, findings);
            if (name == SkillPlace.FileName && !SkillManifest.TryRead(text, Path.GetFileName(_place.Folder), out manifest, out string wrong))
            {
                _problem = wrong;
            }
        }

        problem = _problem.Length > 0 ? _problem : manifest is null ? "its SKILL.md cannot be read" : "";
        if (problem.Length > 0)
        {
            return false;
        }

        skill = new Skill
        {
            Manifest = manifest!,
            Source = _place.Source,
            Folder = _place.Folder,
            FilePath = _place.FilePath,
            Hash = "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset()),
            IsSealed = _place.Source == SkillRoot.Bundled && _rootsOwn,
            Findings = findings,
        };
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _root.Dispose();

    private void List(string under, int depth)
    {
        IEnumerable<string> names;
        try
        {
            names = [.. Directory.EnumerateFileSystemEntries(Path.Combine(_place.RealFolder, under)).Take((MaxFiles * 2) + 1).Select(path => Path.GetFileName(path))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _problem = $"{(under.Length == 0 ? "its folder" : under)} cannot be read: {exception.Message}";
            return;
        }

        foreach (string entry in names.Where(name => !Passes(name)))
        {
            string name = under.Length == 0 ? entry : $"{under}/{entry}";
            if (_problem.Length > 0 || !FileNative.TryStat(_root, name, out FileStat facts, out _))
            {
                continue;
            }

            _rootsOwn &= facts.IsRootsOwn;
            if (facts.IsDirectory && depth < MaxDepth)
            {
                List(name, depth + 1);
            }
            else if (facts.IsRegular || facts.IsLink)
            {
                _files.Add((name, facts));
                _problem = _files.Count > MaxFiles ? $"it has more than {MaxFiles} files" : "";
            }
            else
            {
                _problem = $"{name} is neither a file nor a folder of at most {MaxDepth} levels";
            }
        }
    }

    private byte[]? Content(string name, int most)
    {
        using SafeFileHandle file = Open(name, out int error);
        if (error is FileNative.ErrorCrossDevice or FileNative.ErrorTooManyLinks)
        {
            _problem = $"{name} is a link that leaves the skill; copy its target there";
        }
        else if (error != 0)
        {
            _problem = $"{name} cannot be opened (errno {error})";
            MayPass = error != FileNative.ErrorAccess;
        }
        else if (!FileNative.TryStat(file, null, out FileStat facts, out _) || !(facts.IsRegular || facts.IsDirectory))
        {
            _problem = $"{name} is not a plain file";
        }
        else if (facts.IsDirectory)
        {
            return Encoding.UTF8.GetBytes(FileNative.PathOf(file) ?? ""); // a link to a folder inside
        }
        else if (facts.Length > most || (_total += facts.Length) > MaxTotalBytes)
        {
            _problem = $"{name} has {facts.Length} bytes; a file may have {most}, and all of them {MaxTotalBytes}";
        }
        else
        {
            try
            {
                return _read(file, (int)facts.Length);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                _problem = $"{name} cannot be read: {exception.Message}";
                MayPass = true;
            }
        }

        return null;
    }

    // Without openat2 no link is followed at all.
    private SafeFileHandle Open(string name, out int error)
    {
        const int flags = FileNative.ReadOnly | FileNative.NonBlock;
        SafeFileHandle file = FileNative.OpenBeneath(_root, name, flags, out error);
        if (error is not (FileNative.ErrorNoSyscall or FileNative.ErrorNotPermitted))
        {
            return file;
        }

        file.Dispose();
        return FileNative.OpenAt(_root, name, flags | FileNative.NoFollow, 0, out error);
    }
}
