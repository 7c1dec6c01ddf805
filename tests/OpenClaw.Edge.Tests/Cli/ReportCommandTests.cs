using System.Text.Json;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class ReportCommandTests
{
    private const string Status =
        """
        {"runtimeVersion":"2026.9.6","sessions":{"count":2,"defaults":{"model":"ollama/qwen3","contextTokens":32000},
         "recent":[{"key":"agent:main:main","updatedAt":0,"totalTokens":1500,"percentUsed":5,"modelProvider":"demo","model":"assistant"}]}}
        """;

    [Fact]
    public async Task Status_shows_gateway_model_and_sessions()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("status", Status);
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("status"));
        string[] lines = run.Out.ToString().Split('\n');
        Assert.StartsWith($"● Gateway ws://127.0.0.1:{gateway.Port} (this machine, ", lines[0]);
        Assert.Equal("  version   2026.9.6, up 2h", lines[1]);
        Assert.Equal("  access    token", lines[2]);
        Assert.Equal("  model     ollama/qwen3 (32k context)", lines[3]);
        Assert.Equal("  sessions  2", lines[4]);
        Assert.Equal("SESSION          UPDATED     MODEL           TOKENS", lines[6][..51]);
        Assert.Contains("demo/assistant", lines[7]); // a demo is labelled as such
        Assert.Contains("1.5k (5 %)", lines[7]);
        Assert.DoesNotContain('\e', run.Out.ToString());
        Assert.Equal(
            """{"includeChannelSummary":false,"machine":true}""", gateway.Calls("status").Single().GetProperty("params").GetRawText());
    }

    [Fact]
    public async Task Status_json_is_the_gateways_answer_and_how_it_was_reached()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("status", Status);
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("status", "--json"));
        Assert.Equal(2, run.Json.GetProperty("sessions").GetProperty("count").GetInt32());
        JsonElement reached = run.Json.GetProperty("gateway");
        Assert.True(reached.GetProperty("reachable").GetBoolean());
        Assert.Equal($"ws://127.0.0.1:{gateway.Port}", reached.GetProperty("url").GetString());
        Assert.Equal(7_200_000, reached.GetProperty("uptimeMs").GetInt64());
    }

    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(true, "NO_COLOR", "1", false)]
    [InlineData(true, "TERM", "dumb", false)]
    [InlineData(false, null, null, false)]
    public async Task Colour_is_for_terminals_that_want_it(bool terminal, string? variable, string? value, bool coloured)
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("health", """{"ok":true}""");
        using CliRun run = new(gateway) { Terminal = terminal };
        if (variable is not null)
        {
            run.With(variable, value!);
        }

        Assert.Equal(0, await run.InvokeAsync("health"));
        Assert.Equal(coloured, run.Out.ToString().Contains('\e'));
    }

    [Fact]
    public async Task Gateway_status_reports_a_gateway_that_is_down_with_exit_3()
    {
        using CliRun run = new();
        run.With("OPENCLAW_GATEWAY_PORT", "1");
        Assert.Equal(3, await run.InvokeAsync("gateway", "status", "--json"));
        Assert.False(run.Json.GetProperty("ok").GetBoolean());
        Assert.False(run.Json.GetProperty("gateway").GetProperty("reachable").GetBoolean());
        Assert.Equal("gateway_transport_error", run.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.EndsWith("/.openclaw/openclaw.json", run.Json.GetProperty("config").GetProperty("path").GetString());
    }

    [Fact]
    public async Task Probe_connects_as_a_probe_and_tells_what_is_missing()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("health", """{"ok":true}""").Answers("status", "{}").Answers("system-presence", "[]");
        gateway.Refuses("config.get", """{"code":"FORBIDDEN","message":"missing scope: operator.read","details":{"code":"MISSING_SCOPE"}}""");
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("gateway", "probe", "--json"));
        Assert.True(run.Json.GetProperty("degraded").GetBoolean());
        Assert.Equal("config.get", run.Json.GetProperty("errors")[0].GetProperty("method").GetString());
        JsonElement connect = gateway.Calls("connect").Single().GetProperty("params");
        Assert.Equal("probe", connect.GetProperty("client").GetProperty("mode").GetString());
        Assert.Equal(3, connect.GetProperty("minProtocol").GetInt32());
    }

    [Fact]
    public async Task Models_list_is_a_table_keys_or_json()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers(
            "models.list",
            """
            {"models":[{"id":"qwen3:8b","name":"Qwen","provider":"ollama","contextWindow":32768,"input":["text"],"tags":["default"],"available":true,"local":true},
             {"id":"gpt","name":"GPT","provider":"openai","contextWindow":128000,"input":["text","image"],"tags":[],"available":false}]}
            """);
        using CliRun table = new(gateway);
        Assert.Equal(0, await table.InvokeAsync("models", "list"));
        Assert.Equal(
            """
            MODEL            CONTEXT  INPUT       STATE        TAGS
            ollama/qwen3:8b  32.8k    text        available    default
            openai/gpt       128k     text+image  unreachable

            """,
            table.Out.ToString());
        using CliRun keys = new(gateway);
        Assert.Equal(0, await keys.InvokeAsync("models", "list", "--plain", "--local"));
        Assert.Equal("ollama/qwen3:8b\n", keys.Out.ToString());
        using CliRun json = new(gateway);
        Assert.Equal(0, await json.InvokeAsync("models", "list", "--json", "--provider", "openai"));
        Assert.Equal(1, json.Json.GetProperty("count").GetInt32());
        Assert.Equal("openai/gpt", json.Json.GetProperty("models")[0].GetProperty("key").GetString());
    }

    [Theory]
    [InlineData("ollama/qwen3", "true", 0)]
    [InlineData("ollama/qwen3", "false", 1)]
    [InlineData("ollama/other", "true", 1)]
    public async Task Models_status_checks_the_default(string primary, string available, int expected)
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("agents.list", "{\"defaultId\":\"main\",\"agents\":[{\"id\":\"main\",\"model\":{\"primary\":\"" + primary + "\",\"fallbacks\":[\"a/b\"]}}]}");
        gateway.Answers("models.list", "{\"models\":[{\"id\":\"qwen3\",\"provider\":\"ollama\",\"available\":" + available + "}]}");
        using CliRun run = new(gateway);
        Assert.Equal(expected, await run.InvokeAsync("models", "status", "--check", "--json"));
        Assert.Equal(primary, run.Json.GetProperty("defaultModel").GetString());
        Assert.Equal("a/b", run.Json.GetProperty("fallbacks")[0].GetString());
        using CliRun alone = new(gateway);
        Assert.Equal(0, await alone.InvokeAsync("models"));
        Assert.Contains(primary, alone.Out.ToString());
    }

    [Fact]
    public async Task Logs_show_the_originals_lines_and_other_lines_as_they_are()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers(
            "logs.tail",
            """
            {"file":"/var/log/x","cursor":10,"size":10,"lines":[
             "{\"0\":\"{\\\"subsystem\\\":\\\"gateway\\\"}\",\"1\":\"listening\",\"_meta\":{\"logLevelName\":\"WARN\"},\"time\":\"2026-11-21T07:52:26.055Z\"}",
             "plain \u001b[31mtext"]}
            """);
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("logs", "--utc", "--limit", "7"));
        Assert.Equal("07:52:26.055 warn  [gateway] listening\nplain [31mtext\n", run.Out.ToString());
        Assert.Equal(
            """{"limit":7,"maxBytes":250000}""", gateway.Calls("logs.tail").Single().GetProperty("params").GetRawText());
        using CliRun json = new(gateway);
        Assert.Equal(0, await json.InvokeAsync("logs", "--json"));
        Assert.Equal(["meta", "log", "raw"], json.Lines.Select(line => line.GetProperty("type").GetString()));
        Assert.Equal("listening", json.Lines[1].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Logs_follow_from_where_they_were()
    {
        int polls = 0;
        await using ScriptedGateway gateway = new();
        gateway.On("logs.tail", call => Interlocked.Increment(ref polls) < 3
            ? call.AnswerAsync($$"""{"file":"f","cursor":{{polls * 10}},"size":10,"lines":["line {{polls}}"]}""")
            : call.RefuseAsync("""{"code":"INVALID_REQUEST","message":"enough"}"""));
        using CliRun run = new(gateway);
        Assert.Equal(1, await run.InvokeAsync("logs", "--follow", "--interval", "1"));
        Assert.Equal("line 1\nline 2\n", run.Out.ToString());
        Assert.Equal(
            [0L, 10L, 20L],
            gateway.Calls("logs.tail").Select(frame =>
                frame.GetProperty("params").TryGetProperty("cursor", out JsonElement cursor) ? cursor.GetInt64() : 0L));
    }

    [Fact]
    public async Task Dashboard_prints_the_address()
    {
        using CliRun run = new();
        Assert.Equal(0, await run.InvokeAsync("dashboard", "--no-open", "--port", "19000"));
        Assert.Equal("http://127.0.0.1:19000/\n", run.Out.ToString());
    }

    [Fact]
    public async Task Doctor_reports_and_repairs_only_when_asked()
    {
        await using ScriptedGateway gateway = new();
        using CliRun run = new(gateway) { Clock = new ManualTimeProvider(new DateTimeOffset(1970, 1, 2, 0, 0, 0, TimeSpan.Zero)) };
        string state = run.Home.Subdirectory(".openclaw");
        File.SetUnixFileMode(state, (UnixFileMode)0b111_101_101);
        Assert.Equal(0, await run.InvokeAsync("doctor", "--json"));
        Assert.False(run.Json.GetProperty("ok").GetBoolean());
        JsonElement[] findings = [.. run.Json.GetProperty("findings").EnumerateArray()];
        Assert.Contains(findings, finding => finding.GetProperty("checkId").GetString() == "edge/doctor/clock");
        JsonElement modes = findings.Single(finding => finding.GetProperty("checkId").GetString() == "edge/doctor/file-modes");
        Assert.Equal($"chmod 700 {state}", modes.GetProperty("fixHint").GetString());
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(state));

        Assert.Equal(1, await run.InvokeAsync("doctor", "--fix", "--yes", "--lint"));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(state));
        Assert.Contains("✓ repaired: ", run.Out.ToString());
    }
}
