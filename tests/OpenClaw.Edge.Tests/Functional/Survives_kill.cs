using System.Globalization;
using Microsoft.Data.Sqlite;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>kill -9 while turns stream: the database stays whole and every message that was acknowledged is there. Needs the binary; EDGE_CRASHES says how often.</summary>
public sealed class Survives_kill
{
    private const int Sessions = 4;

    [Fact(Timeout = 400_000)]
    public async Task Every_acknowledged_message_is_there_after_kill_9()
    {
        Assert.SkipWhen(RunningGateway.Binary is null, "a process to kill is needed: set OPENCLAW_BIN");
        int kills = int.Parse(Environment.GetEnvironmentVariable("EDGE_CRASHES") ?? "5", CultureInfo.InvariantCulture);
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri);
        Random moments = new(20260906);
        List<string>[] acknowledged = [.. Enumerable.Range(0, Sessions).Select(_ => new List<string>())];
        List<string>[] finals = [.. Enumerable.Range(0, Sessions).Select(_ => new List<string>())];
        for (int kill = 0; kill < kills; kill++)
        {
            await using GatewayProcess gateway = await GatewayProcess.StartAsync(RunningGateway.Binary!, home);
            (Uri at, string token) = (gateway.BaseUri, home.Token);
            Task[] talking = [.. Enumerable.Range(0, Sessions).Select(session => TalkAsync(at, token, session, kill, acknowledged[session], finals[session]))];
            await Task.Delay(TimeSpan.FromMilliseconds(moments.Next(1, 120)), TimeProvider.System);
            await gateway.KillAsync();
            await Guard.Within(Task.WhenAll(talking));
            model.Reset();
        }

        Assert.Equal("ok", IntegrityOf(home.DatabasePath));
        await using GatewayProcess last = await GatewayProcess.StartAsync(RunningGateway.Binary!, home);
        await using GatewayTestClient reader = await GatewayTestClient.ConnectAsync(last.BaseUri, home.Token);
        string stored = StoredText(home.DatabasePath);
        for (int session = 0; session < Sessions; session++)
        {
            Assert.DoesNotContain(acknowledged[session], message => !stored.Contains(message, StringComparison.Ordinal));
            Assert.DoesNotContain(finals[session], message => !stored.Contains(message, StringComparison.Ordinal));
        }

        Assert.True(acknowledged.Sum(list => list.Count) >= kills, $"only {acknowledged.Sum(list => list.Count)} messages were acknowledged in {kills} lives");
        TestContext.Current.SendDiagnosticMessage($"{kills} kills, {acknowledged.Sum(list => list.Count)} acknowledged messages, {finals.Sum(list => list.Count)} whole turns");
        ChatTurn turn = await reader.ChatAsync("crash-0", "[text:alive]");
        Assert.Equal("alive", turn.Final);
    }

    // Turn after turn until the gateway is gone; in every other one a second message waits behind the first.
    private static async Task TalkAsync(Uri gateway, string token, int session, int life, List<string> acknowledged, List<string> finals)
    {
        try
        {
            await using GatewayTestClient client = await GatewayTestClient.ConnectAsync(gateway, token);
            for (int turn = 0; ; turn++)
            {
                string mark = $"mark-{session}-{life}-{turn}.";
                string answer = $"answer-{session}-{life}-{turn}.";
                string run = await client.SendChatAsync($"crash-{session}", $"{mark} [text:{answer}]");
                acknowledged.Add(mark);
                if ((life + turn) % 2 == 1)
                {
                    string second = $"waits-{session}-{life}-{turn}.";
                    await client.CallAsync("chat.send", $$"""{"sessionKey":"crash-{{session}}","message":"{{second}} [text:ok]","idempotencyKey":"{{second}}","queueMode":"followup"}""");
                    acknowledged.Add(second);
                }

                ChatTurn ended = await client.FollowAsync(run);
                if (ended.State == "final")
                {
                    finals.Add(answer);
                }
            }
        }
        catch (Exception gone) when (gone is InvalidOperationException or System.Net.WebSockets.WebSocketException or ObjectDisposedException)
        {
            // killed, as planned
        }
    }

    private static string IntegrityOf(string path)
    {
        using SqliteConnection connection = Open(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    // The history: what waited for its turn when the process died stands there after the next start.
    private static string StoredText(string path)
    {
        using SqliteConnection connection = Open(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT message FROM transcript_entries";
        using SqliteDataReader rows = command.ExecuteReader();
        System.Text.StringBuilder all = new();
        while (rows.Read())
        {
            all.Append(rows.GetString(0)).Append('\n');
        }

        return all.ToString();
    }

    private static SqliteConnection Open(string path)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
