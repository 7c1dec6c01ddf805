using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Schedules <c>on-exit</c> and <c>stream</c>, payloads <c>script</c>, conditions and pacing.</summary>
public sealed class Jobs_that_wait_for_commands() : WithClient("""tools: { exec: { mode: "full" } },""")
{
    private static bool HasNode => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "node")));

    [Fact]
    public async Task The_end_of_a_command_asks_the_agent_once_and_switches_the_job_off()
    {
        Model.Enqueue(ModelAnswer.Say("looked"));
        string id = await AddAsync("""{"kind":"on-exit","command":"echo built; exit 3"}""", """{"kind":"agentTurn","message":"What now?"}""");

        JsonElement ended = await EndAsync();

        Assert.Equal("ok", ended.GetProperty("status").GetString());
        Assert.Contains("What now?\\n\\nWatched command finished.\\nExit code: 3\\nReason: exit\\n\\nOutput:\\nbuilt", Model.ChatRequests[0].BodyText, StringComparison.Ordinal);
        JsonElement job = await JobAsync(id);
        Assert.False(job.GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task A_watch_that_is_switched_off_fires_nothing_and_its_command_is_gone()
    {
        string mark = Path.Combine(Home.Workspace, "mark");
        string id = await AddAsync($$"""{"kind":"on-exit","command":"echo $$ > {{mark}}; sleep 600"}""", """{"kind":"command","argv":["true"]}""");
        await Eventually.HoldsAsync(() => File.Exists(mark) && File.ReadAllText(mark).EndsWith('\n'));
        string pid = await File.ReadAllTextAsync(mark);

        await Client.CallAsync("cron.update", $$"""{"id":"{{id}}","patch":{"enabled":false} }""");

        await Eventually.HoldsAsync(() => !Directory.Exists($"/proc/{pid.Trim()}"));
        Assert.Equal(0, (await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}"}""")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Lines_of_a_source_become_one_batch_and_only_those_that_match()
    {
        Model.Enqueue(ModelAnswer.Say("seen"));
        string id = await AddAsync(
            """{"kind":"stream","command":["sh","-c","echo failed: a; echo fine: b; echo failed: c >&2; sleep 600"],"mode":"match","match":"^failed:","batchMs":1000}""",
            """{"kind":"agentTurn","message":"See:"}""");

        await EndAsync();

        string asked = Model.ChatRequests[0].BodyText;
        Assert.Contains("failed: a", asked, StringComparison.Ordinal);
        Assert.Contains("failed: c", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("fine: b", asked, StringComparison.Ordinal);
        JsonElement state = (await JobAsync(id)).GetProperty("state");
        Assert.Equal("running", state.GetProperty("streamStatus").GetString());
        Assert.NotEmpty(state.GetProperty("streamSourceIdentity").GetString()!);
    }

    [Theory]
    [InlineData("cron:{enabled:false}", "cron:{enabled:true}")]
    [InlineData("cron:{triggers:{enabled:false}}", "cron:{triggers:{enabled:true}}")]
    public async Task A_source_runs_again_when_what_it_needs_is_on_again(string off, string on)
    {
        string mark = Path.Combine(Home.Workspace, "pids");
        string id = await AddAsync($$"""{"kind":"stream","command":["sh","-c","echo $$ >> {{mark}}; exec sleep 600"]}""", """{"kind":"agentTurn","message":"See:"}""");
        string[] pids = await PidsAsync(mark, 1);

        await PatchAsync(off);
        await Eventually.HoldsAsync(() => !Directory.Exists($"/proc/{pids[0]}"));
        await PatchAsync(on);
        pids = await PidsAsync(mark, 2);

        await PatchAsync(off);
        await PatchAsync(on); // before the old one has ended, maybe
        pids = await PidsAsync(mark, 3);
        await Eventually.HoldsAsync(() => !Directory.Exists($"/proc/{pids[1]}"));
        Assert.True(Directory.Exists($"/proc/{pids[2]}"));
        await Eventually.HoldsAsync(async () => (await JobAsync(id)).GetProperty("state").GetProperty("streamStatus").ValueEquals("running"));
    }

    [Fact]
    public async Task What_waited_waits_again_after_a_restart_and_what_it_ran_is_gone()
    {
        (string exits, string lines) = (Path.Combine(Home.Workspace, "exits"), Path.Combine(Home.Workspace, "lines"));
        string id = await AddAsync($$"""{"kind":"on-exit","command":"echo $$ >> {{exits}}; exec sleep 600"}""", """{"kind":"agentTurn","message":"What now?"}""");
        await AddAsync($$"""{"kind":"stream","command":["sh","-c","echo $$ >> {{lines}}; exec sleep 600"]}""", """{"kind":"agentTurn","message":"See:"}""");
        string[] before = [.. await PidsAsync(exits, 1), .. await PidsAsync(lines, 1)];

        await RestartAsync();

        string[] after = [(await PidsAsync(exits, 2))[1], (await PidsAsync(lines, 2))[1]];
        Assert.All(before, pid => Assert.False(Directory.Exists($"/proc/{pid}")));
        Assert.All(after, pid => Assert.True(Directory.Exists($"/proc/{pid}")));
        Assert.True((await JobAsync(id)).GetProperty("enabled").GetBoolean());
        Assert.Equal(0, (await Client.CallAsync("cron.runs", "{}")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_source_that_the_policy_forbids_says_why()
    {
        JsonElement config = await Client.CallAsync("config.get");
        await Client.CallAsync("config.patch", """{"raw":"{tools:{exec:{mode:'deny'}}}","baseHash":"HASH"}""".Replace("HASH", config.GetProperty("hash").GetString()!, StringComparison.Ordinal));
        string id = await AddAsync("""{"kind":"stream","command":["echo","x"]}""", """{"kind":"agentTurn","message":"See:"}""");

        await Eventually.HoldsAsync(async () => (await JobAsync(id)).GetProperty("state").TryGetProperty("streamError", out JsonElement said)
            && said.GetString()!.StartsWith("stream source failed to start: exec denied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_calls_tools_leaves_a_state_and_says_something()
    {
        Assert.SkipUnless(HasNode, "there is no node on this machine");
        string id = await AddAsync(
            """{"kind":"every","everyMs":86400000}""",
            """{"kind":"script","script":"const n = (trigger.state?.n ?? 0) + 1; const out = await exec({command: 'echo it is ' + n}); return { notify: out.aggregated, state: { n } };"}""");

        await RunAsync(id);
        JsonElement second = await RunAsync(id);

        Assert.Equal(("ok", "it is 2"), (second.GetProperty("status").GetString(), second.GetProperty("summary").GetString()));
        Assert.Equal(2, (await JobAsync(id)).GetProperty("state").GetProperty("triggerState").GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData("throw new Error('broken pipe')", 50, "cron script payload failed (internal_error): broken pipe")]
    [InlineData("return 7", 50, "cron script payload failed (internal_error): cron script payload must return an object")]
    [InlineData("return {", 50, "cron script payload failed (internal_error): Unexpected token")]
    [InlineData("return { nextCheck: '5m' }", 50, "cron script payload returned nextCheck, but this job has no pacing bounds")]
    [InlineData("return { state: 'x'.repeat(20000) }", 50, "exceeds the 16KB limit")]
    [InlineData("for (let i = 0; i < 3; i++) await ls({}); return {}", 2, "cron script payload failed (tool_budget_exceeded)")]
    public async Task A_script_that_goes_wrong_says_how(string script, int budget, string expected)
    {
        Assert.SkipUnless(HasNode, "there is no node on this machine");
        string text = $"\"{JsonEncodedText.Encode(script)}\"";
        string id = await AddAsync("""{"kind":"every","everyMs":86400000}""", $$$"""{"kind":"script","script":{{{text}}},"toolBudget":{{{budget}}}}""");

        JsonElement ended = await RunAsync(id);

        Assert.Contains(expected, ended.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False((await JobAsync(id)).GetProperty("state").TryGetProperty("triggerState", out _));
    }

    [Fact]
    public async Task A_condition_looks_at_each_batch_and_lets_the_job_run_once()
    {
        Assert.SkipUnless(HasNode, "there is no node on this machine");
        string id = await AddAsync(
            """{"kind":"stream","command":["sh","-c","echo ready; sleep 600"]}""", """{"kind":"agentTurn","message":"Go:"}""",
            """
            ,"trigger":{"script":"return { fire: trigger.streamBatch === 'ready', message: 'it is time', state: { seen: true } };","once":true}
            """);

        await EndAsync();

        Assert.Contains("Go:\\n\\nit is time\\n\\nready", Model.ChatRequests[0].BodyText, StringComparison.Ordinal);
        JsonElement job = await JobAsync(id);
        Assert.False(job.GetProperty("enabled").GetBoolean());
        JsonElement state = job.GetProperty("state");
        Assert.Equal((1, true), (state.GetProperty("triggerEvalCount").GetInt32(), state.GetProperty("triggerState").GetProperty("seen").GetBoolean()));
        JsonElement entry = (await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}"}""")).GetProperty("entries")[0];
        Assert.True(entry.GetProperty("triggerFired").GetBoolean());
    }

    [Fact]
    public async Task A_run_of_a_paced_job_says_when_it_looks_again_and_the_bounds_hold()
    {
        Model.Enqueue(ModelAnswer.Call("cron", """{"action":"next_check","at":"+10h"}"""), ModelAnswer.Say("later"));
        string id = await AddAsync("""{"kind":"every","everyMs":86400000,"anchorMs":1}""", """{"kind":"agentTurn","message":"look"}""", ""","pacing":{"min":"15m","max":"4h"}""");

        await RunAsync(id);

        Assert.Contains("looks again in 10h, within its bounds", Model.ChatRequests[1].BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_agent_makes_a_job_that_runs_code_unseen()
    {
        Model.Enqueue(
            ModelAnswer.Call("cron", """{"action":"add","job":{"schedule":{"kind":"on-exit","command":"true"},"payload":{"kind":"agentTurn","message":"x"}}}"""),
            ModelAnswer.Call("cron", """{"action":"add","job":{"schedule":{"kind":"every","everyMs":60000},"payload":{"kind":"Script","script":"1"}}}"""),
            ModelAnswer.Call("cron", """{"action":"add","job":{"schedule":{"kind":"every","everyMs":60000},"trigger":{"script":"1"},"payload":{"kind":"agentTurn","message":"x"}}}"""),
            ModelAnswer.Say("no"));

        await Client.ChatAsync("main", "plan it");

        Assert.All([1, 2, 3], at => Assert.Contains("made and changed by a person", Model.ChatRequests[at].BodyText, StringComparison.Ordinal));
        Assert.Equal(0, (await Client.CallAsync("cron.list", """{"includeDisabled":true}""")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_declared_job_is_made_once_and_then_changed()
    {
        const string Params = """{"name":"d","declarationKey":"my:job","schedule":{"kind":"every","everyMs":3600000},"payload":{"kind":"agentTurn","message":"TEXT"}}""";
        JsonElement first = await Client.CallAsync("cron.add", Params);
        JsonElement second = await Client.CallAsync("cron.add", Params);
        JsonElement third = await Client.CallAsync("cron.add", Params.Replace("TEXT", "other", StringComparison.Ordinal));

        Assert.True(first.GetProperty("created").GetBoolean());
        Assert.Equal((false, false), (second.GetProperty("created").GetBoolean(), second.GetProperty("updated").GetBoolean()));
        Assert.Equal((false, true), (third.GetProperty("created").GetBoolean(), third.GetProperty("updated").GetBoolean()));
        Assert.Equal(first.GetProperty("job").GetProperty("id").GetString(), third.GetProperty("job").GetProperty("id").GetString());
        Assert.Equal("other", third.GetProperty("job").GetProperty("payload").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_change_of_a_job_that_is_another_by_now_is_refused()
    {
        string id = await AddAsync("""{"kind":"every","everyMs":3600000}""", """{"kind":"agentTurn","message":"x"}""");
        string seen = (await JobAsync(id)).GetProperty("configRevision").GetString()!;
        await Client.CallAsync("cron.update", $$"""{"id":"{{id}}","patch":{"name":"new"},"expectedConfigRevision":"{{seen}}"}""");

        string refusal = await RefusalAsync("cron.update", $$"""{"id":"{{id}}","patch":{"name":"newer"},"expectedConfigRevision":"{{seen}}"}""");

        Assert.Contains("no longer matches the loaded version", refusal, StringComparison.Ordinal);
        Assert.Equal("new", (await JobAsync(id)).GetProperty("name").GetString());
    }

    private async Task PatchAsync(string members)
    {
        JsonElement config = await Client.CallAsync("config.get");
        await Client.CallAsync("config.patch", $$"""{"raw":"{{"{" + members + "}"}}","baseHash":"{{config.GetProperty("hash").GetString()}}"}""");
    }

    private static async Task<string[]> PidsAsync(string file, int count)
    {
        string[] pids = [];
        await Eventually.HoldsAsync(() => File.Exists(file) && File.ReadAllText(file) is var text && text.EndsWith('\n') && (pids = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Length >= count);
        return pids;
    }

    private async Task<string> AddAsync(string schedule, string payload, string more = "") => (await Client.CallAsync(
        "cron.add", $$$"""{"name":"j","schedule":{{{schedule}}},"sessionTarget":"isolated","wakeMode":"now","delivery":{"mode":"none"},"payload":{{{payload}}}{{{more}}}}""")).GetProperty("id").GetString()!;

    private Task<JsonElement> JobAsync(string id) => Client.CallAsync("cron.get", $$"""{"id":"{{id}}"}""");

    private async Task<JsonElement> EndAsync() => (await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("cron")
        && frame.GetProperty("payload").GetProperty("action").ValueEquals("finished"))).GetProperty("payload");

    private async Task<JsonElement> RunAsync(string id)
    {
        string run = (await Client.CallAsync("cron.run", $$"""{"id":"{{id}}"}""")).GetProperty("runId").GetString()!;
        return (await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("cron")
            && frame.GetProperty("payload").TryGetProperty("runId", out JsonElement told) && told.ValueEquals(run))).GetProperty("payload");
    }
}
