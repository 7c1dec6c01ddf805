using OpenClaw.Edge.Automation;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

public sealed class CronLineMatchTests
{
    [Theory]
    [InlineData("^(failed|recovered):", "failed: disk", true)]
    [InlineData("^(failed|recovered):", "it failed: disk", false)]
    [InlineData("a{2,3}b$", "xaaab", true)]
    [InlineData("a{2,3}b$", "xab", false)]
    [InlineData("\\d+\\s?ms\\b", "took 17 ms", true)]
    [InlineData("[^a-c]x?$", "abc", false)]
    [InlineData("(?:ab)*c", "ababc", true)]
    [InlineData("a|", "zzz", true)]
    [InlineData("\\u0041\\.", "A.", true)]
    public void Lines_match_as_in_JavaScript(string expression, string line, bool expected) =>
        Assert.Equal(expected, CronLineMatch.Parse(expression).IsMatch(line));

    [Theory]
    [InlineData("(", "invalid-regex")]
    [InlineData("*a", "invalid-regex")]
    [InlineData("[a", "invalid-regex")]
    [InlineData("(a)\\1", "looks around or back")]
    [InlineData("(?=a)", "looks around or back")]
    [InlineData("(a{900}){900}", "too long")]
    public void What_is_no_expression_is_refused(string expression, string expected) =>
        Assert.Contains(expected, Assert.Throws<CronInputException>(() => CronLineMatch.Parse(expression)).Message, StringComparison.Ordinal);

    [Fact]
    public void No_line_holds_it_up() => Assert.False(CronLineMatch.Parse("(a+)+$").IsMatch(new string('a', 5000) + "!"));
}
