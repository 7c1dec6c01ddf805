using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A disk that is full, or may not be written: what cannot be kept is refused in words, all else goes on, and it mends itself.</summary>
public sealed class Copes_with_its_disk : IAsyncLifetime
{
    private const string Question = """{"model":"openclaw","messages":[{"role":"user","content":"[text:over http]"}]}""";

    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private TinyDisk? disk;

    public ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        disk?.Dispose();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Turn_on_a_full_disk_is_refused_in_words_and_room_mends_it()
    {
        TinyDisk tiny = Mount(home.StateDir, 4096);
        home.WriteConfig();
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "[text:before]");
        tiny.Fill();

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.SendChatAsync("main", "lost?"));
        CommandRun command = await gateway.RunAsync("agent", "--message", "lost?");
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Post, "/v1/chat/completions", Question);
        (int live, _) = await gateway.JsonAsync(HttpMethod.Get, "/healthz");
        (int ready, JsonElement why) = await gateway.JsonAsync(HttpMethod.Get, "/readyz");
        IReadOnlyList<string> history = await client.HistoryAsync("main");
        tiny.Free();
        ChatTurn after = await client.ChatAsync("main", "[text:after]");
        (int mended, _) = await gateway.JsonAsync(HttpMethod.Get, "/readyz");

        Assert.Equal("UNAVAILABLE", refused.Code);
        Assert.Contains("no space left. Free some space", refused.Message);
        Assert.Contains("no space left", command.Ends(1).Error);
        Assert.Equal(503, status);
        Assert.Contains("no space left", body.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal((200, 503), (live, ready));
        Assert.Equal(["state-database"], why.GetProperty("failing").EnumerateArray().Select(part => part.GetString()));
        Assert.Contains("no space left", why.GetProperty("warnings")[0].GetProperty("message").GetString());
        Assert.Equal(["user: [text:before]", "assistant: before"], history);
        Assert.Equal(("after", 200), (after.Final, mended));
    }

    [Fact]
    public async Task Disk_that_fills_up_during_the_answer_is_told_and_the_next_turn_works()
    {
        TinyDisk tiny = Mount(home.StateDir, 4096);
        home.WriteConfig();
        TaskCompletionSource rest = new();
        model.Enqueue(new ModelAnswer { Pieces = ["begun", " and ended"], HoldRest = rest.Task, HoldAt = 1 });
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");
        tiny.Fill();
        rest.SetResult();

        ChatTurn cut = await client.FollowAsync(run);
        tiny.Free();
        ChatTurn after = await client.ChatAsync("main", "[text:after]");

        Assert.Equal("error", cut.State);
        Assert.Contains("no space left", cut.Error);
        Assert.Equal("begun and ended", cut.Streamed);
        Assert.Equal("after", after.Final);
        Assert.Contains("user: talk", await client.HistoryAsync("main"));
    }

    [Fact]
    public async Task Start_on_a_full_disk_is_refused_in_words()
    {
        TinyDisk tiny = Mount(home.StateDir, 4096);
        home.WriteConfig();
        await using (RunningGateway before = await RunningGateway.StartAsync(home))
        {
            await before.StopAsync();
        }

        tiny.Fill();
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(home));
        tiny.Free();
        await using RunningGateway again = await RunningGateway.StartAsync(home);

        Assert.Contains("Free some space", refused.Message);
        Assert.DoesNotContain("Waited", refused.Message);
    }

    [Fact]
    public async Task State_that_cannot_be_written_refuses_the_start_and_blames_nobody()
    {
        TinyDisk tiny = Mount(home.StateDir, 4096);
        home.WriteConfig();
        await using (RunningGateway before = await RunningGateway.StartAsync(home))
        {
            await before.StopAsync(); // leaves the lock file and the process id behind
        }

        tiny.SetReadOnly(true);
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(home));
        tiny.SetReadOnly(false);

        Assert.Contains("mounted read-only", refused.Message);
        Assert.DoesNotContain("already runs", refused.Message);
    }

    [Fact]
    public async Task Configuration_that_cannot_be_written_still_starts_and_says_what_it_cannot_do()
    {
        string folder = Path.Combine(home.Root, "fixed");
        TinyDisk tiny = Mount(folder, 256);
        string path = Path.Combine(folder, "openclaw.json");
        File.Copy(home.ConfigPath, path);
        File.Delete(home.ConfigPath);
        tiny.SetReadOnly(true);
        home.MoreVariables["OPENCLAW_CONFIG_PATH"] = path;
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();

        ChatTurn turn = await client.ChatAsync("main", "[text:all the same]");
        (_, JsonElement ready) = await gateway.JsonAsync(HttpMethod.Get, "/readyz");
        CommandRun set = await gateway.RunAsync("config", "set", "agents.defaults.timeoutSeconds", "77");
        CommandRun chosen = await gateway.RunAsync("models", "set", "lab/small:3b");
        JsonElement config = await client.CallAsync("config.get");
        GatewayCallException patched = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync(
            "config.patch", """{"raw":"{agents:{defaults:{timeoutSeconds:77}}}","baseHash":"HASH"}""".Replace("HASH", config.GetProperty("hash").GetString(), StringComparison.Ordinal)));
        CommandRun status = await gateway.RunAsync("status");
        CommandRun doctor = await gateway.RunAsync("doctor");
        tiny.SetReadOnly(false);
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("maxConcurrent: 512 }", "maxConcurrent: 512, timeoutSeconds: 78 }", StringComparison.Ordinal));
        tiny.SetReadOnly(true);
        await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("config.changed"));

        Assert.Equal("all the same", turn.Final);
        JsonElement warning = Assert.Single(ready.GetProperty("warnings").EnumerateArray(), told => told.GetProperty("code").ValueEquals("config-read-only"));
        Assert.Contains("'config set', 'models set' and settings from a page are refused", warning.GetProperty("message").GetString());
        Assert.Equal($"openclaw: {path} cannot be changed: its file system is mounted read-only. Fix: change the file where it is made; a running gateway takes it over.\n", set.Ends(1).Error);
        Assert.Contains("mounted read-only", chosen.Ends(1).Error);
        Assert.Contains("mounted read-only", patched.Message);
        Assert.Contains("config-read-only", doctor.Ends(0).Out);
        Assert.Contains("config-read-only", status.Ends(0).Out);
    }

    private TinyDisk Mount(string path, int kilobytes)
    {
        disk = TinyDisk.TryMount(path, kilobytes);
        Assert.SkipWhen(disk is null, "this process may not mount");
        return disk;
    }
}
