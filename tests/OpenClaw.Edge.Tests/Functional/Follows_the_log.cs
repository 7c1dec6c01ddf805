using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw logs --follow</c> while the file changes under it.</summary>
public sealed class Follows_the_log : IAsyncLifetime
{
    private const int RotatesAt = 5 * 1024 * 1024;

    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly CancellationTokenSource leaving = new();
    private readonly CliRun follower = new();
    private GatewayHome home = null!;

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await model.DisposeAsync();
        home.Dispose();
        leaving.Dispose();
        follower.Dispose();
    }

    [Fact]
    public async Task Every_line_is_printed_once_when_the_gateway_begins_a_new_file()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogPath)!);
        string filler = new string('x', 999) + "\n";
        await File.WriteAllTextAsync(LogPath, new StringBuilder().Insert(0, filler, (RotatesAt / 1000) - 8).ToString());
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        CliRun run = Cli(gateway);
        Task<int> following = FollowAsync();
        await run.Out.PrintsAsync("Listening on");

        for (int stranger = 0; stranger < 80; stranger++)
        {
            await RefuseAsync(gateway);
        }

        await run.Error.PrintsAsync("Log cursor reset");
        await RefuseAsync(gateway);
        Assert.True(File.Exists(LogPath + ".1"));
        await UntilPrintedAsync(run, refusals: 81);
        await leaving.CancelAsync();

        Assert.Equal(0, await following);
        Assert.Equal(await WrittenAsync(LogPath + ".1", LogPath), Printed(run));
    }

    [Fact]
    public async Task File_that_is_moved_away_by_another_program_is_left_and_begun_anew()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        CliRun run = Cli(gateway);
        Task<int> following = FollowAsync();
        await run.Out.PrintsAsync("Listening on");
        await RefuseAsync(gateway);
        File.Move(LogPath, LogPath + ".1");
        await RefuseAsync(gateway);
        await RefuseAsync(gateway);

        await UntilPrintedAsync(run, refusals: 3);
        await leaving.CancelAsync();

        Assert.Equal(0, await following);
        Assert.Equal(await WrittenAsync(LogPath + ".1", LogPath), Printed(run));
        Assert.Equal(2, (await File.ReadAllLinesAsync(LogPath)).Length);
    }

    private string LogPath => Path.Combine(home.StateDir, "logs", "openclaw.log");

    private CliRun Cli(RunningGateway gateway) => follower
        .With("OPENCLAW_GATEWAY_PORT", $"{gateway.BaseUri.Port}").With("OPENCLAW_GATEWAY_TOKEN", home.Token);

    private Task<int> FollowAsync() =>
        CommandLine.InvokeAsync(["logs", "--follow", "--json", "--interval", "5", "--limit", "5000"], follower.World(), leaving.Token);

    // A line of the log whose text is like no other: it names the connection.
    private static async Task RefuseAsync(RunningGateway gateway)
    {
        await using GatewayTestClient stranger = await GatewayTestClient.OpenAsync(gateway.BaseUri);
        await Assert.ThrowsAsync<GatewayCallException>(() => stranger.CallAsync("health"));
    }

    private static async Task UntilPrintedAsync(CliRun run, int refusals)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (Printed(run).Count(message => message.Contains("refused: ", StringComparison.Ordinal)) < refusals)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Guard.Default, $"{refusals} refusals are not all here:\n{run.Out}");
            await Task.Yield();
        }
    }

    private static string[] Printed(CliRun run) =>
        [.. run.Lines.Where(line => line.GetProperty("type").ValueEquals("log")).Select(line => line.GetProperty("message").GetString()!)];

    private static async Task<string[]> WrittenAsync(params string[] paths)
    {
        List<string> messages = [];
        foreach (string path in paths)
        {
            foreach (string line in (await File.ReadAllLinesAsync(path)).Where(line => line.StartsWith('{')))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                messages.Add(document.RootElement.GetProperty("1").GetString()!);
            }
        }

        return [.. messages];
    }
}
