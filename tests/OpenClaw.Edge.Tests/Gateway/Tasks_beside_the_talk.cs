using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>tasks.*</c>, the event <c>task</c>, what <c>status</c> counts of them, and <c>diagnostics.stability</c>.</summary>
public sealed class Tasks_beside_the_talk : WithGateway
{
    [Fact]
    public async Task A_call_of_agent_is_a_task_from_its_start_to_its_end()
    {
        Model.Enqueue(ModelAnswer.Say("All lights are off."));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallToTheEndAsync("agent", """{"message":"Switch off\nthe lights","agentId":"main","sessionKey":"house","idempotencyKey":"t-1"}""");
        JsonElement told = await EndOfAsync(client, "t-1");

        JsonElement listed = Assert.Single((await client.CallAsync("tasks.list")).GetProperty("tasks").EnumerateArray());
        string id = listed.GetProperty("id").GetString()!;
        Assert.Equal(id, told.GetProperty("taskId").GetString());
        Assert.Equal(
            ("cli", "cli", "completed", "finished", "Switch off the lights", "agent:main:house", "t-1", "All lights are off."),
            (Text(listed, "kind"), Text(listed, "runtime"), Text(listed, "status"), listed.GetProperty("execution").GetProperty("state").GetString(),
                Text(listed, "title"), Text(listed, "sessionKey"), Text(listed, "runId"), Text(listed, "terminalSummary")));
        Assert.True(listed.GetProperty("endedAt").GetInt64() >= listed.GetProperty("createdAt").GetInt64());
        JsonElement one = (await client.CallAsync("tasks.get", $$"""{"taskId":"{{id}}"}""")).GetProperty("task");
        Assert.Equal("Switch off\nthe lights", Text(one, "prompt"));
        JsonElement[] rows = [.. (await client.CallAsync("tasks.history", $$"""{"taskId":"{{id}}"}""")).GetProperty("messages").EnumerateArray()];
        Assert.Equal(["user", "assistant"], rows.Select(row => Text(row, "role")));
        JsonElement counts = (await client.CallAsync("status")).GetProperty("tasks");
        Assert.Equal((1, 0, 1, 1, 1), (
            counts.GetProperty("total").GetInt32(), counts.GetProperty("active").GetInt32(), counts.GetProperty("terminal").GetInt32(),
            counts.GetProperty("byStatus").GetProperty("succeeded").GetInt32(), counts.GetProperty("byRuntime").GetProperty("cli").GetInt32()));
    }

    [Fact]
    public async Task Talk_is_no_task_and_lists_are_cut_as_asked()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        for (int i = 0; i < 3; i++)
        {
            await client.CallToTheEndAsync("agent", $$"""{"message":"job {{i}}","sessionKey":"s{{i}}","idempotencyKey":"cut-{{i}}"}""");
            await EndOfAsync(client, $"cut-{i}");
        }

        JsonElement first = await client.CallAsync("tasks.list", """{"limit":2}""");
        JsonElement rest = await client.CallAsync("tasks.list", $$"""{"limit":2,"cursor":"{{Text(first, "nextCursor")}}"}""");
        Assert.Equal(["job 2", "job 1"], Titles(first));
        Assert.Equal(["job 0"], Titles(rest));
        Assert.False(rest.TryGetProperty("nextCursor", out _));
        Assert.Equal(["job 1"], Titles(await client.CallAsync("tasks.list", """{"sessionKey":"s1"}""")));
        Assert.Empty(Titles(await client.CallAsync("tasks.list", """{"status":["running","failed"]}""")));
        Assert.Equal(3, Titles(await client.CallAsync("tasks.list", """{"status":"completed","agentId":"main"}""")).Length);
        Assert.Contains("restart pagination without a cursor", (await RefusedAsync(client, "tasks.list", """{"cursor":"x"}""")).Message, StringComparison.Ordinal);
        Assert.Equal("INVALID_REQUEST: task not found: nope", (await RefusedAsync(client, "tasks.get", """{"taskId":"nope"}""")).Message);
        Assert.Equal("INVALID_REQUEST: Task not found.", (await RefusedAsync(client, "tasks.history", """{"taskId":"nope"}""")).Message);
    }

    [Fact]
    public async Task A_task_that_runs_is_cancelled_once()
    {
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(ModelAnswer.Say("never said to the end") with { HoldRest = held.Task });
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("agent", """{"message":"take long","sessionKey":"long","idempotencyKey":"t-2"}""");
        JsonElement running = await TaskAsync(client, "t-2", "running");
        string id = Text(running, "id")!;

        JsonElement cancelled = await client.CallAsync("tasks.cancel", $$"""{"taskId":"{{id}}"}""");
        JsonElement again = await client.CallAsync("tasks.cancel", $$"""{"taskId":"{{id}}"}""");
        JsonElement unknown = await client.CallAsync("tasks.cancel", """{"taskId":"nope"}""");
        held.SetResult();

        Assert.Equal((true, true, "cancelled"), (cancelled.GetProperty("found").GetBoolean(), cancelled.GetProperty("cancelled").GetBoolean(), Text(cancelled.GetProperty("task"), "status")));
        Assert.Equal((false, "Task is already terminal."), (again.GetProperty("cancelled").GetBoolean(), Text(again, "reason")));
        Assert.Equal((false, "Task not found."), (unknown.GetProperty("found").GetBoolean(), Text(unknown, "reason")));
        JsonElement results = (await client.CallAsync("tasks.retry", $$"""{"taskIds":["{{id}}","nope"]}""")).GetProperty("results");
        Assert.Equal(
            ["task has no recoverable subagent completion", "task has no recoverable subagent completion"], results.EnumerateArray().Select(result => Text(result, "reason")));
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read");
        Assert.Contains("missing scope: operator.write", (await RefusedAsync(reader, "tasks.cancel", $$"""{"taskId":"{{id}}"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_is_found_after_a_restart_and_one_that_ran_then_is_over()
    {
        Model.Enqueue(ModelAnswer.Say($"All lights are off.\n{new string('x', 200)}"));
        await using (GatewayTestClient client = await Gateway.ConnectAsync())
        {
            await client.CallToTheEndAsync("agent", """{"message":"Switch off the lights","sessionKey":"house","idempotencyKey":"r-1"}""");
            await EndOfAsync(client, "r-1");
        }

        await RestartAsync();
        await using GatewayTestClient later = await Gateway.ConnectAsync();
        JsonElement listed = Assert.Single((await later.CallAsync("tasks.list", """{"sessionKey":"house","status":"completed","sortBy":"endedAt"}""")).GetProperty("tasks").EnumerateArray());
        string id = Text(listed, "id")!;
        JsonElement one = (await later.CallAsync("tasks.get", $$"""{"taskId":"{{id}}"}""")).GetProperty("task");
        Assert.Equal(("Switch off the lights", 220, 120), (Text(one, "prompt"), Text(one, "result")!.Length, Text(one, "terminalSummary")!.Length));
        Assert.False(listed.TryGetProperty("result", out _));
        Assert.Equal(2, (await later.CallAsync("tasks.history", $$"""{"taskId":"{{id}}"}""")).GetProperty("messages").GetArrayLength());
        Assert.Equal("Task is already terminal.", Text(await later.CallAsync("tasks.cancel", $$"""{"taskId":"{{id}}"}"""), "reason"));
        Assert.Equal("completion delivery is not blocked", Text((await later.CallAsync("tasks.dismiss", $$"""{"taskIds":["{{id}}"]}""")).GetProperty("results")[0], "reason"));
        Assert.Equal(1, (await later.CallAsync("status")).GetProperty("tasks").GetProperty("byStatus").GetProperty("succeeded").GetInt32());
    }

    [Fact]
    public async Task A_page_ends_with_the_list_that_it_is_of()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.CallToTheEndAsync("agent", $$"""{"message":"job {{i}}","sessionKey":"s{{i}}","idempotencyKey":"page-{{i}}"}""");
            await EndOfAsync(client, $"page-{i}");
        }

        string cursor = Text(await client.CallAsync("tasks.list", """{"limit":1}"""), "nextCursor")!;
        const string Stale = "INVALID_REQUEST: invalid or expired tasks.list cursor; restart pagination without a cursor";
        Assert.Equal(["job 0"], Titles(await client.CallAsync("tasks.list", $$"""{"limit":1,"cursor":"{{cursor}}"}""")));
        Assert.Equal(Stale, (await RefusedAsync(client, "tasks.list", $$"""{"agentId":"main","cursor":"{{cursor}}"}""")).Message);
        await using GatewayTestClient other = await Gateway.ConnectAsync();
        Assert.Equal(Stale, (await RefusedAsync(other, "tasks.list", $$"""{"cursor":"{{cursor}}"}""")).Message);
        await client.CallToTheEndAsync("agent", """{"message":"job 2","sessionKey":"s2","idempotencyKey":"page-2"}""");
        await EndOfAsync(client, "page-2");
        Assert.Equal(Stale, (await RefusedAsync(client, "tasks.list", $$"""{"cursor":"{{cursor}}"}""")).Message);
    }

    [Fact]
    public async Task Nothing_of_an_incognito_session_is_kept()
    {
        await using (GatewayTestClient client = await Gateway.ConnectAsync())
        {
            string key = Text(await client.CallAsync("sessions.create", """{"incognito":true}"""), "key")!;
            await client.CallToTheEndAsync("agent", $$"""{"message":"a private matter","sessionKey":"{{key}}","idempotencyKey":"p-1"}""");
            await EndOfAsync(client, "p-1");
            Assert.Equal(["a private matter"], Titles(await client.CallAsync("tasks.list")));
        }

        await RestartAsync();
        await using GatewayTestClient later = await Gateway.ConnectAsync();
        Assert.Empty(Titles(await later.CallAsync("tasks.list")));
    }

    [Fact]
    public async Task An_end_that_the_disk_refused_is_written_with_the_next_task()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        Execute("CREATE TRIGGER refuse BEFORE INSERT ON tasks WHEN NEW.status = 'completed' BEGIN SELECT RAISE(ABORT, 'no'); END");
        await client.CallToTheEndAsync("agent", """{"message":"job 0","sessionKey":"s0","idempotencyKey":"kept-0"}""");
        await Eventually.HoldsAsync(() => Gateway.Output.Contains("its end is written with the next task", StringComparison.Ordinal));
        Assert.Equal("running", Execute("SELECT status FROM tasks"));
        Execute("DROP TRIGGER refuse");
        await client.CallToTheEndAsync("agent", """{"message":"job 1","sessionKey":"s1","idempotencyKey":"kept-1"}""");
        await Eventually.HoldsAsync(() => Execute("SELECT count(*) FROM tasks WHERE status = 'completed'") is 2L);
        Assert.Equal(["job 1", "job 0"], Titles(await client.CallAsync("tasks.list", """{"status":"completed"}""")));
    }

    [Fact]
    public async Task More_tasks_than_are_kept_in_memory_are_one_each_from_beginning_to_end()
    {
        const int Many = 502; // TaskLedger.Capacity and some
        Home.WriteConfig("messages: { queue: { cap: 1000 } },");
        await RestartAsync();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(ModelAnswer.Say("first") with { HoldRest = held.Task });
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        for (int i = 0; i < Many;)
        {
            await using GatewayTestClient caller = await Gateway.ConnectAsync(); // each may have so many calls open
            for (int last = Math.Min(i + ProtocolLimits.MaxPendingRequests, Many); i < last; i++)
            {
                await caller.CallAsync("agent", $$"""{"message":"job {{i}}","sessionKey":"long","idempotencyKey":"many-{{i}}"}""");
            }
        }

        await Eventually.HoldsAsync(() => Execute("SELECT count(*) FROM tasks") is (long)Many);
        held.SetResult();
        await Eventually.HoldsAsync(() => Execute("SELECT count(*) FROM tasks WHERE status IN ('queued', 'running')") is 0L);
        Assert.Equal((long)Many, Execute("SELECT count(*) FROM tasks"));
        JsonElement counts = (await client.CallAsync("status")).GetProperty("tasks");
        Assert.Equal((Many, 0), (counts.GetProperty("total").GetInt32(), counts.GetProperty("active").GetInt32()));
    }

    [Fact]
    public async Task A_task_that_waits_is_told_of_once_however_often_its_place_changes()
    {
        TaskCompletionSource[] held = [new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)];
        Array.ForEach(held, rest => Model.Enqueue(ModelAnswer.Say("done") with { HoldRest = rest.Task }));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        for (int i = 0; i < 4; i++)
        {
            await client.CallAsync("agent", $$"""{"message":"job {{i}}","sessionKey":"s{{i}}","lane":"slow","idempotencyKey":"place-{{i}}"}""");
            await (i == 0 ? TaskAsync(client, "place-0", "running") : Task.CompletedTask);
        }

        held[0].SetResult();
        await TaskAsync(client, "place-3", "queued"); // at the latest when the second begins
        held[1].SetResult();
        int told = 0;
        await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("task")
            && frame.GetProperty("payload").GetProperty("task") is var task && task.GetProperty("runId").ValueEquals("place-3")
            && ++told > 0 && task.GetProperty("status").ValueEquals("completed"));
        Assert.Equal(3, told); // queued, running, completed
    }

    [Fact]
    public async Task What_happened_is_told_without_a_word_of_what_was_said()
    {
        Model.Enqueue(ModelAnswer.Say("a secret answer"));
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement before = await client.CallAsync("diagnostics.stability");
        await client.ChatAsync("main", "a secret question");
        JsonElement after = await client.CallAsync("diagnostics.stability");

        Assert.Equal((0, 1000), (before.GetProperty("count").GetInt32(), before.GetProperty("capacity").GetInt32()));
        Assert.False(before.TryGetProperty("firstSeq", out _));
        string[] types = [.. after.GetProperty("events").EnumerateArray().Select(one => Text(one, "type")!)];
        Assert.Equal(["session.state", "model.usage", "message.processed", "session.state"], types);
        Assert.Equal(2, after.GetProperty("summary").GetProperty("byType").GetProperty("session.state").GetInt32());
        Assert.DoesNotContain("secret", after.GetRawText(), StringComparison.Ordinal);
        JsonElement later = await client.CallAsync("diagnostics.stability", """{"sinceSeq":2,"type":"session.state","limit":1}""");
        Assert.Equal((1, 4L), (later.GetProperty("count").GetInt32(), later.GetProperty("lastSeq").GetInt64()));
        Assert.Equal("INVALID_REQUEST: limit must be between 1 and 1000", (await RefusedAsync(client, "diagnostics.stability", """{"limit":0}""")).Message);
        Assert.Equal("INVALID_REQUEST: sinceSeq must be a non-negative integer", (await RefusedAsync(client, "diagnostics.stability", """{"sinceSeq":-1}""")).Message);
    }

    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "the words are the test's own")]
    private object? Execute(string sql)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3()); // against a binary nobody else in this process does
        using SqliteConnection connection = new($"Data Source={Home.DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static string[] Titles(JsonElement list) => [.. list.GetProperty("tasks").EnumerateArray().Select(task => Text(task, "title")!)];

    private static Task<JsonElement> EndOfAsync(GatewayTestClient client, string runId) => TaskAsync(client, runId, "completed");

    private static async Task<JsonElement> TaskAsync(GatewayTestClient client, string runId, string status)
    {
        JsonElement frame = await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("task")
            && frame.GetProperty("payload").GetProperty("task") is var task
            && task.GetProperty("runId").ValueEquals(runId) && task.GetProperty("status").ValueEquals(status));
        return frame.GetProperty("payload").GetProperty("task");
    }
}
