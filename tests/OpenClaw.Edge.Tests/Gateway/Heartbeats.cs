using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Heartbeats : IAsyncLifetime
{
    private readonly Dictionary<string, long> _seen = [];
    private ScriptedModelServer _model = null!;
    private GatewayHome _home = null!;
    private RunningGateway? _gateway;
    private GatewayTestClient _client = null!;

    public ValueTask InitializeAsync()
    {
        _model = ScriptedModelServer.Start();
        _home = new GatewayHome(_model.BaseUri);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _client.DisposeAsync();
            await _gateway.DisposeAsync();
        }

        _home.Dispose();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task A_rhythm_asks_the_agent_and_a_quiet_answer_disturbs_nobody()
    {
        ManualTimeProvider clock = new();
        await StartAsync("""heartbeat: { every: "20s", model: "lab/small:3b", prompt: "Look around.", isolatedSession: true },""", clock);
        _model.Enqueue(ModelAnswer.Say("HEART", "BEAT_OK", " all quiet"), ModelAnswer.Say("The cellar is wet."), ModelAnswer.Say("NO_REPLY"));
        List<JsonElement> told = [];
        for (int i = 0; i < 3; i++)
        {
            told.Add((await BeatAsync(clock)).GetProperty("payload"));
        }

        JsonElement status = await _client.CallAsync("status");
        Assert.Equal(["ok-token", "skipped", "ok-token"], told.Select(one => one.GetProperty("status").GetString()));
        Assert.True(told[0].GetProperty("silent").GetBoolean());
        Assert.Equal("The cellar is wet.", told[1].GetProperty("preview").GetString());
        Assert.Equal("Look around.", UserText(_model.ChatRequests[0]));
        Assert.Equal("small:3b", _model.ChatRequests[0].Json.GetProperty("model").GetString());
        Assert.Equal(2, _model.ChatRequests[2].Json.GetProperty("messages").GetArrayLength()); // no history: the session starts anew each time
        Assert.Contains("\"everyMs\":20000", status.GetProperty("heartbeat").GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(_client.Events, frame => frame.GetProperty("event").GetString() == "chat" && frame.GetRawText().Contains("HEART", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Outside_its_hours_the_agent_sleeps_and_a_wake_still_reaches_it()
    {
        ManualTimeProvider clock = new();
        await StartAsync("""heartbeat: { every: "20s", activeHours: { start: "00:30", end: "00:45", timezone: "UTC" } },""", clock);
        JsonElement asleep = (await BeatAsync(clock)).GetProperty("payload");
        await _client.CallAsync("wake", """{"mode":"now","text":"get up"}""");
        JsonElement awake = (await NextAsync("heartbeat")).GetProperty("payload");

        Assert.Equal("quiet-hours", asleep.GetProperty("reason").GetString());
        Assert.Equal("no-route", awake.GetProperty("reason").GetString());
        Assert.Contains("System: [", UserText(Assert.Single(_model.ChatRequests)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_heartbeats_turn_readers_are_told_what_it_left_and_not_how_it_came_about()
    {
        await StartAsync("");
        await _client.CallAsync("sessions.subscribe");
        await _client.ChatAsync("main", "hello");
        await NextAsync("sessions.changed", IsEnd);
        int before = _client.Events.Count;
        _model.Enqueue(ModelAnswer.Call("ls", """{"path":"."}"""), ModelAnswer.Say("The cellar is wet."));
        await _client.CallAsync("wake", """{"mode":"now","text":"look around"}""");
        await NextAsync("heartbeat");
        await NextAsync("sessions.changed", IsEnd);
        JsonElement[] told = [.. _client.Events.Skip(before)];

        string[] names = [.. told.Select(frame => frame.GetProperty("event").GetString()!).Where(name => name is not ("tick" or "health" or "presence")).Distinct().Order()];
        Assert.Equal(["heartbeat", "session.message", "sessions.changed"], names);
        Assert.Equal(
            ["message", "start", "end"],
            told.Where(frame => frame.GetProperty("event").ValueEquals("sessions.changed")).Select(frame => frame.GetProperty("payload"))
                .Select(payload => payload.TryGetProperty("reason", out JsonElement reason) ? reason.GetString() : payload.GetProperty("phase").GetString()));
        Assert.Equal(
            "The cellar is wet.",
            told.Where(frame => frame.GetProperty("event").ValueEquals("session.message"))
                .Select(frame => GatewayTestClient.TextOf(frame.GetProperty("payload").GetProperty("message"))).Last());
        Assert.Equal(
            "done", (await _client.CallAsync("sessions.describe", """{"key":"main"}""")).GetProperty("session").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Heartbeats_can_be_switched_off_and_on()
    {
        await StartAsync("");
        JsonElement off = await _client.CallAsync("set-heartbeats", """{"enabled":false}""");
        JsonElement job = await _client.CallAsync("cron.add", Reminder("tea", "now"));
        await RunAsync(job);
        JsonElement skipped = (await FinishedAsync()).GetProperty("payload");
        GatewayCallException wrong = await Assert.ThrowsAsync<GatewayCallException>(() => _client.CallAsync("set-heartbeats"));
        await _client.CallAsync("set-heartbeats", """{"enabled":true}""");
        await RunAsync(job);
        JsonElement ran = (await FinishedAsync()).GetProperty("payload");

        Assert.False(off.GetProperty("enabled").GetBoolean());
        Assert.Equal("skipped", skipped.GetProperty("status").GetString());
        Assert.Equal("heartbeat skipped: disabled", skipped.GetProperty("error").GetString());
        Assert.Equal("INVALID_REQUEST: invalid set-heartbeats params: enabled (boolean) required", wrong.Message);
        Assert.Equal("ok", ran.GetProperty("status").GetString());
        Assert.Equal("tea", ran.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task A_reminder_for_now_is_told_now_and_one_for_later_with_the_next_turn()
    {
        await StartAsync("");
        _model.Enqueue(ModelAnswer.Say("Your tea is ready."));
        await RunAsync(await _client.CallAsync("cron.add", Reminder("laundry", "next-heartbeat")));
        JsonElement later = (await FinishedAsync()).GetProperty("payload");
        Assert.Empty(_model.ChatRequests);
        await RunAsync(await _client.CallAsync("cron.add", Reminder("tea", "now")));
        JsonElement now = (await FinishedAsync()).GetProperty("payload");
        JsonElement history = await _client.CallAsync("chat.history", """{"sessionKey":"main"}""");

        Assert.Equal("ok", later.GetProperty("status").GetString());
        Assert.Equal("not-requested", now.GetProperty("deliveryStatus").GetString());
        string asked = UserText(Assert.Single(_model.ChatRequests));
        Assert.Contains("] laundry\n", asked, StringComparison.Ordinal);
        Assert.Contains("] tea\n", asked, StringComparison.Ordinal);
        JsonElement shown = Assert.Single(history.GetProperty("messages").EnumerateArray()); // the gateway's own question is not
        Assert.Contains("Your tea is ready.", shown.GetRawText(), StringComparison.Ordinal);
        Assert.True(shown.GetProperty("__openclaw").GetProperty("turnBoundary").GetBoolean());
    }

    [Fact]
    public async Task A_turn_that_fails_leaves_its_notes_for_the_next()
    {
        await StartAsync("");
        _model.Enqueue(ModelAnswer.Fail(400, "no"));
        await _client.CallAsync("wake", """{"mode":"now","text":"remember me"}""");
        JsonElement failed = (await NextAsync("heartbeat")).GetProperty("payload");
        await _client.CallAsync("wake", """{"mode":"now","text":"me too"}""");
        await NextAsync("heartbeat");

        Assert.Equal("failed", failed.GetProperty("status").GetString());
        Assert.Equal("error", failed.GetProperty("indicatorType").GetString());
        string asked = UserText(_model.ChatRequests[^1]);
        Assert.Contains("] remember me\n", asked, StringComparison.Ordinal);
        Assert.Contains("] me too\n", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_event_is_in_the_list_of_who_is_here_and_waits_for_the_agent()
    {
        await StartAsync("");
        JsonElement answer = await _client.CallAsync(
            "system-event", """{"text":"hello","host":"h1","mode":"ui","instanceId":"inst-1","reason":"r","tags":["a"],"version":"1","platform":"p","lastInputSeconds":3}""");
        JsonElement told = (await NextAsync("presence")).GetProperty("payload").GetProperty("presence");
        JsonElement list = await _client.CallAsync("system-presence");
        await _client.CallAsync("system-event", """{"text":"Node: h1 is there","instanceId":"INST-1"}""");
        JsonElement after = await _client.CallAsync("system-presence");
        JsonElement status = await _client.CallAsync("status");

        Assert.True(answer.GetProperty("ok").GetBoolean());
        Assert.Equal(list.GetArrayLength(), told.GetArrayLength());
        JsonElement entry = list.EnumerateArray().Last();
        Assert.Equal("text,ts,host,version,platform,mode,lastInputSeconds,reason,tags,instanceId", string.Join(',', entry.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(list.GetArrayLength(), after.GetArrayLength());
        Assert.Equal("""["hello"]""", status.GetProperty("queuedSystemEvents").GetRawText());
        await Assert.ThrowsAsync<GatewayCallException>(() => _client.CallAsync("system-event"));
    }

    [Fact]
    public async Task A_job_uses_only_the_tools_that_it_may_and_its_own_fallbacks()
    {
        await StartAsync("");
        _model.Enqueue(ModelAnswer.Call("write", """{"path":"x.txt","content":"no"}"""), ModelAnswer.Say("could not"));
        JsonElement job = await _client.CallAsync("cron.add",
            """{"name":"r","schedule":{"kind":"every","everyMs":86400000},"payload":{"kind":"agentTurn","message":"go","toolsAllow":["read"],"lightContext":true},"delivery":{"mode":"none"}}""");
        await RunAsync(job);
        await FinishedAsync();
        _model.Enqueue(ModelAnswer.Fail(404, "model not found"), ModelAnswer.Say("from the other"));
        JsonElement second = await _client.CallAsync("cron.add",
            """{"name":"f","schedule":{"kind":"every","everyMs":86400000},"payload":{"kind":"agentTurn","message":"go","model":"lab/scripted:8b","fallbacks":["lab/small:3b"],"toolsAllow":[]},"delivery":{"mode":"none"}}""");
        await RunAsync(second);
        JsonElement ended = (await FinishedAsync()).GetProperty("payload");

        JsonElement tools = _model.ChatRequests[0].Json.GetProperty("tools");
        Assert.Equal("read", Assert.Single(tools.EnumerateArray()).GetProperty("function").GetProperty("name").GetString());
        Assert.False(File.Exists(Path.Combine(_home.Workspace, "x.txt")));
        Assert.Equal("small:3b", ended.GetProperty("model").GetString());
        Assert.False(_model.ChatRequests[^1].Json.TryGetProperty("tools", out JsonElement none) && none.GetArrayLength() > 0);
    }

    [Fact]
    public async Task A_job_that_fails_twice_with_an_alert_is_told_to_the_agent_once()
    {
        await StartAsync("");
        JsonElement job = await _client.CallAsync("cron.add",
            """{"name":"bad","schedule":{"kind":"every","everyMs":86400000},"payload":{"kind":"agentTurn","message":"go","model":"nope/nope"},"delivery":{"mode":"none"},"failureAlert":{"after":2}}""");
        for (int i = 0; i < 3; i++)
        {
            await RunAsync(job);
            await FinishedAsync();
        }

        await NextAsync("heartbeat");
        Assert.Contains("Cron job \"bad\"", UserText(Assert.Single(_model.ChatRequests)), StringComparison.Ordinal);
        JsonElement routed = await _client.CallAsync("cron.update",
            $$$"""{"id":"{{{job.GetProperty("id").GetString()}}}","patch":{"failureAlert":{"channel":"telegram","to":"1"}} }""");
        Assert.Equal("""{"after":2,"channel":"telegram","to":"1"}""", routed.GetProperty("failureAlert").GetRawText());
    }

    private static string Reminder(string text, string mode) =>
        $$$"""{"name":"{{{text}}}","schedule":{"kind":"every","everyMs":86400000},"sessionTarget":"main","wakeMode":"{{{mode}}}","payload":{"kind":"systemEvent","text":"{{{text}}}"}}""";

    private static string UserText(ScriptedRequest request) =>
        request.Json.GetProperty("messages").EnumerateArray().Last(message => message.GetProperty("role").GetString() == "user").GetProperty("content").GetString()!;

    private async Task StartAsync(string defaults, ManualTimeProvider? clock = null)
    {
        _home.AgentDefaults = defaults;
        _home.WriteConfig();
        _gateway = await RunningGateway.StartAsync(_home, clock: clock);
        _client = await _gateway.ConnectAsync();
    }

    private Task<JsonElement> RunAsync(JsonElement job) => _client.CallAsync("cron.run", $$"""{"id":"{{job.GetProperty("id").GetString()}}"}""");

    private static bool IsEnd(JsonElement payload) => payload.TryGetProperty("phase", out JsonElement phase) && phase.ValueEquals("end");

    private Task<JsonElement> FinishedAsync() => NextAsync("cron", payload => payload.GetProperty("action").GetString() == "finished");

    // The clock goes on in steps: a plan that was made a moment before a step counts from there.
    private async Task<JsonElement> BeatAsync(ManualTimeProvider clock)
    {
        Task<JsonElement> beat = NextAsync("heartbeat");
        await Eventually.HoldsAsync(() =>
        {
            if (!beat.IsCompleted)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            return beat.IsCompleted;
        });
        return await beat;
    }

    // Events that were waited for before do not count again.
    private async Task<JsonElement> NextAsync(string name, Func<JsonElement, bool>? wanted = null)
    {
        JsonElement found = await _client.NextEventAsync(frame => frame.GetProperty("event").GetString() == name
            && frame.GetProperty("seq").GetInt64() > _seen.GetValueOrDefault(name)
            && wanted?.Invoke(frame.GetProperty("payload")) != false);
        _seen[name] = found.GetProperty("seq").GetInt64();
        return found;
    }
}
