using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>What a person reads after a start: where it is, the token's place, the line to chat, the model.</summary>
public sealed class Says_where_it_is : WithHome
{
    [Fact]
    public async Task Chat_line_names_what_a_client_would_not_assume()
    {
        ProcessEnvironment environment = new(Home.Variables, "/", Home.Root);
        await using EdgeHost host = await EdgeHost.StartAsync(
            new GatewayRunOptions { Port = 0 }, environment, new MemoryStream(), TimeProvider.System, CancellationToken.None);

        Assert.Equal(["--state-dir", Home.StateDir, "--port", $"{host.Addresses[0].Port}"], host.ClientFlags);
        Assert.EndsWith($" chat --state-dir {Home.StateDir} --port {host.Addresses[0].Port}", host.Banner.Lines[2]);
        Assert.Equal("lab/scripted:8b", await host.FindModelAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Profile_stands_for_the_state_directory()
    {
        Dictionary<string, string> variables = Home.Variables;
        variables.Remove("OPENCLAW_STATE_DIR");
        ProcessEnvironment environment = new(variables, "/", Home.Root);
        await using EdgeHost host = await EdgeHost.StartAsync(
            new GatewayRunOptions { Port = 0, Profile = "two" }, environment, new MemoryStream(), TimeProvider.System, CancellationToken.None);

        Assert.Equal(["--profile", "two", "--port", $"{host.Addresses[0].Port}"], host.ClientFlags);
    }

    [Theory]
    [InlineData(null, "none answers")]
    [InlineData("demo/assistant", "a scripted demo. For a real one: ollama serve")]
    [InlineData("ollama/qwen3:4b", "ollama/qwen3:4b")]
    public void Model_line_is_honest(string? modelRef, string expected) =>
        Assert.Contains(expected, StartBanner.ModelLine(modelRef));

    [Fact]
    public async Task Binary_says_it_on_standard_error_but_not_to_a_journal()
    {
        Assert.SkipWhen(RunningGateway.Binary is null, "needs OPENCLAW_BIN");
        await using GatewayProcess person = await GatewayProcess.StartAsync(RunningGateway.Binary!, Home);
        await person.PrintsAsync("model             lab/scripted:8b");
        await person.StopAsync();

        Dictionary<string, string> variables = Home.Variables;
        // The variable must name this very output; one that was inherited from elsewhere says nothing.
        await using GatewayProcess journal = GatewayProcess.Launch(
            "/bin/sh", variables, "/", "-c", "exec 3>&1; export JOURNAL_STREAM=\"$(stat -Lc %d:%i /proc/self/fd/3)\"; exec \"$0\" gateway run --port 0",
            RunningGateway.Binary!);
        await journal.PrintsAsync("<6>hosting: Listening on");
        await journal.StopAsync();

        Assert.Contains("OpenClaw gateway  http://127.0.0.1:", person.Output);
        Assert.DoesNotContain("OpenClaw gateway", journal.Output);
    }

    [Fact]
    public async Task Binary_answers_one_message_and_stops()
    {
        Assert.SkipWhen(RunningGateway.Binary is null, "needs OPENCLAW_BIN");
        await using GatewayProcess once = GatewayProcess.Launch(
            RunningGateway.Binary!, Home.Variables, "/", "gateway", "run", "--port", "0", "--message", "[text:just this]");

        Assert.Equal(0, await once.WaitForExitAsync());
        Assert.Contains("just this", once.Output);
    }
}
