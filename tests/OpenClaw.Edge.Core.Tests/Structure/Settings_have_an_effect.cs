using System.Text.RegularExpressions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Structure.SourceTree;

namespace OpenClaw.Edge.Core.Tests.Structure;

/// <summary>A setting that is bound and then read by nobody is a promise that is not kept: its key is to be marked as ignored, so that the
/// validator says so.</summary>
public sealed partial class Settings_have_an_effect
{
    private const string Folder = "src/OpenClaw.Edge.Core/Configuration/";

    [Fact]
    public void Every_setting_is_read_by_somebody()
    {
        string[] records = [.. CSharp(Folder.TrimEnd('/')).Where(path => path.EndsWith("Config.cs", StringComparison.Ordinal))];
        HashSet<string> words = new(StringComparer.Ordinal);
        foreach (string path in CSharp("src").Except(records).Where(path => !path.StartsWith(Folder + "ConfigBinder", StringComparison.Ordinal)))
        {
            words.UnionWith(Word().Matches(Read(path)).Select(match => match.Value));
        }

        IEnumerable<string> unread =
            from path in records
            let text = Read(path)
            from property in Property().Matches(text).Select(match => match.Groups[1].Value)
            where !words.Contains(property) && Regex.Count(text, $@"\b{property}\b") == 1
            select $"{path}: {property}";

        Assert.NotEmpty(records);
        None(unread);
    }

    [GeneratedRegex(@"public [^(\n]* (\w+) \{ get; init; \}")]
    private static partial Regex Property();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Word();
}
