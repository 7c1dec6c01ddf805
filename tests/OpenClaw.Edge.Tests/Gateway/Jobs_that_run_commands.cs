using System.Text.Json;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Jobs whose payload is a <c>command</c>: they run below the exec policy, and no agent makes them.</summary>
public sealed class Jobs_that_run_commands() : WithClient("""tools: { exec: { mode: "full" } },""")
{
    [Fact]
    public async Task A_command_runs_with_its_words_as_they_are()
    {
        string id = await AddAsync("""{"kind":"command","argv":["printf","%s|","it's","two words","$HOME"]}""");

        JsonElement ended = await RunAsync(id);

        Assert.Equal(("ok", "it's|two words|$HOME|"), (ended.GetProperty("status").GetString(), ended.GetProperty("summary").GetString()));
        JsonElement job = await Client.CallAsync("cron.get", $$"""{"id":"{{id}}"}""");
        Assert.Equal("isolated", job.GetProperty("sessionTarget").GetString());
        Assert.Equal(["printf", "%s|", "it's", "two words", "$HOME"], Texts(job.GetProperty("payload").GetProperty("argv")));
        Assert.Empty(Model.ChatRequests);
    }

    [Fact]
    public async Task A_line_for_the_shell_may_fail_and_says_how()
    {
        string id = await AddAsync("""{"kind":"command","argv":["sh","-lc","echo before; exit 4"],"cwd":"/tmp","timeoutSeconds":30}""");

        JsonElement ended = await RunAsync(id);

        Assert.Equal(("error", "command exited with code 4"), (ended.GetProperty("status").GetString(), ended.GetProperty("error").GetString()));
        Assert.StartsWith("before", ended.GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_policy_forbids_does_not_run()
    {
        JsonElement config = await Client.CallAsync("config.get");
        string hash = config.GetProperty("hash").GetString()!;
        await Client.CallAsync("config.patch", """{"raw":"{tools:{exec:{mode:'deny'}}}","baseHash":"HASH"}""".Replace("HASH", hash, StringComparison.Ordinal));
        string id = await AddAsync("""{"kind":"command","argv":["touch","forbidden"]}""");

        JsonElement ended = await RunAsync(id);

        Assert.Equal("error", ended.GetProperty("status").GetString());
        Assert.Contains("exec denied", ended.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Home.Workspace, "forbidden")));
    }

    [Theory]
    [InlineData("""{"kind":"command"}""", "at /payload: must have required property 'argv'")]
    [InlineData("""{"kind":"command","argv":[]}""", "at /payload/argv: must be a program and its arguments")]
    [InlineData("""{"kind":"command","argv":["a"],"stdin":"x"}""", "unexpected property 'stdin'")]
    [InlineData("""{"kind":"command","argv":["a"],"env":{"A":1}}""", "command env must be an object with non-blank keys and string values")]
    [InlineData("""{"kind":"command","argv":["a"],"timeoutSeconds":-1}""", "must be >= 0")]
    public async Task A_command_that_is_none_is_explained(string payload, string expected) =>
        Assert.Contains(expected, await RefusalAsync("cron.add", Params(payload)), StringComparison.Ordinal);

    [Fact]
    public async Task A_command_gets_its_variables_and_its_input_and_its_outputs_are_told_apart()
    {
        string id = await AddAsync("""{"kind":"command","argv":["sh","-c","echo $GREETING; cat; echo bad >&2"],"env":{"GREETING":"hi"},"input":"from here"}""");

        JsonElement ended = await RunAsync(id);

        Assert.Equal("stdout:\nhi\nfrom here\n\nstderr:\nbad", ended.GetProperty("summary").GetString());
        JsonElement about = ended.GetProperty("diagnostics").GetProperty("entries")[0];
        Assert.Equal(("exec", "info", 0), (about.GetProperty("source").GetString(), about.GetProperty("severity").GetString(), about.GetProperty("exitCode").GetInt32()));
    }

    [Fact]
    public async Task A_command_that_says_nothing_for_too_long_is_ended()
    {
        string id = await AddAsync("""{"kind":"command","argv":["sh","-c","echo first; sleep 600"],"noOutputTimeoutSeconds":5}""");

        JsonElement ended = await RunAsync(id);

        Assert.Equal("command produced no output before noOutputTimeoutSeconds", ended.GetProperty("error").GetString());
        Assert.Equal("first", ended.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task A_command_has_its_time_and_keeps_the_end_of_what_it_said()
    {
        string id = await AddAsync("""{"kind":"command","argv":["sh","-c","seq 1 1000; sleep 600"],"timeoutSeconds":5,"outputMaxBytes":9}""");

        JsonElement ended = await RunAsync(id);

        Assert.Equal(("command timed out", "999\n1000"), (ended.GetProperty("error").GetString(), ended.GetProperty("summary").GetString()));
    }

    [Fact]
    public async Task An_agent_neither_makes_nor_changes_one()
    {
        string id = await AddAsync("""{"kind":"command","argv":["true"]}""");
        Model.Enqueue(
            ModelAnswer.Call("cron", """{"action":"add","job":{"schedule":{"kind":"every","everyMs":3600000},"payload":{"kind":"command","argv":["true"]}}}"""),
            ModelAnswer.Call("cron", """{"action":"update","jobId":"ID","job":{"name":"mine"}}""".Replace("ID", id, StringComparison.Ordinal)),
            ModelAnswer.Say("no"));

        await Client.ChatAsync("main", "plan it");

        Assert.Contains("made and changed by a person", Model.ChatRequests[1].BodyText, StringComparison.Ordinal);
        JsonElement jobs = await Client.CallAsync("cron.list");
        Assert.NotEqual("mine", Assert.Single(jobs.GetProperty("jobs").EnumerateArray()).GetProperty("name").GetString());
    }

    private async Task<string> AddAsync(string payload) => (await Client.CallAsync("cron.add", Params(payload))).GetProperty("id").GetString()!;

    private static string Params(string payload, string more = "") =>
        """{"name":"c","schedule":{"kind":"every","everyMs":86400000},"payload":""" + payload + more + "}";

    private async Task<JsonElement> RunAsync(string id)
    {
        await Client.CallAsync("cron.run", $$"""{"id":"{{id}}"}""");
        await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("cron")
            && frame.GetProperty("payload").GetProperty("action").ValueEquals("finished"));
        return (await Client.CallAsync("cron.runs", $$"""{"id":"{{id}}"}""")).GetProperty("entries")[0];
    }
}
