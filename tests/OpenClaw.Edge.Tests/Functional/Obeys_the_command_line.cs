using System.Diagnostics;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The commands that talk to a gateway, against one that runs: what they print, how they end.</summary>
public sealed class Obeys_the_command_line : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Exit_0_is_done() => (await gateway.RunAsync("health")).Ends(0);

    [Fact]
    public async Task Exit_1_ran_and_failed()
    {
        CommandRun run = (await gateway.RunAsync("agent", "--message", "[fault:400]")).Ends(1);

        Assert.Contains($"127.0.0.1:{model.Port}", run.Error);
    }

    [Fact]
    public async Task Exit_2_is_a_wrong_command_line()
    {
        CommandRun run = (await gateway.RunAsync("agent", "--mesage", "hi")).Ends(2);

        Assert.Equal("openclaw: 'openclaw agent' has no option '--mesage'; did you mean '--message'?\n", run.Error);
    }

    [Theory]
    [InlineData("health")]
    [InlineData("status")]
    [InlineData("agent", "--message", "hi")]
    [InlineData("models", "list")]
    [InlineData("sessions", "list")]
    public async Task Exit_3_nobody_answers(params string[] args)
    {
        int port = gateway.BaseUri.Port;
        await gateway.StopAsync();
        Dictionary<string, string> variables = new(home.Variables) { ["OPENCLAW_GATEWAY_PORT"] = $"{port}" };

        CommandRun text = (await CommandRun.OfAsync(variables, args)).Ends(3);
        CommandRun json = (await CommandRun.OfAsync(variables, [.. args, "--json"])).Ends(3);

        Assert.Contains($"127.0.0.1:{port}", text.Error + text.Out);
        Assert.Contains("gateway run", text.Error + text.Out);
        Assert.Equal("gateway_transport_error", json.Json.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Exit_4_the_credentials_were_refused()
    {
        CommandRun text = (await gateway.RunAsync("status", "--token", "not-this-one")).Ends(4);
        CommandRun json = (await gateway.RunAsync("health", "--json", "--token", "not-this-one")).Ends(4);

        Assert.Contains("--token", text.Error);
        Assert.DoesNotContain("not-this-one", text.Error);
        Assert.Equal("gateway_auth_error", json.Json.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Status_tells_the_gateway_the_model_and_the_sessions()
    {
        (await gateway.RunAsync("agent", "--message", "[text:hello]", "--session", "kitchen")).Ends(0);

        CommandRun text = (await gateway.RunAsync("status")).Ends(0);
        JsonElement json = (await gateway.RunAsync("status", "--json")).Ends(0).Json;

        Assert.Contains($"ws://127.0.0.1:{gateway.BaseUri.Port}", text.Out);
        Assert.Contains("lab/scripted:8b", text.Out);
        Assert.Contains("agent:main:kitchen", text.Out);
        Assert.DoesNotContain('\e', text.Out);
        Assert.Empty(text.Error);
        Assert.True(json.GetProperty("gateway").GetProperty("reachable").GetBoolean());
        Assert.Equal(1, json.GetProperty("sessions").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Agent_prints_the_answer_alone_and_json_alone()
    {
        CommandRun text = (await gateway.RunAsync("agent", "--message", "[text:just this]")).Ends(0);
        JsonElement json = (await gateway.RunAsync("agent", "--message", "[text:just this]", "--json")).Ends(0).Json;

        Assert.Equal(("just this\n", ""), (text.Out, text.Error));
        Assert.Equal("just this", json.GetProperty("result").GetProperty("payloads")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Models_are_listed_chosen_and_checked()
    {
        string[] keys = (await gateway.RunAsync("models", "list", "--plain")).Ends(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement list = (await gateway.RunAsync("models", "list", "--json")).Ends(0).Json;
        CommandRun set = (await gateway.RunAsync("models", "set", "lab/small:3b")).Ends(0);
        await gateway.ReloadAsync();
        await DefaultIsAsync("lab/small:3b");
        JsonElement status = (await gateway.RunAsync("models", "status", "--json", "--check")).Ends(0).Json;
        (await gateway.RunAsync("agent", "--message", "hello")).Ends(0);

        Assert.Contains("lab/scripted:8b", keys);
        Assert.Contains("labopen/scripted:8b", keys);
        Assert.Equal(keys, list.GetProperty("models").EnumerateArray().Select(row => row.GetProperty("key").GetString()));
        Assert.Contains("lab/small:3b", set.Out);
        Assert.Equal("lab/small:3b", status.GetProperty("defaultModel").GetString());
        Assert.Contains("small:3b", model.ChatRequests[^1].BodyText);
        Assert.Contains("// made by the test kit", await File.ReadAllTextAsync(home.ConfigPath));
    }

    [Fact]
    public async Task Sessions_are_listed_shown_exported_and_deleted()
    {
        (await gateway.RunAsync("agent", "--message", "[text:copper]", "--session", "kitchen")).Ends(0);
        string file = Path.Combine(home.Root, "kitchen.jsonl");

        JsonElement listed = (await gateway.RunAsync("sessions", "list", "--json")).Ends(0).Json;
        CommandRun shown = (await gateway.RunAsync("sessions", "show", "kitchen")).Ends(0);
        JsonElement shownJson = (await gateway.RunAsync("sessions", "show", "kitchen", "--json")).Ends(0).Json;
        string[] exported = (await gateway.RunAsync("sessions", "export", "kitchen")).Ends(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        (await gateway.RunAsync("sessions", "export", "kitchen", "--output", file)).Ends(0);
        CommandRun unasked = (await gateway.RunAsync("sessions", "delete", "kitchen")).Ends(2);
        CommandRun deleted = (await gateway.RunAsync("sessions", "delete", "kitchen", "--yes")).Ends(0);
        CommandRun gone = (await gateway.RunAsync("sessions", "delete", "kitchen", "--yes")).Ends(1);

        Assert.Equal(["agent:main:kitchen"], listed.GetProperty("sessions").EnumerateArray().Select(row => row.GetProperty("key").GetString()));
        Assert.Contains("[text:copper]", shown.Out);
        Assert.Equal(2, shownJson.GetProperty("messages").GetArrayLength());
        Assert.Equal(3, exported.Length);
        Assert.Equal(exported, await File.ReadAllLinesAsync(file));
        Assert.Contains("--yes", unasked.Error);
        Assert.Equal("deleted kitchen\n", deleted.Out);
        Assert.Contains("there is no such conversation", gone.Error);
        Assert.Equal(0, (await gateway.RunAsync("sessions", "list", "--json")).Json.GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Commands_in_messages_and_the_cleanup_of_sessions_work_from_here()
    {
        (await gateway.RunAsync("agent", "--message", "[text:copper]")).Ends(0);
        CommandRun begun = (await gateway.RunAsync("agent", "--message", "/new")).Ends(0);
        CommandRun asked = (await gateway.RunAsync("agent", "--message", "/reset [text:tin]")).Ends(0);
        CommandRun shown = (await gateway.RunAsync("sessions", "show", "main")).Ends(0);
        CommandRun looked = (await gateway.RunAsync("sessions", "cleanup", "--dry-run")).Ends(0);
        JsonElement done = (await gateway.RunAsync("sessions", "cleanup", "--enforce", "--json")).Ends(0).Json;

        Assert.Contains("New session started", begun.Out);
        Assert.Contains("tin", asked.Out);
        Assert.DoesNotContain("copper", shown.Out);
        Assert.StartsWith("Nothing to clean up.\n1 conversation is in the list, ", looked.Out);
        Assert.False(done.GetProperty("wouldMutate").GetBoolean());
    }

    [Fact]
    public async Task Doctor_looks_and_names_what_it_found()
    {
        File.SetUnixFileMode(home.StateDir, (UnixFileMode)0b111_101_101);

        CommandRun text = (await gateway.RunAsync("doctor")).Ends(0);
        JsonElement lint = (await gateway.RunAsync("doctor", "--lint", "--json")).Ends(1).Json;
        CommandRun planned = (await gateway.RunAsync("doctor", "--fix")).Ends(0);
        UnixFileMode untouched = File.GetUnixFileMode(home.StateDir);
        CommandRun repaired = (await gateway.RunAsync("doctor", "--fix", "--yes")).Ends(0);

        Assert.Contains($"chmod 700 {home.StateDir}", text.Out);
        Assert.Contains("edge/doctor/file-modes", lint.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("checkId").GetString()));
        Assert.Contains($"would run: chmod 700 {home.StateDir}", planned.Out);
        Assert.Equal((UnixFileMode)0b111_101_101, untouched);
        Assert.Contains("repaired", repaired.Out);
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(home.StateDir));
        Assert.Contains($"chmod 755 {home.StateDir}", (await gateway.RunAsync("doctor", "--undo")).Ends(0).Out);
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(home.StateDir));
        Assert.Contains("no repair to take back", (await gateway.RunAsync("doctor", "--undo")).Ends(0).Out);
    }

    [Theory]
    [InlineData("health")]
    [InlineData("status")]
    [InlineData("gateway", "status")]
    [InlineData("models", "status")]
    [InlineData("doctor")]
    [InlineData("config", "validate")]
    [InlineData("logs")]
    public async Task Nothing_is_coloured_for_a_pipe(params string[] args)
    {
        Dictionary<string, string> variables = gateway.CommandVariables;
        variables.Remove("NO_COLOR");
        variables["TERM"] = "xterm-256color";

        CommandRun run = (await CommandRun.OfAsync(variables, args)).Ends(0);

        Assert.DoesNotContain('\e', run.Out + run.Error);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("NO_COLOR=1", false)]
    [InlineData("TERM=dumb", false)]
    public async Task A_terminal_has_colour_unless_it_is_not_wanted(string? variable, bool coloured)
    {
        Assert.SkipWhen(RunningGateway.Binary is null, "a terminal needs a process; Cli.ReportCommandTests has the same without one");
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script(1) makes the terminal");
        Dictionary<string, string> variables = gateway.CommandVariables;
        variables.Remove("NO_COLOR");
        variables["TERM"] = "xterm-256color";
        if (variable?.Split('=') is [string name, string value])
        {
            variables[name] = value;
        }

        string shown = await OnTerminalAsync(variables, $"{RunningGateway.Binary} health");

        Assert.Contains("agent main (default)", shown);
        Assert.Equal(coloured, shown.Contains('\e'));
    }

    // Another process takes a signal when it likes; the guard is the bound.
    private Task DefaultIsAsync(string expected) => Guard.Within(Task.Run(async () =>
    {
        while ((await gateway.RunAsync("models", "status", "--json")).Ends(0).Json.GetProperty("defaultModel").GetString() != expected)
        {
            await Task.Yield();
        }
    }));

    private static async Task<string> OnTerminalAsync(Dictionary<string, string> variables, string command)
    {
        using Process process = new() { StartInfo = new("/usr/bin/script", ["-qec", command, "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true } };
        process.StartInfo.Environment.Clear();
        foreach ((string name, string value) in variables)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        string shown = await Guard.Within(process.StandardOutput.ReadToEndAsync());
        await Guard.Within(process.WaitForExitAsync());
        return shown;
    }
}
