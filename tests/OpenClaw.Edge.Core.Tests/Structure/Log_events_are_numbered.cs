using System.Globalization;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Structure.SourceTree;
using System.Text.RegularExpressions;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>Event ids: each used once, each in the block of its folder, so that a number in a journal leads to one line of code.</summary>
public sealed partial class Log_events_are_numbered
{
    private static readonly Dictionary<string, int> Blocks = new()
    {
        ["src/OpenClaw.Edge.Core/Configuration"] = 1100,
        ["src/OpenClaw.Edge.Core/Storage"] = 1200,
        ["src/OpenClaw.Edge.Core/Platform"] = 1300,
        ["src/OpenClaw.Edge.Core/Security"] = 1400,
        ["src/OpenClaw.Edge.Core/Sessions"] = 1500,
        ["src/OpenClaw.Edge.Core/Providers"] = 1600,
        ["src/OpenClaw.Edge.Core/Tools"] = 1700,
        ["src/OpenClaw.Edge.Core/Agents"] = 1800,
        ["src/OpenClaw.Edge.Core/Sandbox"] = 1900,
        ["src/OpenClaw.Edge/Hosting"] = 2000,
        ["src/OpenClaw.Edge/Gateway"] = 2100,
        ["src/OpenClaw.Edge/Http"] = 2200,
        ["src/OpenClaw.Edge/Cli"] = 2300,
        ["src/OpenClaw.Edge.Core/Skills"] = 2450,
        ["src/OpenClaw.Edge.Core/Memory"] = 2400,
        ["src/OpenClaw.Edge.Core/Automation"] = 2600,
    };

    [Fact]
    public void No_id_is_used_twice()
    {
        IEnumerable<string> twice = Events().GroupBy(found => found.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(found => found.Path))}");

        None(twice);
    }

    [Fact]
    public void Every_id_is_in_the_block_of_its_folder()
    {
        IEnumerable<string> strays = Events().Where(found => !Blocks.TryGetValue(Folder(found.Path), out int block) || found.Id < block || found.Id >= block + 100).Select(found => $"{found.Path}: {found.Id}");

        None(strays);
    }

    [Fact]
    public void Every_message_has_an_id() => None(SourceTree.CSharp("src").SelectMany(path =>
        Attribute().Matches(SourceTree.Read(path)).Where(match => !match.Groups[1].Success).Select(match => $"{path}: {match.Value}")));

    private static string Folder(string path) => string.Join('/', path.Split('/').Take(3));

    private static List<(string Path, int Id)> Events() =>
    [
        .. SourceTree.CSharp("src").SelectMany(path => Attribute().Matches(SourceTree.Read(path))
            .Where(match => match.Groups[1].Success)
            .Select(match => (path, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)))),
    ];

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(\d+)?")]
    private static partial Regex Attribute();
}
