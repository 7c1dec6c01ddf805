using System.Text.Json;
using OpenClaw.Edge.Cli.Checks;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Bus;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary><c>openclaw doctor</c> on what waits for a person or fails unseen at a running gateway, and on its unit.</summary>
public sealed class DoctorWaitingTests : IDisposable
{
    private const string Nothing = """{"pending":[],"paired":[]}""";
    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task Devices_nodes_and_commands_that_wait_are_counted_and_named_in_the_hint()
    {
        await using ScriptedGateway gateway = Gateway();
        gateway.Answers("device.pair.list", """{"pending":[{"requestId":"r1","displayName":"Anna's phone","remoteIp":"192.168.7.20"}],"paired":[]}""");
        gateway.Answers("node.pair.list", """{"pending":[{"requestId":"r2","nodeId":"shed"}]}""");
        gateway.Answers("exec.approval.list", """[{"id":"a1","request":{"command":"reboot --now"}}]""");

        JsonElement[] found = await FindingsAsync(gateway);

        JsonElement pairing = Of(found, "edge/doctor/pairing");
        Assert.Equal("devices and nodes wait for approval: 2", pairing.GetProperty("message").GetString());
        Assert.StartsWith("Anna's phone from 192.168.7.20; shed; 'openclaw devices list'", pairing.GetProperty("fixHint").GetString());
        JsonElement approvals = Of(found, "edge/doctor/approvals");
        Assert.Equal("commands wait for approval: 1", approvals.GetProperty("message").GetString()); // what people typed stays out of reports
        Assert.Contains("reboot --now", approvals.GetProperty("fixHint").GetString());
        Assert.Equal(["operator.read", "operator.pairing", "operator.approvals"], gateway.Calls("connect").First()
            .GetProperty("params").GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()!));
    }

    [Fact]
    public async Task Jobs_that_fail_and_jobs_that_were_switched_off_are_named_and_others_are_not()
    {
        await using ScriptedGateway gateway = Gateway();
        gateway.Answers(
            "cron.list",
            """
            {"jobs":[{"id":"j1","name":"weather","enabled":true,"state":{"consecutiveErrors":3,"lastError":"no model"}},
             {"id":"j2","name":"backup","enabled":false,"state":{"consecutiveErrors":9,"autoDisabled":{"reason":"consecutive-failures","atMs":1}}},
             {"id":"j3","name":"resting","enabled":false,"state":{"consecutiveErrors":2}},
             {"id":"j4","name":"well","enabled":true,"state":{}}]}
            """);

        JsonElement[] found = [.. (await FindingsAsync(gateway)).Where(finding => finding.GetProperty("checkId").GetString() == "edge/doctor/cron")];

        Assert.Equal(["job j1 has failed 3 times in a row", "job j2 was switched off: consecutive-failures"], found.Select(finding => finding.GetProperty("message").GetString()!));
        Assert.Equal(["warning", "error"], found.Select(finding => finding.GetProperty("severity").GetString()!));
        Assert.StartsWith("weather: no model; see 'openclaw cron runs j1'", found[0].GetProperty("fixHint").GetString());
        Assert.Contains("openclaw cron enable j2", found[1].GetProperty("fixHint").GetString());
        Assert.True(gateway.Calls("cron.list").Single().GetProperty("params").GetProperty("includeDisabled").GetBoolean());
    }

    [Theory]
    [InlineData("false", "true", true)]
    [InlineData("true", "true", false)]
    [InlineData("false", "false", false)] // the server is down: another check says so
    public async Task A_default_model_that_its_server_does_not_have_is_an_error(string chosen, string other, bool named)
    {
        await using ScriptedGateway gateway = Gateway();
        gateway.Answers(
            "models.list",
            "{\"models\":[{\"id\":\"qwen3:8b\",\"provider\":\"ollama\",\"tags\":[\"default\"],\"available\":" + chosen + "},"
            + "{\"id\":\"gemma:2b\",\"provider\":\"ollama\",\"tags\":[],\"available\":" + other + "}]}");

        JsonElement[] found = await FindingsAsync(gateway);

        Assert.Equal(named, found.Any(finding => finding.GetProperty("checkId").GetString() == "edge/doctor/model"
            && finding.GetProperty("message").GetString()!.Contains("ollama/qwen3:8b is not on its server, which has ollama/gemma:2b", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Where_nothing_waits_nothing_is_found_and_an_older_gateway_is_no_error()
    {
        await using ScriptedGateway gateway = Gateway();
        await using ScriptedGateway older = new();
        older.Answers("health", """{"ok":true}""");

        string[] found = [.. (await FindingsAsync(gateway)).Concat(await FindingsAsync(older)).Select(finding => finding.GetProperty("checkId").GetString()!)];

        Assert.DoesNotContain(found, id => id is "edge/doctor/pairing" or "edge/doctor/approvals" or "edge/doctor/cron" or "edge/doctor/model" or "edge/doctor/unit");
    }

    [Theory]
    [InlineData("failed", "enabled", "error", "journalctl -u openclaw.service -n 20")]
    [InlineData("active", "disabled", "warning", "sudo systemctl enable openclaw.service")]
    [InlineData("active", "enabled", null, null)]
    public async Task A_service_that_failed_or_is_gone_after_a_restart_is_named(string active, string file, string? severity, string? hint)
    {
        Assert.SkipUnless(GatewayServiceTests.HasLibrary, "libsystemd is not installed");
        using ScriptedSystemd systemd = new(_dir.PathOf("bus"));
        systemd.Knows("openclaw.service", active, file);
        await using ScriptedGateway gateway = Gateway();

        JsonElement[] found = [.. (await FindingsAsync(gateway, systemd.Address)).Where(finding => finding.GetProperty("checkId").GetString() == "edge/doctor/unit")];

        Assert.Equal(severity is null ? 0 : 1, found.Length);
        Assert.All(found, finding => Assert.Equal((severity, true), (finding.GetProperty("severity").GetString(), finding.GetProperty("fixHint").GetString()!.Contains(hint!, StringComparison.Ordinal))));
    }

    [Fact]
    public void Every_proxy_of_the_world_trusted_is_an_error()
    {
        ProcessEnvironment environment = new(new Dictionary<string, string> { ["HOME"] = _dir.Root }, _dir.Root);
        _dir.Write(".openclaw/openclaw.json", "{ gateway: { trustedProxies: ['127.0.0.1', '0.0.0.0/0'] } }");
        StatePaths paths = StatePaths.Resolve(environment);

        Finding found = Assert.Single(
            ConfigChecks.Check(ConfigLoader.Load(paths, environment), paths, TimeProvider.System), finding => finding.Path == "gateway.trustedProxies");

        Assert.Equal(FindingSeverity.Error, found.Severity);
        Assert.Contains("0.0.0.0/0", found.Message, StringComparison.Ordinal);
    }

    private static ScriptedGateway Gateway() => new ScriptedGateway()
        .Answers("health", """{"ok":true}""").Answers("device.pair.list", Nothing).Answers("node.pair.list", Nothing).Answers("exec.approval.list", "[]")
        .Answers("cron.list", """{"jobs":[]}""").Answers("models.list", """{"models":[]}""");

    private static JsonElement Of(JsonElement[] found, string id) => found.Single(finding => finding.GetProperty("checkId").GetString() == id);

    private async Task<JsonElement[]> FindingsAsync(ScriptedGateway gateway, string? bus = null)
    {
        using CliRun run = new CliRun(gateway).With("DBUS_SYSTEM_BUS_ADDRESS", bus ?? $"unix:path={_dir.PathOf("nobody")}");
        Assert.Equal(0, await run.InvokeAsync("doctor", "--json"));
        return [.. run.Json.GetProperty("findings").EnumerateArray()];
    }
}
