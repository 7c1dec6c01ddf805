using System.Text.RegularExpressions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Structure.SourceTree;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>Documents that would rot in silence.</summary>
public sealed partial class Documents_match_the_code
{
    [Fact]
    public void Dependencies_names_every_package_with_its_version()
    {
        string[] rows = [.. SourceTree.Lines("docs/dependencies.md").Where(line => line.StartsWith('|'))];
        List<string> violations = [];
        foreach (Match package in PinnedPackage().Matches(SourceTree.Read("Directory.Packages.props")))
        {
            (string name, string version) = (package.Groups[1].Value, package.Groups[2].Value);
            if (!rows.Any(row => row.Contains($"`{name}`") && row.Contains(version)))
            {
                violations.Add($"docs/dependencies.md has no row with `{name}` and {version}");
            }
        }

        None(violations);
    }

    [Fact]
    public void Every_pinned_package_is_used()
    {
        string projects = string.Join('\n', Directory.EnumerateFiles(SourceTree.Root, "*.csproj", SearchOption.AllDirectories).Select(File.ReadAllText)) + SourceTree.Read("Directory.Build.targets");

        IEnumerable<string> pinned = PinnedPackage().Matches(SourceTree.Read("Directory.Packages.props")).Select(package => package.Groups[1].Value);
        Assert.DoesNotContain(pinned, name => !projects.Contains($"Include=\"{name}\""));
    }

    [Fact]
    public void Protocol_lists_every_method_and_event()
    {
        string document = SourceTree.Read("docs/protocol.md");
        List<string> missing = [];
        foreach (string file in SourceTree.CSharp("src/OpenClaw.Edge.Protocol/Gateway").Where(path => path.EndsWith("Methods.cs") || path.EndsWith("Events.cs")))
        {
            missing.AddRange(Constant().Matches(SourceTree.Read(file)).Select(match => match.Groups[1].Value).Where(name => !document.Contains($"`{name}`")));
        }

        None(missing.Select(name => $"docs/protocol.md does not name `{name}`"));
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        List<string> dead = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs"), "*.md", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(SourceTree.Root, "*.md")))
        {
            foreach (Match link in Link().Matches(File.ReadAllText(path)))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                if (target.Length > 0 && !target.Contains("://") && !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)))
                {
                    dead.Add($"{Path.GetRelativePath(SourceTree.Root, path)}: {link.Value}");
                }
            }
        }

        None(dead);
    }

    [GeneratedRegex("""<PackageVersion Include="([^"]+)" Version="([^"]+)"\s*/>""")]
    private static partial Regex PinnedPackage();

    [GeneratedRegex("""const string \w+ = "([a-z][\w.-]*)";""")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
