using System.CommandLine;
using OpenClaw.Edge.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--version")]
    [InlineData("-V")]
    [InlineData("-v")]
    public async Task Version_starts_with_the_originals(string flag)
    {
        using CliRun run = new();
        Assert.Equal(0, await run.InvokeAsync(flag));
        Assert.StartsWith("OpenClaw 2026.9.6 (edge ", run.Out.ToString());
    }

    [Theory]
    [InlineData("gatway", "openclaw: 'openclaw' has no command 'gatway'; did you mean 'gateway'?\n")]
    [InlineData("sesions list", "openclaw: 'openclaw' has no command 'sesions'; did you mean 'sessions'?\n")]
    [InlineData("gateway statsu", "openclaw: 'openclaw gateway' has no command 'statsu'; did you mean 'status'?\n")]
    [InlineData("status --jsno", "openclaw: 'openclaw status' has no option '--jsno'; did you mean '--json'?\n")]
    [InlineData("--profile status gatway", "openclaw: 'openclaw' has no command 'gatway'; did you mean 'gateway'?\n")]
    [InlineData("xyzzy", "openclaw: 'openclaw' has no command 'xyzzy'; try 'openclaw --help'\n")]
    [InlineData("health now", "openclaw: 'openclaw health' has no argument 'now'; try 'openclaw health --help'\n")]
    public async Task A_slip_is_a_usage_error_with_a_way_on(string line, string expected)
    {
        using CliRun run = new();
        Assert.Equal((int)ExitCode.Usage, await run.InvokeAsync(line.Split(' ')));
        Assert.Equal(expected, run.Error.ToString());
        Assert.Empty(run.Out.ToString());
    }

    [Fact]
    public async Task Every_command_is_found_by_each_of_its_names()
    {
        using CliRun all = new();
        foreach (Command command in CommandLine.Build(new CliOptions(), all.World()).Subcommands.Where(command => !command.Hidden))
        {
            foreach (string name in command.Aliases.Append(command.Name))
            {
                using CliRun run = new();
                Assert.Equal(0, await run.InvokeAsync("--profile", "models", name, "--help"));
                Assert.StartsWith($"{command.Description}\n\nUsage: openclaw {command.Name}", run.Out.ToString());
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("--profile status")]
    [InlineData("--profile status --help")]
    public async Task Help_without_a_command_lists_them_all(string line)
    {
        using CliRun run = new();
        Assert.Equal(0, await run.InvokeAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(32, run.Out.ToString().Split("Commands:\n")[1].Split("\n\n")[0].Split('\n').Count(row => row.Length > 2 && row[2] != ' '));
    }

    [Fact]
    public async Task With_json_a_failure_is_the_originals_envelope_on_standard_output()
    {
        using CliRun run = new();
        Assert.Equal(2, await run.InvokeAsync("gatway", "--json"));
        Assert.False(run.Json.GetProperty("ok").GetBoolean());
        Assert.Equal("usage_error", run.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains("gateway", run.Json.GetProperty("error").GetProperty("message").GetString());
        Assert.Empty(run.Error.ToString());
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("gateway run")]
    public async Task Gateway_alone_means_gateway_run(string command)
    {
        using CliRun run = new();
        int exit = await run.InvokeAsync(
            [.. command.Split(' '), "--port", "19000", "--bind", "lan", "--token", "t", "--auth", "token",
            "--profile", "work", "--log-level", "debug", "--verbose", "--allow-unconfigured", "--ws-log", "full"]);
        Assert.Equal(0, exit);
        Assert.Equal(
            new GatewayRunOptions
            {
                Port = 19000,
                Bind = "lan",
                Token = "t",
                AuthMode = "token",
                Profile = "work",
                LogLevel = "debug",
                Verbose = true,
                AllowUnconfigured = true,
            },
            run.RunWith);
    }

    [Fact]
    public async Task Options_of_every_command_may_stand_before_it()
    {
        using CliRun run = new();
        Assert.Equal(0, await run.InvokeAsync("--dev", "--state-dir", "/s", "gateway", "run"));
        Assert.Equal(new GatewayRunOptions { Profile = "dev", StateDir = "/s" }, run.RunWith);
    }

    [Fact]
    public async Task A_password_may_come_from_a_file()
    {
        using CliRun run = new();
        string file = run.Home.Write("password", "secret\n");
        Assert.Equal(0, await run.InvokeAsync("gateway", "run", "--password-file", file));
        Assert.Equal("secret", run.RunWith?.Password);
        Assert.Equal(2, await run.InvokeAsync("gateway", "run", "--password-file", run.Home.PathOf("none")));
        Assert.Contains("--password-file: ", run.Error.ToString());
    }

    [Fact]
    public async Task Without_a_command_it_shows_the_help()
    {
        using CliRun run = new();
        Assert.Equal(0, await run.InvokeAsync());
        Assert.StartsWith("OpenClaw on one small machine", run.Out.ToString());
    }

    [Theory]
    [InlineData("status", "status")]
    [InlineData("statsu", "status")]
    [InlineData("sta", "status")]
    [InlineData("halth", "health")]
    [InlineData("qqqq", null)]
    public void Nearest_name(string typed, string? expected) =>
        Assert.Equal(expected, UsageErrors.Nearest(typed, ["status", "health", "gateway", "chat"]));
}
