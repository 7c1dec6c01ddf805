using OpenClaw.Edge.Memory;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

public sealed class MemoryQueryTests
{
    [Theory]
    [InlineData("blue kettle", "\"blue\" AND \"kettle\"")]
    [InlineData("what is the colour of the kettle?", "\"colour\" AND \"kettle\"")]
    [InlineData("NEAR(a, b) OR \"x\" NOT y*", "\"NEAR\" AND \"b\" AND \"x\" AND \"NOT\" AND \"y\"")]
    [InlineData("col:umn ^start -minus {brace}", "\"col\" AND \"umn\" AND \"start\" AND \"minus\" AND \"brace\"")]
    [InlineData("'; DROP TABLE memory_files; --", "\"DROP\" AND \"TABLE\" AND \"memory_files\"")]
    [InlineData("kettle Kettle KETTLE", "\"kettle\"")]
    [InlineData("who are you", "\"who\" AND \"are\" AND \"you\"")]
    [InlineData("\"\"\" * ( ) - \\ %", "")]
    public void Words_are_quoted_and_nothing_is_an_operator(string text, string expected) =>
        Assert.Equal(expected, MemoryQuery.Read(text).AllWords);

    [Fact]
    public void Scripts_without_spaces_become_three_letter_pieces()
    {
        MemoryQuery query = MemoryQuery.Read("京都の紅茶 tea");

        Assert.Equal("\"tea\"", query.AllWords);
        Assert.Equal("\"京都の\" OR \"都の紅\" OR \"の紅茶\"", query.WideGrams);
        Assert.Empty(query.WideShort);
    }

    [Fact]
    public void Short_runs_of_such_scripts_are_looked_for_as_they_are()
    {
        MemoryQuery query = MemoryQuery.Read("红茶 在 哪里？");

        Assert.Equal(["红茶", "在", "哪里"], query.WideShort);
        Assert.Empty(query.WideGrams);
        Assert.False(query.IsEmpty);
    }

    [Fact]
    public void A_flood_of_terms_is_cut()
    {
        MemoryQuery query = MemoryQuery.Read(string.Join(' ', Enumerable.Range(0, 10_000).Select(n => $"t{n}")) + new string('x', 5_000) + new string('茶', 5_000));

        Assert.Equal(24, query.Words.Count);
        Assert.All(query.Words, word => Assert.InRange(word.Length, 1, 64));
        Assert.InRange(query.WideGrams.Length, 1, 24 * 12);
    }

    [Fact]
    public void Common_words_are_left_out_unless_there_are_no_others()
    {
        MemoryQuery query = MemoryQuery.Read("note kettle");

        Assert.Equal("\"kettle\"", query.Without(word => word == "\"note\"").AllWords);
        Assert.Equal("\"note\" AND \"kettle\"", query.Without(_ => true).AllWords);
        Assert.Same(query, query.Without(_ => false));
    }

    [Theory]
    [InlineData("**/*.md", "a.md", true)]
    [InlineData("**/*.md", "a/b/c.md", true)]
    [InlineData("runbooks/**/*.md", "runbooks/x.md", true)]
    [InlineData("runbooks/**/*.md", "other/x.md", false)]
    [InlineData("*.md", "a/b.md", false)]
    [InlineData("a?c.md", "abc.md", true)]
    [InlineData("a*c*e", "abcde", true)]
    [InlineData("a*c*e", "abcdf", false)]
    [InlineData("**", "any/thing", true)]
    [InlineData("./notes/*", "notes/x", true)]
    public void Patterns_match_paths(string pattern, string path, bool expected) => Assert.Equal(expected, GlobPattern.Matches(pattern, path));

    [Fact]
    public void A_hostile_pattern_ends() =>
        Assert.False(GlobPattern.Matches(string.Concat(Enumerable.Repeat("**/*a", 40)), string.Concat(Enumerable.Repeat("aaaaaaaaaa/", 40)) + "b"));
}
