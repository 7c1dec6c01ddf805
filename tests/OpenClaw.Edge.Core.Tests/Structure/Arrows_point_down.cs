using System.Text.RegularExpressions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Structure.SourceTree;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>The layering of docs/architecture.md: a folder uses lower floors only, and the executable's folders do not know each other.</summary>
public sealed partial class Arrows_point_down
{
    private const string Core = "src/OpenClaw.Edge.Core";
    private const string Edge = "src/OpenClaw.Edge";

    private static readonly string[][] Floors =
    [
        ["Diagnostics"],
        ["Configuration", "Storage", "Platform"],
        ["Security", "Sessions", "Providers", "Sandbox", "Memory", "Skills"],
        ["Tools", "Care"],
        ["Agents"],
        ["Channels", "Automation"],
        ["Import"],
    ];

    private static readonly string[] EdgeFolders = ["Gateway", "Http", "ControlUi", "Telemetry", "Cli", "Hosting"];

    [Fact]
    public void Every_folder_of_core_has_a_floor()
    {
        string[] roots = [.. SourceTree.CSharp(Core).Where(path => SourceTree.FolderIn(Core, path).Length == 0).Select(Path.GetFileName)!];
        IEnumerable<string> folders = SourceTree.CSharp(Core).Select(path => SourceTree.FolderIn(Core, path)).Where(folder => folder.Length > 0).Distinct();

        Assert.Equal(["CompactSequences.cs", "OrderedSequence.cs"], roots.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(folders, folder => FloorOf(folder) < 0);
    }

    [Fact]
    public void A_folder_of_core_uses_lower_floors_only()
    {
        List<string> violations = [];
        foreach (string path in SourceTree.CSharp(Core))
        {
            string folder = SourceTree.FolderIn(Core, path);
            violations.AddRange(Mentions(path).Where(use => use.Name != folder && FloorOf(use.Name) >= FloorOf(folder)).Select(use => use.Where));
        }

        None(violations);
    }

    [Fact]
    public void Diagnostics_is_the_ground_and_uses_no_other_folder()
    {
        IEnumerable<string> violations = SourceTree.CSharp($"{Core}/Diagnostics").SelectMany(Mentions).Where(use => use.Name != "Diagnostics").Select(use => use.Where);

        None(violations);
    }

    [Fact]
    public void Core_never_sees_the_web_server_the_container_or_the_console()
    {
        string[] foreign = ["Microsoft.AspNetCore", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Options", "Microsoft.Extensions.Hosting", "Console.Write", "System.CommandLine"];
        List<string> violations = [];
        foreach (string path in SourceTree.CSharp(Core).Concat(SourceTree.CSharp("src/OpenClaw.Edge.Protocol")))
        {
            violations.AddRange(SourceTree.Lines(path).Select((line, at) => (line, at)).Where(row => !IsComment(row.line) && foreign.Any(row.line.Contains)).Select(row => $"{path}:{row.at + 1} {row.line.Trim()}"));
        }

        None(violations);
    }

    [Fact]
    public void Protocol_uses_nothing_of_core()
    {
        IEnumerable<string> violations = SourceTree.CSharp("src/OpenClaw.Edge.Protocol").SelectMany(Mentions).Select(use => use.Where);

        None(violations);
    }

    [Fact]
    public void Folders_of_the_executable_do_not_know_each_other()
    {
        List<string> violations = [];
        foreach (string path in SourceTree.CSharp(Edge))
        {
            string folder = SourceTree.FolderIn(Edge, path);
            if (folder is "" or "Hosting")
            {
                continue;
            }

            violations.AddRange(Mentions(path, EdgeFolders).Where(use => use.Name != folder).Select(use => use.Where));
        }

        None(violations);
    }

    [Fact]
    public void The_command_line_is_a_client_and_touches_neither_storage_nor_agents()
    {
        string[] behindTheWire = ["Storage", "Agents", "Sessions", "Tools"];
        IEnumerable<string> violations = SourceTree.CSharp($"{Edge}/Cli").SelectMany(path => Mentions(path, behindTheWire)).Select(use => use.Where);

        None(violations);
    }

    [Fact]
    public void A_file_stands_in_the_namespace_of_its_folder()
    {
        List<string> violations = [];
        foreach ((string project, string prefix) in ((string, string)[])[(Core, "OpenClaw.Edge"), (Edge, "OpenClaw.Edge"), ("src/OpenClaw.Edge.Protocol", "OpenClaw.Edge.Protocol")])
        {
            foreach (string path in SourceTree.CSharp(project))
            {
                string folder = SourceTree.FolderIn(project, path);
                string expected = folder.Length == 0 ? prefix : $"{prefix}.{folder}";
                string? found = SourceTree.Lines(path).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
                if (found is not null && found != $"namespace {expected};" && !found.StartsWith($"namespace {expected}.", StringComparison.Ordinal))
                {
                    violations.Add($"{path}: {found} (expected {expected})");
                }
            }
        }

        None(violations);
    }

    private static int FloorOf(string folder) => Array.FindIndex(Floors, floor => floor.Contains(folder));

    private static IEnumerable<(string Name, string Where)> Mentions(string path) => Mentions(path, [.. Floors.SelectMany(floor => floor), .. EdgeFolders]);

    private static IEnumerable<(string Name, string Where)> Mentions(string path, string[] names)
    {
        string[] lines = SourceTree.Lines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            if (IsComment(lines[i]) || lines[i].StartsWith("namespace ", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (Match match in Reference().Matches(lines[i]))
            {
                string name = match.Groups[1].Value;
                if (names.Contains(name))
                {
                    yield return (name, $"{path}:{i + 1} {lines[i].Trim()}");
                }
            }
        }
    }

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    // OpenClaw.Edge.<Folder>, but not OpenClaw.Edge.Protocol.<Folder>.
    [GeneratedRegex(@"\bOpenClaw\.Edge\.(\w+)")]
    private static partial Regex Reference();
}
