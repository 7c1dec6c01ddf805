using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The tables of <c>tests/conformance/README.md</c> name tests: each is there, and each of the 34 traps has a row.</summary>
public sealed partial class Names_the_test_of_each_trap
{
    // Of the other test project, which this one does not see.
    private static readonly string[] s_elsewhere = ["GatewayAuthenticatorTests"];

    private static readonly Dictionary<string, Type> s_classes = typeof(Names_the_test_of_each_trap).Assembly.GetTypes()
        .Where(type => type.IsPublic && !type.IsAbstract).GroupBy(type => type.Name).ToDictionary(group => group.Key, group => group.First());

    [Fact]
    public async Task And_the_test_is_there()
    {
        string[] lines = [.. (await File.ReadAllLinesAsync(Readme(), TestContext.Current.CancellationToken)).SkipWhile(line => line != "## The traps of the protocol").Where(line => line.StartsWith("| ", StringComparison.Ordinal))];
        List<string> missing = [];
        int named = 0;
        foreach (Match test in lines.SelectMany(line => Test().Matches(line.Split('|')[3])))
        {
            named++;
            string name = test.Groups["class"].Value;
            string method = test.Groups["method"].Value.TrimEnd('…');
            if (!s_elsewhere.Contains(name) && !(s_classes.TryGetValue(name, out Type? type) && type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Any(one => one.Name.StartsWith(method, StringComparison.Ordinal))))
            {
                missing.Add($"{name}.{method}");
            }
        }

        Assert.Empty(missing);
        Assert.InRange(named, 70, 200);
        Assert.Empty(Enumerable.Range(1, 34).Where(trap => !lines.Any(line => line.StartsWith($"| {trap} |", StringComparison.Ordinal))));
        Assert.Empty(Enumerable.Range(1, 9).Where(must => !lines.Any(line => line.StartsWith($"| MUST {must} |", StringComparison.Ordinal))));
    }

    private static string Readme()
    {
        string at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "OpenClaw.Edge.sln")))
        {
            at = Path.GetDirectoryName(at) ?? throw new DirectoryNotFoundException("the repository is not above the tests");
        }

        return Path.Combine(at, "tests", "conformance", "README.md");
    }

    // `Class.Method`, `Class.Start_of_a_method…`, `Folder/Class`, `Class`; names of checks stand in brackets and have spaces or none of these shapes.
    [GeneratedRegex("`(?:[A-Z][a-z]+/)?(?<class>[A-Z][A-Za-z_]+)(?:\\.(?<method>[A-Z][A-Za-z0-9_]*…?))?`")]
    private static partial Regex Test();
}
