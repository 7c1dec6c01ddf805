using System.Text.RegularExpressions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Structure.SourceTree;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>What a workflow or an image's recipe names is in the checkout: nobody runs them before a release does.</summary>
public sealed partial class Packaging_names_what_is_there
{
    private static readonly string[] Workflows = [.. Directory.EnumerateFiles(Path.Combine(Root, ".github/workflows"), "*.yml").Select(path => Path.GetRelativePath(Root, path))];

    [Fact]
    public void Every_script_of_a_workflow_is_there_and_knows_its_flags()
    {
        List<string> violations = [];
        int seen = 0;
        foreach (string workflow in Workflows)
        {
            foreach (Match call in Call().Matches(Read(workflow)))
            {
                string script = call.Groups[1].Value.TrimStart('.', '/');
                script = script.StartsWith("ci/", StringComparison.Ordinal) ? "." + script : script;
                seen++;
                if (!File.Exists(Path.Combine(Root, script)))
                {
                    violations.Add($"{workflow}: {script} is not there");
                    continue;
                }

                string text = Read(script);
                violations.AddRange(Flag().Matches(call.Groups[2].Value).Select(flag => flag.Value).Where(flag => !text.Contains(flag)).Select(flag => $"{workflow}: {script} does not know {flag}"));
            }
        }

        None(violations);
        Assert.True(seen >= 7, $"only {seen} calls of scripts were found");
    }

    [Fact]
    public void Every_file_that_a_workflow_names_is_there()
    {
        List<string> violations = [];
        foreach (string workflow in Workflows)
        {
            violations.AddRange(NamedFile().Matches(Read(workflow)).Select(match => match.Groups[1].Value).Where(path => !Path.Exists(Path.Combine(Root, path))).Select(path => $"{workflow}: {path} is not there"));
        }

        None(violations);
    }

    [Fact]
    public void What_a_workflow_hands_to_a_script_it_takes()
    {
        string release = Read(".github/workflows/release.yml");
        foreach (Match row in MatrixRow().Matches(release))
        {
            Assert.Contains($"{row.Groups[1].Value} |", Read("packaging/publish.sh") + " |");
            Assert.Contains($"{row.Groups[2].Value})", Read("packaging/deb/build.sh"));
            Assert.Contains(row.Groups[2].Value, Read("packaging/tarball.sh"));
            Assert.Contains(row.Groups[3].Value, Read("packaging/rpm/build.sh"));
        }

        Assert.Equal(2, MatrixRow().Count(release));
    }

    [Theory]
    [InlineData("Dockerfile.arm64")]
    [InlineData("packaging/image/Dockerfile")]
    public void Every_path_that_a_recipe_copies_or_runs_is_there(string recipe)
    {
        List<string> violations = [];
        foreach (Match copy in Copied().Matches(Read(recipe)))
        {
            string path = copy.Groups[1].Value;
            // What the build makes is not in the checkout.
            if (path is not "." && !path.StartsWith("artifacts/", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Root, path)))
            {
                violations.Add($"{recipe}: {path} is not there");
            }
        }

        violations.AddRange(Call().Matches(Read(recipe)).Select(call => call.Groups[1].Value).Where(script => !File.Exists(Path.Combine(Root, script))).Select(script => $"{recipe}: {script} is not there"));
        None(violations);
    }

    [Theory]
    [InlineData("Dockerfile.arm64")]
    [InlineData("packaging/image/Dockerfile")]
    public void The_compiler_runs_on_the_C_library_of_the_base(string recipe)
    {
        // The SDK's images of .NET 10 are Ubuntu: what is linked there does not start on Debian 12.
        string text = Read(recipe);
        Assert.Contains("ARG BUILD_BASE=debian:bookworm-slim\n", text);
        Assert.Contains("base-debian12", text);
        Assert.Contains("${BUILD_BASE} AS build\n", text);
    }

    [GeneratedRegex(@"(?:^|\s)bash (\.?[\w./]+)([^\n]*)", RegexOptions.Multiline)]
    private static partial Regex Call();

    [GeneratedRegex(@"(?<=\s)--[a-z-]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"\s(packaging/[\w./-]+\.(?:toml|sh)|packaging/image/Dockerfile|Dockerfile\.arm64)\b")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"\{ rid: ([\w-]+), arch: (\w+), rpm: (\w+) \}")]
    private static partial Regex MatrixRow();

    [GeneratedRegex(@"^COPY (?!--from)(?:--\S+ )*(\S+) ", RegexOptions.Multiline)]
    private static partial Regex Copied();
}
