using System.Runtime.InteropServices;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Hosting;

/// <summary>Says at the start what a gateway cannot do because it may not write somewhere; it runs all the same.</summary>
internal static partial class ReadOnlyPlaces
{
    /// <summary>Code of the warnable.</summary>
    public const string ConfigCode = "config-read-only";

    private const int Writable = 2; // W_OK

    /// <summary>Warns when the configuration file cannot be replaced: a file is changed by writing another beside it.</summary>
    public static void Check(string configPath, HealthBoard health)
    {
        string target = File.Exists(configPath) ? new FileInfo(configPath).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? configPath : configPath;
        string folder = Path.GetDirectoryName(target) ?? "/";
        if (Directory.Exists(folder) && Access(folder, Writable) != 0)
        {
            health.Raise(new Warnable(
                ConfigCode,
                $"{folder} cannot be written: 'config set', 'models set' and settings from a page are refused, everything else works. "
                + $"Change {Path.GetFileName(target)} where it is made; a running gateway takes it over."));
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
