using System.Text.Json;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.recover</c>: a turn that the end of the gateway cut off goes on.</summary>
public sealed class Recovery_of_sessions : WithGateway
{
    [Fact]
    public async Task A_turn_that_was_cut_off_goes_on_once()
    {
        await using (GatewayTestClient before = await Gateway.ConnectAsync())
        {
            await before.ChatAsync("main", "build the shed");
            Assert.Equal(
                "INVALID_REQUEST: Session recovery requires a restart-tombstoned session.", (await RefusedAsync(before, "sessions.recover", """{"key":"main"}""")).Message);
            Assert.Equal(
                "INVALID_REQUEST: Session recovery source was not found.", (await RefusedAsync(before, "sessions.recover", """{"key":"nobody"}""")).Message);
        }

        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        LeaveOpen();
        Gateway = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("sessions.subscribe");
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(ModelAnswer.Say("The roof is on. Done.") with { HoldRest = held.Task });

        JsonElement answer = await client.CallAsync("sessions.recover", """{"key":"main"}""");
        string runId = answer.GetProperty("continuation").GetProperty("runId").GetString()!;
        string again = (await RefusedAsync(client, "sessions.recover", """{"key":"main"}""")).Message;
        held.SetResult();
        ChatTurn turn = await client.FollowAsync(runId);

        Assert.Equal(("agent:main:main", "started"), (answer.GetProperty("key").GetString(), answer.GetProperty("continuation").GetProperty("status").GetString()));
        Assert.Equal("INVALID_REQUEST: Session recovery is unavailable while the source still has active work.", again);
        Assert.Equal("The roof is on. Done.", turn.Final);
        await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("sessions.changed")
            && frame.GetProperty("payload").TryGetProperty("reason", out JsonElement reason) && reason.ValueEquals("recovery"));
        Assert.Contains("build the shed", Model.ChatRequests[^1].BodyText, StringComparison.Ordinal);
        Assert.Equal(
            "INVALID_REQUEST: Session recovery requires a restart-tombstoned session.", (await RefusedAsync(client, "sessions.recover", """{"key":"main"}""")).Message);
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read");
        Assert.Contains("missing scope: operator.write", (await RefusedAsync(reader, "sessions.recover", """{"key":"main"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_go_on_now_is_told_when_to_ask_again()
    {
        await using (GatewayTestClient before = await Gateway.ConnectAsync())
        {
            await before.ChatAsync("main", "build the shed");
        }

        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        LeaveOpen();
        Gateway = await RunningGateway.StartAsync(Home);
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("sessions.subscribe");
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(new ModelAnswer { Pieces = ["begun", " and ended"], HoldRest = held.Task });
        string other = await client.SendChatAsync("other", "talk");
        await client.ChatEventAsync(other, "delta");
        Task stopping = Guard.Within(Gateway.StopAsync(), limit: TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(
            async () => (await Gateway.JsonAsync(HttpMethod.Get, "/startup")).Body.GetProperty("status").ValueEquals("draining"), "the drain");

        JsonElement continuation = (await client.CallAsync("sessions.recover", """{"key":"main"}""")).GetProperty("continuation");
        held.SetResult();
        await stopping;

        JsonElement error = continuation.GetProperty("error");
        Assert.Equal(("rejected", "UNAVAILABLE"), (continuation.GetProperty("status").GetString(), error.GetProperty("code").GetString()));
        Assert.True(error.GetProperty("retryAfterMs").GetInt64() > 0);
        Assert.DoesNotContain(client.Events, frame => frame.GetProperty("payload").TryGetProperty("reason", out JsonElement reason) && reason.ValueEquals("recovery"));
    }

    // As a process leaves it that dies in the middle of a turn.
    private void LeaveOpen()
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3()); // against a binary nobody else in this process does
        using SqliteConnection connection = new($"Data Source={Home.DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO pending_inputs (session_row, run_id, source, accepted_at) SELECT row_id, 'cut-1', 'chat', 1 FROM sessions";
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
