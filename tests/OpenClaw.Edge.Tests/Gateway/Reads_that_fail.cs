using System.Text.Json;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A state database that cannot be read any more: who asks is told so, and whoever waits for something is not forgotten.</summary>
public sealed class Reads_that_fail : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        home.Dispose();
        await model.DisposeAsync();
    }

    [Fact]
    public async Task The_clock_of_the_connections_goes_on_and_health_says_what_is_wrong()
    {
        ManualTimeProvider clock = new();
        await using RunningGateway gateway = await RunningGateway.StartAsync(home, clock: clock);
        clock.Advance(TimeSpan.FromSeconds(58));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        Break();

        clock.Advance(TimeSpan.FromSeconds(3)); // the health of the minute; an exception of the timer would come out here, and end a process
        JsonElement told = await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("health"));
        JsonElement warning = Assert.Single(told.GetProperty("payload").GetProperty("warnings").EnumerateArray());
        await using GatewayTestClient late = await gateway.ConnectAsync();

        Assert.Equal("state-unreadable", warning.GetProperty("code").GetString());
        Assert.Equal(0, late.Hello.GetProperty("snapshot").GetProperty("health").GetProperty("sessions").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_turn_has_an_end_for_who_watches_its_session()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.CallAsync("sessions.subscribe");
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        model.Enqueue(new ModelAnswer { Pieces = ["too", " late"], HoldRest = held.Task });
        string runId = await client.SendChatAsync("main", "hello");
        await client.ChatEventAsync(runId, "delta");

        Break();
        held.SetResult();
        ChatTurn turn = await client.FollowAsync(runId);
        JsonElement waited = await client.CallAsync("agent.wait", $$"""{"runId":"{{runId}}","timeoutMs":10000}""");

        Assert.Equal("error", turn.State);
        Assert.NotEqual("timeout", waited.GetProperty("status").GetString());
    }

    private void Break()
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3()); // against a binary nobody else in this process does
        using SqliteConnection connection = new($"Data Source={home.DatabasePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "ALTER TABLE sessions RENAME TO gone";
        command.ExecuteNonQuery();
    }
}
