using System.Text.RegularExpressions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Structure.SourceTree;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>Ratchets: numbers that may only get smaller.</summary>
public sealed partial class Code_keeps_its_measure
{
    private const int LongestFile = 500;

    /// <summary>Files that were longer when the rule came, with their length; an entry goes when its file is short enough.</summary>
    private static readonly Dictionary<string, int> KnownLongFiles = [];

    /// <summary>Places that may catch everything: the edges of a folder. A folder that is not here may not do it at all.</summary>
    private static readonly Dictionary<string, int> CatchAllAllowed = new()
    {
        ["src/OpenClaw.Edge/Hosting"] = 4,
        ["src/OpenClaw.Edge/Gateway"] = 4,
        ["src/OpenClaw.Edge/Http"] = 3,
        ["src/OpenClaw.Edge/Cli"] = 3,
        ["src/OpenClaw.Edge.Core/Agents"] = 4,
        ["src/OpenClaw.Edge.Core/Automation"] = 2, // the loop's answer to a caller, and a run that broke
        ["src/OpenClaw.Edge.Core/Configuration"] = 2,
        ["src/OpenClaw.Edge.Core/Memory"] = 1, // the top of the background's loop
        ["src/OpenClaw.Edge.Core/Providers"] = 3,
        ["src/OpenClaw.Edge.Core/Sessions"] = 1,
        ["src/OpenClaw.Edge.Core/Skills"] = 1, // a look on the pool
        ["src/OpenClaw.Edge.Core/Storage"] = 5,
        ["src/OpenClaw.Edge.Core/Tools"] = 2,
        ["src/OpenClaw.Edge.Core/Platform"] = 1,
    };

    private const int PragmasAllowed = 12;

    public static TheoryData<string> Trees() => ["src", "tests", "bench"];

    [Theory]
    [MemberData(nameof(Trees))]
    public void No_file_is_longer_than_500_lines(string tree)
    {
        List<string> violations = [];
        foreach (string path in SourceTree.CSharp(tree))
        {
            int length = SourceTree.Lines(path).Length;
            int limit = KnownLongFiles.GetValueOrDefault(path, LongestFile);
            if (length > limit)
            {
                violations.Add($"{path}: {length} lines, {limit} allowed");
            }
        }

        None(violations);
    }

    [Fact]
    public void The_list_of_long_files_shrinks()
    {
        IEnumerable<string> paid = KnownLongFiles.Where(known => !File.Exists(Path.Combine(SourceTree.Root, known.Key)) || SourceTree.Lines(known.Key).Length < known.Value).Select(known => $"{known.Key}: lower or drop its entry");

        None(paid);
    }

    [Fact]
    public void Catching_everything_stays_at_the_edges()
    {
        Dictionary<string, List<string>> found = [];
        foreach (string path in SourceTree.CSharp("src"))
        {
            string[] lines = SourceTree.Lines(path);
            for (int i = 0; i < lines.Length; i++)
            {
                // "catch (Exception e) when (e is A or B)" names what it takes
                if (CatchAll().IsMatch(lines[i]) && !lines[i].Contains(" is "))
                {
                    string folder = string.Join('/', path.Split('/').Take(3));
                    (found.TryGetValue(folder, out List<string>? places) ? places : found[folder] = []).Add($"{path}:{i + 1}");
                }
            }
        }

        None(found.Where(row => row.Value.Count > CatchAllAllowed.GetValueOrDefault(row.Key)).Select(row => $"{row.Key}: {row.Value.Count}, {CatchAllAllowed.GetValueOrDefault(row.Key)} allowed: {string.Join(' ', row.Value)}"));
    }

    [Fact]
    public void Warnings_are_switched_off_in_few_places_and_never_those_of_the_native_compiler()
    {
        List<string> pragmas = [];
        List<string> violations = [];
        foreach (string path in SourceTree.CSharp("src"))
        {
            foreach (string line in SourceTree.Lines(path).Where(line => line.Contains("#pragma warning disable") || line.Contains("SuppressMessage(")))
            {
                pragmas.Add($"{path} {line.Trim()}");
                if (line.Contains("IL2") || line.Contains("IL3") || line.Contains("UnconditionalSuppressMessage"))
                {
                    violations.Add($"{path} {line.Trim()}");
                }

                if (line.Contains("#pragma") && !line.Contains("//"))
                {
                    violations.Add($"{path} {line.Trim()} (no reason given)");
                }
            }
        }

        None(violations);
        Assert.True(pragmas.Count(pragma => pragma.Contains("#pragma")) <= PragmasAllowed, string.Join('\n', pragmas));
    }

    [Fact]
    public void No_type_is_named_for_being_busy()
    {
        List<string> violations = [];
        foreach (string path in SourceTree.CSharp("src"))
        {
            violations.AddRange(SourceTree.Lines(path).Where(line => Busy().IsMatch(line)).Select(line => $"{path} {line.Trim()}"));
        }

        None(violations);
    }

    [GeneratedRegex(@"^\s*catch( \((System\.)?Exception( \w+)?\))?( when .*)?\s*$")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum) (struct |class )?\w*(Manager|Helper|Helpers|Utils|Utilities|Service|Processor|Impl)\b")]
    private static partial Regex Busy();
}
