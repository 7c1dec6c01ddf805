using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

public sealed class ShellRisksTests
{
    [Theory]
    [InlineData("ls -l | wc -l", "")]
    [InlineData("echo 'sudo $(rm) `x` > y'", "")]
    [InlineData("echo \"a;b|c\" # fine", "")]
    [InlineData("sudo rm -r /", "command-carrier")]
    [InlineData("find . -name x -exec rm {} +", "command-carrier")]
    [InlineData("python3 -c 'print(1)'", "inline-eval")]
    [InlineData("A=1 node -e 'x'", "inline-eval")]
    [InlineData("bash -lc 'ls'", "shell-wrapper")]
    [InlineData("eval \"$X\"", "eval dynamic-argument")]
    [InlineData(". ./env.sh", "source")]
    [InlineData("alias ll=ls", "alias")]
    [InlineData("$EDITOR notes", "dynamic-executable")]
    [InlineData("cat <<< hi", "here-string")]
    [InlineData("cat << EOF", "heredoc")]
    [InlineData("ls > out 2>&1", "redirect")]
    [InlineData("diff <(ls a) <(ls b)", "process-substitution")]
    [InlineData("echo \"now `date`\"", "command-substitution dynamic-argument")]
    [InlineData("ls \\\n-l", "line-continuation")]
    [InlineData("", "")]
    [InlineData("'", "")]
    [InlineData("\\", "")]
    [InlineData("\"$(", "command-substitution dynamic-executable")]
    public void What_a_person_should_look_at_is_named(string command, string expected) =>
        Assert.Equal(expected, string.Join(' ', ShellRisks.Of(command).Kinds));

    [Fact]
    public void Lines_say_which_program()
    {
        ShellRisks risks = ShellRisks.Of("sudo ls; /usr/bin/python3 -c x; sudo ls; sh -c y");

        Assert.Equal(["Contains command-carrier: sudo", "Contains inline-eval: python3 -c", "Contains shell-wrapper: sh -c"], risks.Lines);
    }

    [Fact]
    public void Every_text_has_an_end()
    {
        Random random = new(7);
        const string Letters = "ab$(){}<>|&;\"'`\\ \n=-.";
        for (int round = 0; round < 5000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)]));
            Assert.True(ShellRisks.Of(text).Lines.Count <= 16);
        }
    }
}
