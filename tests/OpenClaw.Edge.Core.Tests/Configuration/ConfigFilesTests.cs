using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Security;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

/// <summary>What touches the disk: includes, store, watcher, editor, token.</summary>
public sealed class ConfigFilesTests : IDisposable
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(5);

    private readonly string _dir = Directory.CreateTempSubdirectory("edge-config-").FullName;

    public void Dispose() => Directory.Delete(_dir, recursive: true);

    [Fact]
    public void Includes_merge_and_what_stands_beside_them_wins()
    {
        Write("openclaw.json", "{ $include: ['./one.json5', 'sub/two.json5'], logging: { level: 'debug' }, models: { $include: 'models.json5' } }");
        Write("one.json5", "{ gateway: { port: 1111, mode: 'local' }, logging: { level: 'warn', file: '/x' } }");
        Write("sub/two.json5", "{ gateway: { port: 2222, $include: 'three.json5' } }");
        Write("sub/three.json5", "{ bind: 'lan', port: 3333 }");
        Write("models.json5", "{ providers: { a: { baseUrl: 'http://a' } } }");
        ConfigSnapshot loaded = Load();
        Assert.Empty(loaded.Problems);
        Assert.Equal((2222, "lan"), (loaded.Config.Gateway.Port, loaded.Config.Gateway.Bind));
        Assert.Equal(("debug", "/x"), (loaded.Config.Logging.Level, loaded.Config.Logging.File));
        Assert.Equal("http://a", loaded.Config.Models.Providers["a"].BaseUrl);
        Assert.Equal(4, loaded.Includes.Count);
    }

    [Fact]
    public void A_problem_in_an_include_names_its_file_and_line()
    {
        Write("openclaw.json", "{ $include: 'one.json5' }");
        Write("one.json5", "{\n\n gateway: { port: 70000 } }");
        ConfigProblem problem = Assert.Single(Load().Problems);
        Assert.Equal((Path.Combine(_dir, "one.json5"), 3), (problem.File, problem.Line));
    }

    [Fact]
    public void Circles_are_refused_and_the_chain_is_named()
    {
        Write("openclaw.json", "{ $include: 'a.json5' }");
        Write("a.json5", "{ $include: 'b.json5' }");
        Write("b.json5", "{ $include: 'a.json5' }");
        ConfigSnapshot loaded = Load();
        Assert.False(loaded.Valid);
        Assert.Contains("b.json5 → ", Assert.Single(loaded.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Includes_go_ten_deep(int depth, bool valid)
    {
        Write("openclaw.json", "{ $include: 'i1.json5' }");
        for (int i = 1; i <= depth; i++)
        {
            Write($"i{i}.json5", i == depth ? "{ gateway: { port: 77 } }" : $"{{ $include: 'i{i + 1}.json5' }}");
        }
        Assert.Equal(valid, Load().Valid);
    }

    [Fact]
    public void A_missing_include_stops_the_start_and_names_the_file()
    {
        Write("openclaw.json", "{ $include: 'none.json5' }");
        Assert.Contains("none.json5", Assert.Single(Load().Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_file_means_defaults_and_an_empty_one_too()
    {
        Assert.True(Load() is { Exists: false, Valid: true });
        Write("openclaw.json", "// nothing\n");
        Assert.True(Load() is { Exists: true, Valid: true, Problems.Count: 0 });
    }

    [Fact]
    public void Yaml_gets_a_clear_word()
    {
        Write("config.yaml", "gateway:\n  port: 1\n");
        ProcessEnvironment environment = Environment(("OPENCLAW_CONFIG", Path.Combine(_dir, "config.yaml")));
        ConfigProblem problem = Assert.Single(ConfigLoader.Load(StatePaths.Resolve(environment), environment).Problems);
        Assert.Contains("YAML", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_dot_env_of_the_state_folder_is_read_last()
    {
        Write("openclaw.json", "{ agents: { defaults: { heartbeat: { prompt: '${A} ${B}' } } } }");
        Write(".env", "A=file\nB=file\n");
        ProcessEnvironment environment = Environment(("A", "real"));
        Assert.Equal("real file", ConfigLoader.Load(StatePaths.Resolve(environment), environment).Config.Agents.Defaults.Heartbeat.Prompt);
    }

    [Fact]
    public async Task A_bad_reload_keeps_what_is_in_force_and_raises_the_warnable()
    {
        Write("openclaw.json", "{ gateway: { port: 1111 } }");
        var health = new HealthBoard();
        ConfigStore store = Open(health);
        int calls = 0;
        using IDisposable subscription = store.OnChanged(_ => calls++);
        Write("openclaw.json", "{ gateway: { port: 70000 } }");
        Assert.NotEmpty(await store.ReloadAsync(CancellationToken.None));
        Assert.Equal((1111, 0), (store.Current.Config.Gateway.Port, calls));
        Assert.Equal(ConfigStore.ReloadFailedCode, Assert.Single(health.Active).Code);

        Write("openclaw.json", "{ gateway: { port: 2222 } }");
        await store.ReloadAsync(CancellationToken.None);
        Assert.Equal((2222, 1), (store.Current.Config.Gateway.Port, calls));
        Assert.Empty(health.Active);
    }

    [Fact]
    public void A_broken_file_at_the_start_is_stood_in_for_by_the_last_good_copy()
    {
        Write("openclaw.json", "{ gateway: { port: 1111, auth: { token: '${T}' } } }");
        ProcessEnvironment environment = Environment(("T", "Zk3jf8Jq0LmZx72Tq9aVbQw"));
        StatePaths paths = StatePaths.Resolve(environment);
        Assert.True(ConfigStore.Open(paths, environment, new HealthBoard()).Current.Valid);
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(paths.LastGoodConfigPath));
        Assert.DoesNotContain("Zk3j", File.ReadAllText(paths.LastGoodConfigPath), StringComparison.Ordinal);

        Write("openclaw.json", "{ gateway: { port: ");
        var health = new HealthBoard();
        ConfigSnapshot used = ConfigStore.Open(paths, environment, health).Current;
        Assert.True(used is { Valid: true, FromLastGood: true, Config.Gateway.Port: 1111 });
        Assert.NotEmpty(used.Problems);
        Assert.Equal(ConfigStore.LastGoodCode, Assert.Single(health.Active).Code);
    }

    [Fact]
    public void A_broken_first_file_gives_the_list()
    {
        Write("openclaw.json", "{ gateway: { port: ");
        Assert.False(Open(new HealthBoard()).Current.Valid);
    }

    [Fact]
    public async Task A_change_is_noticed_also_when_the_editor_renames()
    {
        Write("openclaw.json", "{ gateway: { port: 1111, reload: { debounceMs: 10 } } }");
        ConfigStore store = Open(new HealthBoard());
        using var changed = new SemaphoreSlim(0);
        using IDisposable subscription = store.OnChanged(_ => changed.Release());
        await using var watcher = new ConfigWatcher(store, TimeProvider.System);
        Assert.Equal([_dir], watcher.Folders);
        Write("openclaw.json", "{ gateway: { port: 2222, reload: { debounceMs: 10 } } }");
        Assert.True(await changed.WaitAsync(Guard));
        Write("draft", "{ gateway: { port: 3333, reload: { debounceMs: 10 } } }");
        File.Move(Path.Combine(_dir, "draft"), Path.Combine(_dir, "openclaw.json"), overwrite: true);
        while (store.Current.Config.Gateway.Port != 3333)
        {
            Assert.True(await changed.WaitAsync(Guard));
        }
    }

    [Fact]
    public void The_editor_keeps_comments_makes_a_copy_and_writes_privately()
    {
        string path = Write("openclaw.json", "{\n  gateway: { port: 1111 }, // mine\n}\n");
        ProcessEnvironment environment = Environment();
        var editor = new ConfigEditor(StatePaths.Resolve(environment), environment);
        Assert.True(editor.Set("gateway.port", "2222") is { Accepted: true, Changed: true });
        Assert.Equal("{\n  gateway: { port: 2222 }, // mine\n}\n", File.ReadAllText(path));
        Assert.Equal("{\n  gateway: { port: 1111 }, // mine\n}\n", File.ReadAllText(path + ".bak"));
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(path));
        Assert.True(editor.Set("gateway.port", "2222") is { Accepted: true, Changed: false });
        Assert.True(editor.Set("gateway.port", "70000") is { Accepted: false });
        Assert.True(editor.Unset("gateway.port").Accepted);
        Assert.Equal("{\n  gateway: {  }, // mine\n}\n", File.ReadAllText(path));
        ProcessEnvironment locked = Environment(("OPENCLAW_CONFIG_READONLY", "1"));
        Assert.Contains("read-only", new ConfigEditor(StatePaths.Resolve(locked), locked).Set("gateway.port", "1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_the_environment_hides_is_judged_all_the_same()
    {
        string path = Write("openclaw.json", "{ gateway: { port: 1111 } }");
        ProcessEnvironment environment = Environment(("OPENCLAW_GATEWAY_PORT", "2222"), ("OPENCLAW_GATEWAY_PASSWORD", "a-long-password-of-the-test"));
        var editor = new ConfigEditor(StatePaths.Resolve(environment), environment);

        ConfigEdit refused = editor.Set("gateway.port", "\"abc\"");

        Assert.False(refused.Accepted);
        Assert.Contains("without what the environment sets", refused.Error, StringComparison.Ordinal);
        Assert.Equal("{ gateway: { port: 1111 } }", File.ReadAllText(path));
        Assert.True(editor.Set("gateway.auth.mode", "\"password\"").Accepted); // the environment has it
    }

    [Fact]
    public void A_token_is_made_once_and_kept_privately()
    {
        ProcessEnvironment environment = Environment();
        StatePaths paths = StatePaths.Resolve(environment);
        GatewaySecret first = GatewayTokenSource.Resolve(new EdgeConfig(), environment, paths);
        GatewaySecret second = GatewayTokenSource.Resolve(new EdgeConfig(), environment, paths);
        Assert.True(first is { Generated: true, Weak: false, AuthMode: "token", Token.Length: 43 });
        Assert.Equal((first.Token, false), (second.Token, second.Generated));
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(paths.TokenPath));
        Assert.DoesNotContain(first.Token!, first.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_come_from_flag_environment_configuration_and_credential_in_this_order()
    {
        Write("credentials/gateway-token", "from-credential-1a2b3c\n");
        (string, string) credentials = ("CREDENTIALS_DIRECTORY", Path.Combine(_dir, "credentials"));
        var config = new EdgeConfig { Gateway = new GatewayConfig { Auth = new AuthConfig { Token = "from-config-1a2b3c4d" } } };
        ProcessEnvironment full = Environment(("OPENCLAW_GATEWAY_TOKEN", "from-env-1a2b3c4d5e"), ("GATEWAY_TOKEN", "x"), credentials);
        StatePaths paths = StatePaths.Resolve(full);
        Assert.Equal("--token", GatewayTokenSource.Resolve(config, full, paths, "from-flag-1a2b3c4d5e").Source);
        Assert.Equal("OPENCLAW_GATEWAY_TOKEN", GatewayTokenSource.Resolve(config, full, paths).Source);
        Assert.Equal("gateway.auth.token", GatewayTokenSource.Resolve(config, Environment(credentials), paths).Source);
        Assert.Equal("from-credential-1a2b3c", GatewayTokenSource.Resolve(new EdgeConfig(), Environment(credentials), paths).Token);
        Assert.False(File.Exists(paths.TokenPath));
    }

    [Theory]
    [InlineData("loopback", "token", "weak", true)]
    [InlineData("lan", "token", "weak", false)]
    [InlineData("lan", "none", null, false)]
    [InlineData("lan", "token", "Zk3jf8Jq0LmZx72Tq9aVbQw", true)]
    [InlineData("loopback", "none", null, true)]
    [InlineData("loopback", "password", null, false)]
    [InlineData("tailnet", "token", "Zk3jf8Jq0LmZx72Tq9aVbQw", false)]
    public void Doors_open_only_with_a_lock(string bind, string mode, string? token, bool opens)
    {
        var secret = new GatewaySecret { AuthMode = mode, Token = token, Source = "test", Weak = token == "weak", WeakReason = "short" };
        BindDecision decision = BindPolicy.Decide(new GatewayConfig { Bind = bind }, secret, () => []);
        Assert.Equal(opens, decision.Refusal is null);
        Assert.True(opens || decision.Refusal!.Contains("Fix:", StringComparison.Ordinal));
        Assert.Equal(opens, decision.Endpoints.Count > 0);
    }

    [Fact]
    public void Secrets_are_hidden_and_put_back()
    {
        byte[] json = Encoding.UTF8.GetBytes("""
            {"gateway":{"auth":{"mode":"token","token":"abc"}},"models":{"providers":{"x":{"apiKey":"${K}","headers":{"X-Any":"h"},"models":[{"id":"m"}]}}},
            "channels":{"telegram":{"botToken":123}},"list":[{"password":"p"}]}
            """);
        byte[] hidden = ConfigRedaction.Redact(json);
        string text = Encoding.UTF8.GetString(hidden);
        Assert.DoesNotContain("abc", text, StringComparison.Ordinal);
        Assert.DoesNotContain("123", text, StringComparison.Ordinal);
        Assert.Contains("\"apiKey\":\"${K}\"", text, StringComparison.Ordinal);
        Assert.Equal(4, text.Split(ConfigRedaction.Marker).Length - 1);
        using JsonDocument back = JsonDocument.Parse(ConfigRedaction.Restore(hidden, json));
        Assert.Equal("abc", back.RootElement.GetProperty("gateway").GetProperty("auth").GetProperty("token").GetString());
        Assert.Equal("p", back.RootElement.GetProperty("list")[0].GetProperty("password").GetString());
    }

    [Theory]
    [InlineData("a.b[0].c", "a|b|0|c")]
    [InlineData("a[\"x.y\"].c", "a|x.y|c")]
    [InlineData("['a']", "a")]
    [InlineData("models.providers.my-ollama", "models|providers|my-ollama")]
    [InlineData("a..b", null)]
    [InlineData("", null)]
    [InlineData("a.", null)]
    [InlineData("a[x]", null)]
    [InlineData("a[0", null)]
    [InlineData("a[\"x", null)]
    [InlineData(".a", null)]
    public void Paths_are_read(string path, string? steps)
    {
        bool good = ConfigPath.TryParse(path, out IReadOnlyList<object>? segments, out string? error);
        Assert.Equal(steps, good ? string.Join('|', segments!) : null);
        Assert.Equal(good, error is null);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_dir, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private ProcessEnvironment Environment(params (string Name, string Value)[] variables) =>
        new([KeyValuePair.Create("OPENCLAW_STATE_DIR", _dir), .. variables.Select(v => KeyValuePair.Create(v.Name, v.Value))], "/nowhere");

    private ConfigSnapshot Load() => ConfigLoader.Load(StatePaths.Resolve(Environment()), Environment());

    private ConfigStore Open(HealthBoard health) => ConfigStore.Open(StatePaths.Resolve(Environment()), Environment(), health);
}
