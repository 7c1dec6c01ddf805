using System.CommandLine;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tests.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The help of every command, word for word. The files are in <c>tests/OpenClaw.Edge.Tests/golden/help</c>; a change of the
/// command line shows there as a difference that one reads before committing it.</summary>
public sealed class Helps_with_every_command
{
    private const string Update = "EDGE_UPDATE_GOLDEN";
    private static readonly string Golden = FindGolden();

    /// <summary>Every command that is not hidden, as it is typed.</summary>
    public static TheoryData<string> Commands
    {
        get
        {
            using CliRun run = new();
            return [.. Below(CommandLine.Build(new CliOptions(), run.World()), "")];
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_is_as_written_down(string command)
    {
        using TempDir home = new();
        Dictionary<string, string> variables = new() { ["HOME"] = home.Root };
        string file = Path.Combine(Golden, FileOf(command));

        CommandRun help = (await CommandRun.OfAsync(variables, [.. Words(command), "--help"])).Ends(0);

        if (Environment.GetEnvironmentVariable(Update) is { Length: > 0 })
        {
            Directory.CreateDirectory(Golden);
            await File.WriteAllTextAsync(file, help.Out);
        }

        Assert.True(File.Exists(file), $"{file} is missing; run this class once with {Update}=1, read what it wrote, and commit it");
        string expected = await File.ReadAllTextAsync(file);
        Assert.True(
            expected == help.Out,
            $"The help of 'openclaw {command}' changed. If that is meant: run this class with {Update}=1 and commit {FileOf(command)}.\n"
            + $"--- expected\n{expected}\n--- now\n{help.Out}");
        Assert.Empty(help.Error);
        Assert.DoesNotContain(help.Out.Split('\n'), line => line.Length > 80 || line.EndsWith(' '));
    }

    [Fact]
    public void No_golden_file_is_left_of_a_command_that_is_gone()
    {
        string[] files = [.. Directory.EnumerateFiles(Golden).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

        Assert.Equal(Commands.Select(row => FileOf(row.Data)).Order(StringComparer.Ordinal), files);
    }

    private static IEnumerable<string> Below(Command command, string path) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => Below(sub, $"{path} {sub.Name}".Trim())).Prepend(path);

    private static string[] Words(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string FileOf(string command) => string.Join('-', Words(command).Prepend("openclaw")) + ".txt";

    private static string FindGolden()
    {
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "OpenClaw.Edge.sln")))
        {
            at = at.Parent ?? throw new InvalidOperationException($"No OpenClaw.Edge.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
        }

        return Path.Combine(at.FullName, "tests", "OpenClaw.Edge.Tests", "golden", "help");
    }
}
