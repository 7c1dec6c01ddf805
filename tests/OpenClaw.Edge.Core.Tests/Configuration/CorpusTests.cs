using System.Text.Json;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

/// <summary>Configurations as tutorials and older releases write them: each loads, and means what it meant.</summary>
public sealed class CorpusTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "corpus", "config");

    private static readonly (string, string)[] Variables =
    [
        ("OPENCLAW_GATEWAY_TOKEN", "Zk3jf8Jq0LmZx72Tq9aVbQw"), ("DASHSCOPE_API_KEY", "sk-dash"), ("OPENAI_API_KEY", "sk-open"),
        ("WECHAT_WORK_SECRET", "wsecret"), ("WECHAT_WORK_TOKEN", "wtoken"), ("WECHAT_WORK_AES_KEY", "waes"),
        ("TELEGRAM_BOT_TOKEN", "123:abc"), ("DISCORD_BOT_TOKEN", "dtoken"), ("SILICONFLOW_API_KEY", "sk-sf"),
        ("GATEWAY_PASSWORD", "correct horse battery"),
    ];

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json5").Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Loads_without_error(string file)
    {
        ConfigSnapshot loaded = Load(file);
        Assert.DoesNotContain(loaded.Problems, problem => problem.Severity >= ProblemSeverity.Warning);
        Assert.True(loaded.Valid);
        using JsonDocument json = JsonDocument.Parse(loaded.Json);
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
    }

    [Fact]
    public void The_large_tutorial_means_what_it_says()
    {
        EdgeConfig config = Load("004-full.json5").Config;
        Assert.Equal(("local", 18789, "lan"), (config.Gateway.Mode, config.Gateway.Port, config.Gateway.Bind));
        Assert.Equal(("token", "Zk3jf8Jq0LmZx72Tq9aVbQw"), (config.Gateway.Auth.Mode, config.Gateway.Auth.Token));
        Assert.Equal(new RequestRateLimitConfig(), config.Gateway.RateLimit);
        Assert.Equal(3, config.Gateway.ControlUi.AllowedOrigins.Count);
        Assert.True(config.Gateway.Http.Endpoints.Responses.Enabled);
        Assert.Equal("hybrid", config.Gateway.Reload.Mode);
        Assert.Equal(("info", "pretty"), (config.Logging.Level, config.Logging.ConsoleStyle));
        Assert.Equal("vllm-local/Qwen3.5-35B", config.Agents.Defaults.Model.Primary);
        Assert.Equal(["bailian/qwen-max"], config.Agents.Defaults.Model.Fallbacks);
        Assert.Equal("fast", config.Agents.Defaults.Models["vllm-local/Qwen3.5-35B"].Alias);
        Assert.Equal(("vllm-local/Qwen3.5-35B", "vllm-code/Coder"), (
            config.Agents.Defaults.ImageModel!.Primary, $"vllm-code/{config.Models.Providers["vllm-code"].Models[0].Id}"));
        ModelProviderConfig bailian = config.Models.Providers["bailian"];
        Assert.Equal(("openai-completions", "sk-dash"), (bailian.Api, bailian.ApiKey));
        ModelConfig max = bailian.Models[0];
        Assert.Equal(("qwen-max", "Qwen Max", false, 262144, 65536), (max.Id, max.Name, max.Reasoning, max.ContextWindow, max.MaxTokens));
        Assert.Equal(new ModelCostConfig(0, 0, 0, 0), max.Cost);
        Assert.Equal(600, config.Agents.Defaults.TimeoutSeconds);
        Assert.Equal(20000, config.Agents.Defaults.Compaction.ReserveTokens);
        Assert.Equal((true, 4000), (config.Agents.Defaults.Compaction.MemoryFlush, config.Agents.Defaults.Compaction.MemoryFlushSoftThresholdTokens));
        Assert.Equal((TimeSpan.FromMinutes(30), "last", "08:00", "23:00"), (
            config.Agents.Defaults.Heartbeat.Every, config.Agents.Defaults.Heartbeat.Target,
            config.Agents.Defaults.Heartbeat.ActiveStart, config.Agents.Defaults.Heartbeat.ActiveEnd));
        Assert.Equal(("openai", "BAAI/bge-m3", "https://api.siliconflow.cn/v1", "sk-sf"), (
            config.Memory.Search.Provider, config.Memory.Search.Model, config.Memory.Search.RemoteBaseUrl, config.Memory.Search.RemoteApiKey));
        Assert.True(config.Tools.Exec.Enabled);
        Assert.True(config.Tools.Web.Search.Enabled);
        Assert.Equal((true, 2), (config.Cron.Enabled, config.Cron.MaxConcurrentRuns));
    }

    [Fact]
    public void Channels_come_in_canonical_shape()
    {
        IReadOnlyDictionary<string, JsonElement> channels = Load("004-channels.json5").Config.Channels;
        JsonElement telegram = channels["telegram"];
        Assert.Equal("123:abc", telegram.GetProperty("botToken").GetString());
        Assert.Equal("pairing", telegram.GetProperty("dmPolicy").GetString());
        Assert.Equal("partial", telegram.GetProperty("streaming").GetProperty("mode").GetString());
        Assert.False(telegram.TryGetProperty("dm", out _) || telegram.TryGetProperty("type", out _) || telegram.TryGetProperty("streamMode", out _));
        Assert.Equal("disabled", channels["discord"].GetProperty("dmPolicy").GetString());
        Assert.Equal("waes", channels["wechat-work"].GetProperty("encodingAesKey").GetString());
    }

    [Fact]
    public void The_sandbox_of_the_docker_tutorial_is_read_whole()
    {
        SandboxConfig sandbox = Load("001-sandbox.json5").Config.Agents.Defaults.Sandbox;
        Assert.Equal(("non-main", "agent", "none"), (sandbox.Mode, sandbox.Scope, sandbox.WorkspaceAccess));
        Assert.Equal(("1000:1000", 256, "1g", "2g", 1d), (
            sandbox.Docker.User, sandbox.Docker.PidsLimit, sandbox.Docker.Memory, sandbox.Docker.MemorySwap, sandbox.Docker.Cpus));
        Assert.Equal("1024:2048", sandbox.Docker.Ulimits["nofile"]);
        Assert.Equal("256", sandbox.Docker.Ulimits["nproc"]);
        Assert.Equal((24, 7, true), (sandbox.PruneIdleHours, sandbox.PruneMaxAgeDays, sandbox.BrowserEnabled));
        Assert.Contains("exec", sandbox.Tools.Allow);
        Assert.Contains("gateway", sandbox.Tools.Deny);
    }

    [Fact]
    public void The_first_release_style_is_understood()
    {
        ConfigSnapshot loaded = Load("legacy-agent.json5");
        EdgeConfig config = loaded.Config;
        Assert.Equal("anthropic/claude-opus", config.Agents.Defaults.Model.Primary);
        Assert.Equal(["main", "coder"], config.Agents.List.Select(agent => agent.Id));
        Assert.True(config.Agents.List[0].Default);
        Assert.Equal("hybrid", config.Gateway.Reload.Mode);
        Assert.Equal("bar", loaded.Environment["FOO"]);
    }

    [Fact]
    public void The_shipped_example_loads_without_a_word()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "corpus", "openclaw.example.json5");
        ConfigSnapshot loaded = Loaded.Text(File.ReadAllText(path), Variables);
        Assert.Empty(loaded.Problems);
    }

    private static ConfigSnapshot Load(string file) => Loaded.Text(File.ReadAllText(Path.Combine(Folder, file)), Variables);
}
