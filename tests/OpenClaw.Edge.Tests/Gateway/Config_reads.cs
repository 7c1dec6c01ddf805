using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Config_reads() : WithClient(
    """
    env: { vars: { LEVEL: "info", ONE: "1" } }, // the key of lab is test-8f14e45fceea167a5a36dedd4bea2543
      logging: { level: "${LEVEL}" }, // C:\
      mcp: { servers: { mcp: { command: "true", enabled: false, env: { MCP: "mcp" } } } },

    """)
{
    [Fact]
    public async Task Words_that_are_secrets_too_stay_where_they_are_none_and_the_text_goes_back()
    {
        string before = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);
        JsonElement read = await Client.CallAsync("config.get");
        string raw = read.GetProperty("raw").GetString()!;

        await SetAsync(raw.Replace("${LEVEL}", "warn", StringComparison.Ordinal), read);

        Assert.Contains("""mcp: { servers: { mcp: { command: "true", enabled: false, env: { MCP: "__OPENCLAW_REDACTED__" } } } }""", raw, StringComparison.Ordinal);
        Assert.DoesNotContain(Home.Token, raw, StringComparison.Ordinal);
        string after = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);
        Assert.Equal(
            before.Replace("${LEVEL}", "warn", StringComparison.Ordinal).Replace("lab is " + Home.Token, "lab is __OPENCLAW_REDACTED__", StringComparison.Ordinal), after);
    }

    [Fact]
    public async Task A_page_that_sends_all_back_takes_no_variable_away()
    {
        JsonElement read = await Client.CallAsync("config.get");

        await SetAsync(read.GetProperty("config").GetRawText().Replace("\"scripted:8b\"", "\"scripted:9b\"", StringComparison.Ordinal), read);

        string after = await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken);
        Assert.Contains("scripted:9b", after, StringComparison.Ordinal);
        Assert.Contains("\"level\":\"${LEVEL}\"", after.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(Home.Token, after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_text_of_a_broken_file_is_shown_to_nobody()
    {
        Home.WriteRawConfig($$"""{ gateway: { auth: { token: "{{Home.Token}}" } }, logging: """);

        JsonElement read = await Client.CallAsync("config.get");

        Assert.False(read.GetProperty("valid").GetBoolean());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("raw").ValueKind);
        Assert.DoesNotContain(Home.Token, read.GetRawText(), StringComparison.Ordinal);
    }

    private Task<JsonElement> SetAsync(string raw, JsonElement read) => Client.CallAsync(
        "config.set", $$"""{"raw":"{{JsonEncodedText.Encode(raw)}}","baseHash":"{{read.GetProperty("hash").GetString()}}"}""");
}
