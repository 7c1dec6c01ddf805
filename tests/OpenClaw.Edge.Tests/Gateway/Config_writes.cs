using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Config_writes() : WithClient("logging: { level: \"info\" }, // how much is told\n")
{
    [Fact]
    public async Task A_patch_changes_one_key_and_keeps_comments_and_secrets()
    {
        JsonElement before = await Client.CallAsync("config.get");

        JsonElement answer = await PatchAsync("""{"logging":{"level":"debug"}}""");

        string file = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);
        Assert.Contains("// made by the test kit", file, StringComparison.Ordinal);
        Assert.Contains("// how much is told", file, StringComparison.Ordinal);
        Assert.Contains(Home.Token, file, StringComparison.Ordinal);
        Assert.Equal("debug", answer.GetProperty("config").GetProperty("logging").GetProperty("level").GetString());
        Assert.Equal(["logging.level"], answer.GetProperty("changedPaths").EnumerateArray().Select(path => path.GetString()));
        Assert.Equal("hot", answer.GetProperty("reloadKind").GetString());
        Assert.False(answer.TryGetProperty("restart", out _));
        Assert.DoesNotContain(Home.Token, answer.GetRawText(), StringComparison.Ordinal);
        JsonElement after = await Client.CallAsync("config.get");
        Assert.NotEqual(before.GetProperty("hash").GetString(), after.GetProperty("hash").GetString());
        Assert.Equal(answer.GetProperty("hash").GetString(), after.GetProperty("hash").GetString());
        Assert.Equal(after.GetProperty("hash").GetString(), after.GetProperty("appliedConfigHash").GetString());
        JsonElement told = await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("config.changed"));
        Assert.Equal(answer.GetProperty("hash").GetString(), told.GetProperty("payload").GetProperty("hash").GetString());
    }

    [Fact]
    public async Task A_whole_text_goes_back_as_it_was_read_with_its_secrets_restored()
    {
        JsonElement read = await Client.CallAsync("config.get");
        string raw = read.GetProperty("raw").GetString()!;
        Assert.Contains("__OPENCLAW_REDACTED__", raw, StringComparison.Ordinal);

        JsonElement answer = await WriteAsync("config.set", raw.Replace("\"info\"", "\"warn\"", StringComparison.Ordinal), HashOf(read));

        string file = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("__OPENCLAW_REDACTED__", file, StringComparison.Ordinal);
        Assert.Contains(Home.Token, file, StringComparison.Ordinal);
        Assert.Contains("// how much is told", file, StringComparison.Ordinal);
        Assert.Equal("warn", answer.GetProperty("config").GetProperty("logging").GetProperty("level").GetString());
        await using GatewayTestClient again = await Gateway.ConnectAsync();
    }

    [Fact]
    public async Task A_text_with_fewer_agents_is_not_set_but_may_be_applied_and_the_notice_says_what_waits()
    {
        await Client.CallAsync("agents.create", """{"name":"Night Watch"}""");
        JsonElement read = await Client.CallAsync("config.get");
        string fewer = read.GetProperty("raw").GetString()!.Replace("night-watch", "day-watch", StringComparison.Ordinal);

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => WriteAsync("config.set", fewer, HashOf(read)));
        JsonElement patched = await WriteAsync(
            "config.patch", """{"logging":{"level":"debug"}}""", HashOf(read), ",\"note\":\"louder\",\"sessionKey\":\"agent:main:main\"");
        JsonElement sentinel = patched.GetProperty("sentinel");

        Assert.StartsWith("INVALID_REQUEST: config.set would remove existing agent entries: night-watch. Use the agents.delete RPC", refused.Message, StringComparison.Ordinal);
        Assert.True(sentinel.GetProperty("persisted").GetBoolean());
        Assert.Equal(
            ("config-patch", "louder", "agent:main:main", "config.patch"),
            (sentinel.GetProperty("payload").GetProperty("kind").GetString(), sentinel.GetProperty("payload").GetProperty("message").GetString(),
                sentinel.GetProperty("payload").GetProperty("sessionKey").GetString(),
                sentinel.GetProperty("payload").GetProperty("stats").GetProperty("mode").GetString()));
    }

    [Fact]
    public async Task The_parsed_object_may_be_written_back_too()
    {
        JsonElement read = await Client.CallAsync("config.get");

        await WriteAsync("config.apply", read.GetProperty("config").GetRawText(), HashOf(read));

        Assert.Contains(Home.Token, await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.set")]
    [InlineData("config.apply")]
    [InlineData("config.patch")]
    public async Task Writes_need_the_hash_of_what_is_on_disk(string method)
    {
        GatewayCallException none = await RefusedAsync(method, """{"raw":"{\"logging\":{\"level\":\"warn\"}}"}""");
        GatewayCallException stale = await RefusedAsync(method, """{"raw":"{}","baseHash":"hmac-sha256:v1:old"}""");

        Assert.Equal("INVALID_REQUEST: config base hash required; re-run config.get and retry", none.Message);
        Assert.Equal("INVALID_REQUEST: config changed since last load; re-run config.get and retry", stale.Message);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_needs_no_hash()
    {
        JsonElement answer = await Client.CallAsync("config.patch", """{"raw":"{}"}""");

        Assert.Equal(["ok", "noop", "changedPaths", "path", "config"], answer.EnumerateObject().Select(member => member.Name));
        Assert.True(answer.GetProperty("noop").GetBoolean());
        Assert.Equal(0, answer.GetProperty("changedPaths").GetArrayLength());
    }

    [Fact]
    public async Task A_change_by_somebody_else_between_read_and_write_is_not_lost()
    {
        string hash = HashOf(await Client.CallAsync("config.get"));
        Home.WriteConfig("logging: { level: \"error\" },");

        GatewayCallException stale = await RefusedAsync("config.patch", $$$"""{"raw":"{\"logging\":null}","baseHash":"{{{hash}}}"}""");

        Assert.Contains("config changed since last load", stale.Message, StringComparison.Ordinal);
        JsonElement now = await Client.CallAsync("config.get");
        Assert.Equal("error", now.GetProperty("config").GetProperty("logging").GetProperty("level").GetString());
    }

    [Fact]
    public async Task A_bad_value_is_refused_with_its_place_and_changes_nothing()
    {
        string before = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);

        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => PatchAsync("""{"logging":{"level":"loud"}}"""));

        Assert.StartsWith("INVALID_REQUEST: invalid config: logging.level: ", error.Message, StringComparison.Ordinal);
        JsonElement issue = error.Error.GetProperty("details").GetProperty("issues")[0];
        Assert.Equal("logging.level", issue.GetProperty("path").GetString());
        Assert.NotEmpty(issue.GetProperty("message").GetString()!);
        Assert.Equal(before, await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_patch_that_says_nothing_new_writes_nothing()
    {
        DateTime written = File.GetLastWriteTimeUtc(Home.ConfigPath);

        JsonElement answer = await PatchAsync("""{"logging":{"level":"info"},"gateway":{"auth":{"token":"__OPENCLAW_REDACTED__"}},"ui":null}""");

        Assert.True(answer.GetProperty("noop").GetBoolean());
        Assert.Equal(0, answer.GetProperty("changedPaths").GetArrayLength());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Home.ConfigPath));
    }

    [Fact]
    public async Task Lists_are_merged_by_id_and_never_dropped_unasked()
    {
        await PatchAsync("""{"agents":{"list":[{"id":"main","default":true},{"id":"second"}]}}""");
        await PatchAsync("""{"agents":{"list":[{"id":"second","name":"Two"},{"id":"third"}]}}""");
        JsonElement agents = await Client.CallAsync("agents.list");

        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => PatchAsync("""{"agents":{"list":null}}"""));
        await PatchAsync("""{"agents":{"list":null}}""", "agents.list");

        Assert.Equal(["main", "second", "third"], agents.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("id").GetString()));
        Assert.StartsWith("INVALID_REQUEST: config.patch would remove entries from array path(s): agents.list.", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await Client.CallAsync("agents.list")).GetProperty("agents").GetArrayLength());
    }

    [Fact]
    public async Task What_takes_a_restart_is_said()
    {
        JsonElement answer = await PatchAsync("""{"logging":{"consoleStyle":"json"}}""");

        Assert.Equal("restart", answer.GetProperty("reloadKind").GetString());
        Assert.Equal(Gateway.Process is null, answer.TryGetProperty("restart", out JsonElement restart)); // a process of its own starts anew, see Starts_anew
        if (Gateway.Process is null)
        {
            Assert.True(restart.GetProperty("required").GetBoolean());
            Assert.Equal("logging.consoleStyle", restart.GetProperty("paths")[0].GetString());
        }
    }

    [Fact]
    public async Task Markers_that_stand_for_nothing_are_refused()
    {
        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(
            () => PatchAsync("""{"models":{"providers":{"lab":{"apiKey":"__OPENCLAW_REDACTED__"}}}}"""));

        Assert.Contains("models.providers.lab.apiKey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_is_for_admins_with_good_params()
    {
        await using GatewayTestClient writer = await Gateway.ConnectAsync("operator.read", "operator.write");
        foreach (string method in (string[])["config.set", "config.apply", "config.patch"])
        {
            GatewayCallException scope = await Assert.ThrowsAsync<GatewayCallException>(() => writer.CallAsync(method, """{"raw":"{}"}"""));
            GatewayCallException bad = await RefusedAsync(method, "{}");

            Assert.Equal("FORBIDDEN: missing scope: operator.admin", scope.Message);
            Assert.Equal($"INVALID_REQUEST: invalid {method} params: must have required property 'raw'", bad.Message);
        }
    }

    [Fact]
    public async Task The_thirty_first_change_in_a_minute_waits()
    {
        for (int call = 0; call < 30; call++)
        {
            await RefusedAsync("config.patch", """{"raw":"{\"logging\":{\"level\":\"warn\"}}"}""");
        }

        GatewayCallException error = await RefusedAsync("config.patch", """{"raw":"{}"}""");

        Assert.Equal("UNAVAILABLE", error.Code);
        Assert.True(error.Error.GetProperty("retryable").GetBoolean());
        Assert.InRange(error.Error.GetProperty("retryAfterMs").GetInt32(), 1, 60_000);
        Assert.Equal("30 per 60s", error.Error.GetProperty("details").GetProperty("limit").GetString());
        Assert.Equal("config.patch", error.Error.GetProperty("details").GetProperty("method").GetString());
    }

    private static string HashOf(JsonElement config) => config.GetProperty("hash").GetString()!;

    private async Task<JsonElement> PatchAsync(string patch, params string[] replacePaths) =>
        await WriteAsync(
            "config.patch",
            patch,
            HashOf(await Client.CallAsync("config.get")),
            replacePaths.Length == 0 ? "" : $",\"replacePaths\":[{string.Join(',', replacePaths.Select(path => $"\"{path}\""))}]");

    private Task<JsonElement> WriteAsync(string method, string raw, string hash, string more = "") => Client.CallAsync(
        method, $$"""{"raw":"{{JsonEncodedText.Encode(raw)}}","baseHash":"{{hash}}"{{more}}}""");
}
