using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class ToolPolicyTests
{
    private static readonly string[] Names = ["edit", "ls", "read", "write", "exec", "message"];

    [Theory]
    [InlineData(null, "", "", "", "edit ls read write exec message")]
    [InlineData("full", "", "", "exec", "edit ls read write message")]
    [InlineData("minimal", "", "", "", "")]
    [InlineData("minimal", "", "read", "", "read")]
    [InlineData("coding", "", "", "group:runtime", "edit ls read write")]
    [InlineData("messaging", "", "group:fs", "WRITE", "edit ls read message")]
    [InlineData("full", "read ls", "", "", "ls read")]
    [InlineData("full", "read", "ex*", "", "read exec")]
    [InlineData("full", "read", "", "read", "")]
    [InlineData("full", "", "", "*", "")]
    [InlineData("codding", "", "", "", "")]
    public void Allows(string? profile, string allow, string also, string deny, string allowed)
    {
        ToolPolicy policy = new(profile, Split(allow), Split(also), Split(deny));

        Assert.Equal(Split(allowed), Names.Where(policy.Allows));
    }

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
