using Xunit;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>The checkout's own files, for tests about how the code is laid out.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Hand-written C# files below <paramref name="folder"/>, relative to the checkout, with forward slashes.</summary>
    public static IEnumerable<string> CSharp(string folder)
    {
        string absolute = Path.Combine(Root, folder);
        return Directory.Exists(absolute)
            ? Directory.EnumerateFiles(absolute, "*.cs", SearchOption.AllDirectories).Select(Relative).Where(path => !path.Contains("/obj/") && !path.Contains("/bin/")).Order()
            : [];
    }

    /// <summary>Fails with every one of <paramref name="violations"/>, a line each.</summary>
    public static void None(IEnumerable<string> violations) => Assert.True(!violations.Any(), "\n" + string.Join('\n', violations));

    /// <summary>Text of a file of the checkout.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Lines of a file of the checkout.</summary>
    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    /// <summary>The folder of <paramref name="path"/> right below <paramref name="project"/>; empty for files at its top.</summary>
    public static string FolderIn(string project, string path)
    {
        string rest = path[(project.Length + 1)..];
        int slash = rest.IndexOf('/');
        return slash < 0 ? "" : rest[..slash];
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "OpenClaw.Edge.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException($"No OpenClaw.Edge.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
