using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw cron</c>, <c>system</c> and <c>nodes</c> against a gateway that runs.</summary>
public sealed class Minds_jobs_and_notes : IAsyncLifetime
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
    public async Task Flags_name_commands_sources_paces_and_routes()
    {
        JsonElement command = (await gateway.RunAsync(
            "cron", "add", "every 1h", "--disabled", "--name", "c", "--command", "echo $A", "--command-env", "A=b", "--command-input", "in", "--pacing-min", "5m",
            "--no-output-timeout-seconds", "3", "--timeout-seconds", "9")).Ends(0).Json;
        JsonElement source = (await gateway.RunAsync(
            "cron", "add", "--disabled", "--name", "s", "--message", "look", "--stream-command", """["tail","-f","log"]""", "--stream-mode", "match", "--stream-match", "^bad")).Ends(0).Json;
        string id = command.GetProperty("id").GetString()!;
        JsonElement routed = (await gateway.RunAsync("cron", "edit", id, "--clear-pacing", "--failure-alert-mode", "webhook", "--failure-alert-to", "https://example.invalid/x")).Ends(0).Json;
        string shown = (await gateway.RunAsync("cron", "show", source.GetProperty("id").GetString()!)).Ends(0).Out;

        JsonElement payload = command.GetProperty("payload");
        Assert.Equal(["sh", "-lc", "echo $A"], payload.GetProperty("argv").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(("b", "in", 9, 3), (payload.GetProperty("env").GetProperty("A").GetString(), payload.GetProperty("input").GetString(),
            payload.GetProperty("timeoutSeconds").GetInt32(), payload.GetProperty("noOutputTimeoutSeconds").GetInt32()));
        Assert.Equal("5m", command.GetProperty("pacing").GetProperty("min").GetString());
        Assert.Equal("^bad", source.GetProperty("schedule").GetProperty("match").GetString());
        Assert.False(routed.TryGetProperty("pacing", out _));
        Assert.Equal("webhook", routed.GetProperty("failureAlert").GetProperty("mode").GetString());
        Assert.Contains("for lines of: tail -f log", shown, StringComparison.Ordinal);
        (await gateway.RunAsync("cron", "add", "every 1h", "--message", "a", "--command", "b")).Ends(2);
    }

    [Fact]
    public async Task An_edit_leaves_what_it_does_not_name_down_to_its_parts()
    {
        string command = Id(await gateway.RunAsync(
            "cron", "add", "0 7 * * *", "--disabled", "--name", "c", "--tz", "Europe/Vienna", "--command", "echo a", "--pacing-min", "5m", "--display-name", "C", "--session-key", "agent:main:x"));
        string source = Id(await gateway.RunAsync(
            "cron", "add", "--disabled", "--name", "s", "--message", "look", "--stream-command", """["tail","log"]""", "--stream-mode", "match", "--stream-match", "^bad"));

        JsonElement changed = (await gateway.RunAsync(
            "cron", "edit", command, "--timeout-seconds", "9", "--pacing-max", "4h", "--exact", "--clear-display-name", "--clear-session-key", "--best-effort-deliver")).Ends(0).Json;
        JsonElement louder = (await gateway.RunAsync("cron", "edit", command, "--command-cwd", "/tmp", "--no-best-effort-deliver", "--failure-alert-exclude-skipped", "--to", "x")).Ends(0).Json;
        JsonElement cleared = (await gateway.RunAsync("cron", "edit", command, "--clear-to", "--clear-channel", "--clear-account", "--clear-thread-id", "--tools", "read")).Ends(0).Json;
        JsonElement stream = (await gateway.RunAsync("cron", "edit", source, "--stream-mode", "line", "--stream-batch-ms", "900")).Ends(0).Json;

        Assert.Equal(("command", 9), (changed.GetProperty("payload").GetProperty("kind").GetString(), changed.GetProperty("payload").GetProperty("timeoutSeconds").GetInt32()));
        Assert.Equal(("5m", "4h"), (changed.GetProperty("pacing").GetProperty("min").GetString(), changed.GetProperty("pacing").GetProperty("max").GetString()));
        Assert.Equal(("0 7 * * *", "Europe/Vienna", 0), (changed.GetProperty("schedule").GetProperty("expr").GetString(), changed.GetProperty("schedule").GetProperty("tz").GetString(), changed.GetProperty("schedule").GetProperty("staggerMs").GetInt32()));
        Assert.Equal((false, false), (changed.TryGetProperty("displayName", out _), changed.TryGetProperty("sessionKey", out _)));
        Assert.True(changed.GetProperty("delivery").GetProperty("bestEffort").GetBoolean());
        Assert.Equal(("/tmp", 9), (louder.GetProperty("payload").GetProperty("cwd").GetString(), louder.GetProperty("payload").GetProperty("timeoutSeconds").GetInt32()));
        Assert.Equal((false, "x", false), (louder.GetProperty("delivery").GetProperty("bestEffort").GetBoolean(), louder.GetProperty("delivery").GetProperty("to").GetString(), louder.GetProperty("failureAlert").GetProperty("includeSkipped").GetBoolean()));
        Assert.False(cleared.GetProperty("delivery").TryGetProperty("to", out _));
        Assert.Equal("command", cleared.GetProperty("payload").GetProperty("kind").GetString());
        JsonElement schedule = stream.GetProperty("schedule");
        Assert.Equal(("line", 900, false), (schedule.GetProperty("mode").GetString(), schedule.GetProperty("batchMs").GetInt32(), schedule.TryGetProperty("match", out _)));
        Assert.Equal(["tail", "log"], schedule.GetProperty("command").EnumerateArray().Select(word => word.GetString()));
    }

    [Theory]
    [InlineData("--to", "x", "--clear-to")]
    [InlineData("--model", "x", "--clear-model")]
    [InlineData("--tools", "read", "--clear-tools")]
    [InlineData("--session-key", "x", "--clear-session-key")]
    [InlineData("--pacing-min", "5m", "--clear-pacing")]
    [InlineData("--failure-alert-after", "3", "--no-failure-alert")]
    [InlineData("--failure-alert-include-skipped", "--failure-alert-exclude-skipped")]
    [InlineData("--best-effort-deliver", "--no-best-effort-deliver")]
    [InlineData("--enable", "--disable")]
    [InlineData("--trigger-once")]
    [InlineData("--stream-mode", "line")]
    [InlineData("--tz", "Europe/Vienna")]
    public async Task What_cannot_be_both_is_refused_before_anything_changes(params string[] flags)
    {
        string id = Id(await gateway.RunAsync("cron", "add", "every 1h", "look", "--disabled", "--name", "j"));
        string before = (await gateway.RunAsync("cron", "get", id)).Ends(0).Out;

        (await gateway.RunAsync(["cron", "edit", id, .. flags])).Ends(2);

        Assert.Equal(before, (await gateway.RunAsync("cron", "get", id)).Ends(0).Out);
    }

    [Fact]
    public async Task Runs_are_filtered_and_notes_of_a_job_are_kept()
    {
        string id = Id(await gateway.RunAsync("cron", "add", "every 1h", "say [text:The garden.]", "--disabled", "--name", "j", "--no-deliver"));
        (await gateway.RunAsync("cron", "run", id, "--wait", "--poll-interval", "50ms")).Ends(0);

        Assert.Equal(1, Total(await gateway.RunAsync("cron", "runs", id, "--query", "GARDEN", "--sort", "asc", "--delivery-status", "not-requested")));
        Assert.Equal(0, Total(await gateway.RunAsync("cron", "runs", "--id", id, "--query", "house")));
        (await gateway.RunAsync("cron", "runs", id, "--id", "other")).Ends(2);
        (await gateway.RunAsync("cron", "runs", id, "--sort", "up")).Ends(2);

        Assert.Equal("", (await gateway.RunAsync("cron", "scratch", id)).Ends(0).Out);
        Assert.Equal(1, (await gateway.RunAsync("cron", "scratch", id, "--set", "milk")).Ends(0).Json.GetProperty("currentRevision").GetInt32());
        Assert.Equal("milk", (await gateway.RunAsync("cron", "scratch", id)).Ends(0).Out);
        CommandRun late = (await gateway.RunAsync("cron", "scratch", id, "--unset", "--expected-revision", "0")).Ends(1);
        string file = Path.Combine(home.Workspace, "notes");
        await File.WriteAllTextAsync(file, "eggs");
        Assert.Equal(2, (await gateway.RunAsync("cron", "scratch", id, "--file", file, "--expected-revision", "1")).Ends(0).Json.GetProperty("scratch").GetProperty("revision").GetInt32());
        Assert.Equal("eggs", (await gateway.RunAsync("cron", "scratch", id, "--json")).Ends(0).Json.GetProperty("scratch").GetProperty("content").GetString());
        Assert.Contains("revision 1", late.Error, StringComparison.Ordinal);
        (await gateway.RunAsync("cron", "scratch", id, "--set", "a", "--unset")).Ends(2);
        (await gateway.RunAsync("cron", "scratch", id, "--file", Path.Combine(home.Workspace, "nowhere"))).Ends(2);
    }

    private static string Id(CommandRun run) => run.Ends(0).Json.GetProperty("id").GetString()!;

    private static int Total(CommandRun run) => run.Ends(0).Json.GetProperty("total").GetInt32();

    [Fact]
    public async Task A_job_is_added_listed_changed_run_and_removed()
    {
        JsonElement job = (await gateway.RunAsync(
            "cron", "add", "0 7 * * *", "tell me the weather", "--name", "weather", "--tz", "Europe/Vienna", "--tools", "read,ls", "--no-deliver", "--exact")).Ends(0).Json;
        string id = job.GetProperty("id").GetString()!;
        string list = (await gateway.RunAsync("cron", "list")).Ends(0).Out;
        JsonElement changed = (await gateway.RunAsync(
            "cron", "edit", id, "--every", "2h", "--model", "lab/small:3b", "--clear-tools", "--failure-alert-after", "3")).Ends(0).Json;
        JsonElement run = (await gateway.RunAsync("cron", "run", id, "--wait", "--poll-interval", "50ms")).Ends(0).Json;
        JsonElement runs = (await gateway.RunAsync("cron", "runs", id)).Ends(0).Json;
        JsonElement off = (await gateway.RunAsync("cron", "disable", id)).Ends(0).Json;
        string none = (await gateway.RunAsync("cron", "list")).Ends(0).Out;
        string shown = (await gateway.RunAsync("cron", "show", id)).Ends(0).Out;
        JsonElement gone = (await gateway.RunAsync("cron", "rm", id)).Ends(0).Json;

        Assert.Equal("""{"kind":"cron","expr":"0 7 * * *","tz":"Europe/Vienna","staggerMs":0}""", job.GetProperty("schedule").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("07***", "0 7 * * *", StringComparison.Ordinal));
        Assert.Equal(["read", "ls"], job.GetProperty("payload").GetProperty("toolsAllow").EnumerateArray().Select(tool => tool.GetString()));
        Assert.Equal("none", job.GetProperty("delivery").GetProperty("mode").GetString());
        Assert.Contains("weather", list, StringComparison.Ordinal);
        Assert.Equal(7_200_000, changed.GetProperty("schedule").GetProperty("everyMs").GetInt64());
        Assert.Equal("tell me the weather", changed.GetProperty("payload").GetProperty("message").GetString());
        Assert.Equal("*", Assert.Single(changed.GetProperty("payload").GetProperty("toolsAllow").EnumerateArray()).GetString());
        Assert.Equal(3, changed.GetProperty("failureAlert").GetProperty("after").GetInt32());
        Assert.Equal("ok", run.GetProperty("status").GetString());
        Assert.Equal("small:3b", run.GetProperty("model").GetString());
        Assert.Single(runs.GetProperty("entries").EnumerateArray());
        Assert.False(off.GetProperty("enabled").GetBoolean());
        Assert.Contains("cron list --all", none, StringComparison.Ordinal);
        Assert.Contains("does     tell me the weather", shown, StringComparison.Ordinal);
        Assert.True(gone.GetProperty("removed").GetBoolean());
    }

    [Fact]
    public async Task A_reminder_is_one_line_and_a_job_that_cannot_be_is_refused_with_the_reason()
    {
        JsonElement tea = (await gateway.RunAsync("cron", "add", "20m", "--system-event", "tea", "--name", "tea")).Ends(0).Json;
        CommandRun nothing = (await gateway.RunAsync("cron", "add", "20m")).Ends(2);
        CommandRun never = (await gateway.RunAsync("cron", "add", "--message", "x")).Ends(2);
        CommandRun command = (await gateway.RunAsync("cron", "add", "20m", "x", "--command", "ls")).Ends(2);
        CommandRun wrong = (await gateway.RunAsync("cron", "add", "--cron", "61 * * * *", "--message", "x")).Ends(1);
        CommandRun missing = (await gateway.RunAsync("cron", "rm", "nope")).Ends(1);

        Assert.Equal("at", tea.GetProperty("schedule").GetProperty("kind").GetString());
        Assert.Equal("main", tea.GetProperty("sessionTarget").GetString());
        Assert.Contains("--system-event", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("--every", never.Error, StringComparison.Ordinal);
        Assert.Contains("are jobs of their own; give one of them", command.Error, StringComparison.Ordinal);
        Assert.Contains("minute", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("nope", missing.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await gateway.RunAsync("cron", "status")).Ends(0).Json.GetProperty("jobs").GetInt32());
    }

    [Fact]
    public async Task A_note_is_left_heartbeats_are_switched_and_presence_is_printed()
    {
        Assert.Equal("null\n", (await gateway.RunAsync("system", "heartbeat", "last")).Ends(0).Out);
        Assert.Equal("ok\n", (await gateway.RunAsync("system", "event", "--text", "hello")).Ends(0).Out);
        Assert.False((await gateway.RunAsync("system", "heartbeat", "disable")).Ends(0).Json.GetProperty("enabled").GetBoolean());
        Assert.True((await gateway.RunAsync("system", "heartbeat", "enable")).Ends(0).Json.GetProperty("enabled").GetBoolean());
        Assert.Equal("gateway", (await gateway.RunAsync("system", "presence")).Ends(0).Json[0].GetProperty("mode").GetString());
        (await gateway.RunAsync("system", "event")).Ends(2);
    }

    [Fact]
    public async Task Without_nodes_it_says_how_to_make_one()
    {
        Assert.Contains("openclaw node run", (await gateway.RunAsync("nodes", "status")).Ends(0).Out, StringComparison.Ordinal);
        Assert.Equal("no node waits\n", (await gateway.RunAsync("nodes", "pending")).Ends(0).Out);
        Assert.Contains("no node 'attic'", (await gateway.RunAsync("nodes", "describe", "--node", "attic")).Ends(2).Error, StringComparison.Ordinal);
    }
}
