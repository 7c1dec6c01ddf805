using OpenClaw.Edge.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>The packages carry completion scripts as files, because the binary of another architecture cannot be asked for them.</summary>
public sealed class PackagedCompletionTests
{
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Packages_carry_the_script_that_the_executable_prints(string shell)
    {
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "OpenClaw.Edge.sln")))
        {
            at = at.Parent!;
        }

        string packaged = File.ReadAllText(Path.Combine(at.FullName, "packaging", "completions", $"openclaw.{shell}"));

        Assert.Equal(ShellScripts.For(shell), packaged.TrimEnd('\n'));
    }
}
