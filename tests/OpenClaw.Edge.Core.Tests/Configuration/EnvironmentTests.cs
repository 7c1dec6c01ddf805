using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class EnvironmentTests
{
    [Fact]
    public void A_missing_variable_names_itself_and_the_key_and_does_not_stop_the_start()
    {
        ConfigSnapshot loaded = Loaded.Text("{ models: { providers: { q: { apiKey: '${NOT_SET}', baseUrl: 'http://h:1' } } } }");
        Assert.True(loaded.Valid);
        Assert.Null(loaded.Config.Models.Providers["q"].ApiKey);
        ConfigProblem problem = Assert.Single(loaded.Problems);
        Assert.Equal("models.providers.q.apiKey", problem.Path);
        Assert.Contains("NOT_SET", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a${X}b${X}", "a1b1")]
    [InlineData("$${X}", "${X}")]
    [InlineData("$X ${} ${1} $", "$X ${} ${1} $")]
    [InlineData("$$${X}", "$${X}")]
    [InlineData("${unclosed", "${unclosed")]
    public void Variables_are_replaced_in_texts(string text, string expected) =>
        Assert.Equal(expected, Loaded.Text($"{{ agents: {{ defaults: {{ heartbeat: {{ prompt: '{text}' }} }} }} }}", ("X", "1")).Config.Agents.Defaults.Heartbeat.Prompt);

    [Fact]
    public void Variables_of_the_file_stand_behind_the_environment()
    {
        ConfigSnapshot loaded = Loaded.Text("{ env: { vars: { A: 'file', B: 'b-${A}', C: '$${A}' } }, agents: { defaults: { heartbeat: { prompt: '${A} ${B} ${C}' } } } }", ("A", "real"));
        Assert.Equal("real b-real ${A}", loaded.Config.Agents.Defaults.Heartbeat.Prompt);
        Assert.Equal("b-real", loaded.Environment["B"]);
    }

    [Theory]
    [InlineData("OPENCLAW_GATEWAY_PORT", "1234", 1234, "loopback")]
    [InlineData("GATEWAY_PORT", "1234", 1234, "loopback")]
    [InlineData("OPENCLAW_GATEWAY_BIND", "lan", 5000, "lan")]
    [InlineData("OPENCLAW_GATEWAY_BIND", "0.0.0.0:18789", 18789, "lan")]
    [InlineData("OPENCLAW_GATEWAY_BIND", "[::1]:18789", 18789, "loopback")]
    [InlineData("OPENCLAW_GATEWAY_BIND", "192.168.1.5", 5000, "custom")]
    public void The_environment_wins_over_the_file(string name, string value, int port, string bind)
    {
        ConfigSnapshot loaded = Loaded.Text("{ gateway: { port: 5000 } }", (name, value));
        Assert.Empty(loaded.Complaints());
        Assert.Equal((port, bind), (loaded.Config.Gateway.Port, loaded.Config.Gateway.Bind));
    }

    [Fact]
    public void A_bad_variable_is_named_as_the_place()
    {
        ConfigProblem problem = Assert.Single(Loaded.Text("{}", ("OPENCLAW_GATEWAY_PORT", "eighty")).Problems);
        Assert.Equal(("OPENCLAW_GATEWAY_PORT", ProblemSeverity.Fatal), (problem.File, problem.Severity));
    }

    [Theory]
    [InlineData("LOG_LEVEL", "warn", "warn")]
    [InlineData("OPENCLAW_LOG_LEVEL", "WARNING", "warn")]
    [InlineData("DEBUG", "openclaw:*", "debug")]
    [InlineData("DEBUG", "other", "info")]
    public void Log_levels_have_many_names(string name, string value, string level) =>
        Assert.Equal(level, Loaded.Text("{}", (name, value)).Config.Logging.Level);

    [Fact]
    public void Switches_take_effect()
    {
        EdgeConfig config = Loaded.Text("{}", ("OPENCLAW_DISABLE_BONJOUR", "1"), ("OPENCLAW_SANDBOX", "on"), ("LOG_FORMAT", "text")).Config;
        Assert.Equal(("off", "non-main", "pretty"), (config.Discovery.MdnsMode, config.Agents.Defaults.Sandbox.Mode, config.Logging.ConsoleStyle));
        Assert.Equal("all", Loaded.Text("{ agents: { defaults: { sandbox: { mode: 'all' } } } }", ("OPENCLAW_SANDBOX", "1")).Config.Agents.Defaults.Sandbox.Mode);
    }

    [Fact]
    public void A_database_url_gets_a_clear_word() =>
        Assert.Contains("SQLite", Assert.Single(Loaded.Text("{}", ("DATABASE_URL", "postgresql://u:secret@h/db")).Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void The_report_tells_used_from_ignored_and_shows_no_value()
    {
        IReadOnlyList<EnvironmentEntry> report = EnvironmentReport.Of(Loaded.Environment(
            ("UV_THREADPOOL_SIZE", "16"), ("OPENCLAW_GATEWAY_TOKEN", "tops3cret"), ("GATEWAY_PORT", "1"), ("DATABASE_URL", "x"), ("UNRELATED", "1")));
        Assert.Equal(
            [("OPENCLAW_GATEWAY_TOKEN", EnvironmentEffect.Used), ("GATEWAY_PORT", EnvironmentEffect.Alias),
                ("DATABASE_URL", EnvironmentEffect.Refused), ("UV_THREADPOOL_SIZE", EnvironmentEffect.Ignored)],
            report.Select(entry => (entry.Name, entry.Effect)));
        Assert.DoesNotContain(report, entry => entry.Why.Contains("tops3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void Dot_env_lines_are_read()
    {
        IReadOnlyDictionary<string, string> values = DotEnvFile.Parse(
            "# c\nA=1\nexport B = two words # note\r\nC=\"x\\ny # no\" # yes\nD='$raw\\n'\nE=\nnonsense\nF=a#b\nG=\"two\nlines\"\nA=2\n");
        Assert.Equal("2", values["A"]);
        Assert.Equal("two words", values["B"]);
        Assert.Equal("x\ny # no", values["C"]);
        Assert.Equal("$raw\\n", values["D"]);
        Assert.Equal("", values["E"]);
        Assert.Equal("a#b", values["F"]);
        Assert.Equal("two\nlines", values["G"]);
        Assert.Equal(7, values.Count);
    }

    [Fact]
    public void Places_are_found_in_order()
    {
        (string, string)[] all =
        [
            ("OPENCLAW_STATE_DIR", "/s"), ("OPENCLAW_CONFIG_DIR", "/c"), ("DATA_DIR", "/d"), ("OPENCLAW_PROFILE", "work"),
            ("STATE_DIRECTORY", "/var/lib/openclaw:/x"), ("HOME", "/home/u"),
        ];
        string[] expected = ["/s", "/c", "/d", "/home/u/.openclaw-work", "/var/lib/openclaw", "/home/u/.openclaw"];
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(expected[i], StatePaths.Resolve(Loaded.Environment(all[i..])).StateDir);
        }
        Assert.Equal("/flag", StatePaths.Resolve(Loaded.Environment(all), stateDirFlag: "/flag").StateDir);
        Assert.Equal("/nowhere/home/.openclaw", StatePaths.Resolve(Loaded.Environment()).StateDir);
        Assert.Equal("/oh/.openclaw", StatePaths.Resolve(Loaded.Environment(("OPENCLAW_HOME", "/oh"), ("HOME", "/h"))).StateDir);
        Assert.Equal("/nowhere/rel/openclaw.json", StatePaths.Resolve(Loaded.Environment(("OPENCLAW_STATE_DIR", "rel"))).ConfigPath);
        Assert.Equal("/a.json", StatePaths.Resolve(Loaded.Environment(("OPENCLAW_CONFIG", "/b.yaml"), ("OPENCLAW_CONFIG_PATH", "/a.json"))).ConfigPath);
        Assert.Equal("/nowhere/home/.openclaw", StatePaths.Resolve(Loaded.Environment(), profile: "../../etc").StateDir);
    }

    [Fact]
    public void Without_a_home_there_is_still_a_place() =>
        Assert.StartsWith("/tmp/openclaw-", StatePaths.Resolve(new ProcessEnvironment([], "/")).StateDir, StringComparison.Ordinal);
}
