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
    [InlineData("find . -name x -exec rm {} +", "inline-eval command-carrier")]
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
    [InlineData("diff <(ls a) <(ls b)", "process-substitution dynamic-argument")]
    [InlineData("echo \"now `date`\"", "command-substitution dynamic-argument")]
    [InlineData("ls \\\n-l", "line-continuation")]
    [InlineData("", "")]
    [InlineData("'", "syntax-error")]
    [InlineData("\\", "")]
    [InlineData("\"$(", "command-substitution dynamic-executable syntax-error")]
    public void What_a_person_should_look_at_is_named(string command, string expected) =>
        Assert.Equal(expected, string.Join(' ', ShellRisks.Of(command).Kinds));

    // What the original's parser said of each (2026.9.6), sorted.
    [Theory]
    [InlineData("xargs rm", "command-carrier: xargs | inline-eval: xargs <command>")]
    [InlineData("env FOO=1 node -e 1", "inline-eval: node -e")]
    [InlineData("function f() { ls; }; f", "function-definition: f")]
    [InlineData("f() { ls; }", "function-definition: f")]
    [InlineData("awk '{print}' f", "inline-eval: awk <program>")]
    [InlineData("git -c core.pager=x log", "")]
    [InlineData("nohup ls", "")]
    [InlineData("timeout 5 ls", "")]
    [InlineData("sed -e s/a/b/e f", "inline-eval: sed -e")]
    [InlineData("make -f x", "inline-eval: make -f")]
    [InlineData("env bash -c ls", "shell-wrapper-through-carrier")]
    [InlineData("sudo -u x bash -c 'ls | wc'", "command-carrier: sudo | shell-wrapper-through-carrier")]
    [InlineData("echo *.txt", "dynamic-argument: echo dynamic argument")]
    [InlineData("ls [a-z]*", "dynamic-argument: ls dynamic argument")]
    [InlineData("bash -s", "")]
    [InlineData("R -e x", "inline-eval: r -e")]
    [InlineData("[[ -f x ]]", "")]
    [InlineData("su - x", "command-carrier: su")]
    [InlineData("chroot / ls", "command-carrier: chroot")]
    [InlineData("busybox sh -c ls", "shell-wrapper-through-carrier")]
    [InlineData("awk -f x", "")]
    [InlineData("sed -n p", "inline-eval: sed <program>")]
    [InlineData("make all", "")]
    [InlineData("perl -pe x", "inline-eval: perl -e")]
    [InlineData("python -Ic x", "inline-eval: python -c")]
    [InlineData("timeout 5 bash -c x", "shell-wrapper-through-carrier")]
    [InlineData("sudo node -e 1", "command-carrier: sudo | inline-eval: node -e")]
    [InlineData("time bash -c x", "shell-wrapper-through-carrier")]
    [InlineData("! bash -c x", "shell-wrapper: bash -c")]
    [InlineData("if bash -c x; then sudo y; fi", "command-carrier: sudo | shell-wrapper: bash -c")]
    [InlineData("echo 'unterminated", "syntax-error")]
    [InlineData("echo $((1+1))", "dynamic-argument: echo dynamic argument")]
    [InlineData("echo a?", "dynamic-argument: echo dynamic argument")]
    [InlineData("echo ~", "")]
    [InlineData("echo {a,b}", "dynamic-argument: echo dynamic argument")]
    [InlineData("tee >(cat)", "dynamic-argument: tee dynamic argument | process-substitution")]
    [InlineData("x=$(ls)", "command-substitution")]
    [InlineData("export X=$(ls)", "command-substitution | dynamic-argument: export dynamic argument")]
    [InlineData("*.sh a", "dynamic-executable")]
    [InlineData("exec bash -c x", "shell-wrapper-through-carrier")]
    [InlineData("env -i bash -c x", "shell-wrapper-through-carrier")]
    [InlineData("env", "command-carrier: env")]
    [InlineData("nohup node -e 1", "inline-eval: node -e")]
    [InlineData("bash -c", "")]
    [InlineData("bash -ec x", "shell-wrapper: bash -ec")]
    [InlineData("function f { ls; }", "function-definition: f")]
    [InlineData("f () { ls; }; sudo f", "command-carrier: sudo | function-definition: f")]
    [InlineData("{ sudo ls; }", "command-carrier: sudo")]
    [InlineData("while sudo x; do y; done", "command-carrier: sudo")]
    [InlineData("node -pe x", "inline-eval: node -p")]
    [InlineData("ls; . x", "source: .")]
    [InlineData("ls && source y", "source")]
    [InlineData("script -c ls", "command-carrier: script")]
    public void A_line_is_judged_as_the_original_judges_it(string command, string expected) => Assert.Equal(
        expected,
        string.Join(" | ", ShellRisks.Of(command).Lines.Select(line => line["Contains ".Length..]).Order(StringComparer.Ordinal)));

    [Fact]
    public void Lines_say_which_program()
    {
        ShellRisks risks = ShellRisks.Of("sudo ls; /usr/bin/python3 -c x; sudo ls; sh -c y");

        Assert.Equal(["Contains command-carrier: sudo", "Contains inline-eval: python3 -c", "Contains shell-wrapper: sh -c"], risks.Lines);
    }

    [Fact]
    public void A_long_word_is_not_copied_for_each_of_its_letters()
    {
        string command = "cat <<E\n[" + string.Join(',', Enumerable.Repeat("1", 20_000)) + "]\nE";
        long before = GC.GetAllocatedBytesForCurrentThread();
        ShellRisks.Of(command);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
        Assert.Contains("dynamic-argument", ShellRisks.Of("echo {a,b}").Kinds);
        Assert.Contains("dynamic-argument", ShellRisks.Of("echo '{'a,b").Kinds);
        Assert.DoesNotContain("dynamic-argument", ShellRisks.Of("echo {a} b,c").Kinds);
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
