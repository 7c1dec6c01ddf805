using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class ConfigValidatorTests
{
    [Fact]
    public void All_problems_are_named_in_one_pass_worst_first()
    {
        ConfigSnapshot loaded = Loaded.Text("""
            {
              gatway: {},
              gateway: { port: 70000, reload: { mode: "hybird" } },
              agents: { defaults: { timeoutSeconds: "soon", maxConcurrent: 0 } },
              cron: [],
            }
            """);
        Assert.False(loaded.Valid);
        Assert.Equal(
            ["gateway.port:3", "agents.defaults.maxConcurrent:4", "agents.defaults.timeoutSeconds:4", "cron:5", "gateway.reload.mode:3", "gatway:2"],
            loaded.Problems.OrderByDescending(p => p.Severity).ThenBy(p => p.Path, StringComparer.Ordinal).Select(p => $"{p.Path}:{p.Line}"));
        Assert.All(loaded.Problems, problem => Assert.False(string.IsNullOrEmpty(problem.Fix)));
    }

    [Fact]
    public void An_unknown_key_warns_and_guesses_what_was_meant()
    {
        ConfigSnapshot loaded = Loaded.Text("{ gateway: { prot: 1 }, zzzzqqqq: 1 }");
        Assert.True(loaded.Valid);
        Assert.Equal("Did you mean gateway.port?", loaded.Problems.Single(p => p.Path == "gateway.prot").Fix);
        Assert.All(loaded.Problems, p => Assert.Equal(ProblemSeverity.Warning, p.Severity));
    }

    [Fact]
    public void A_wrong_value_of_a_harmless_key_leaves_its_default()
    {
        ConfigSnapshot loaded = Loaded.Text("{ messages: { queue: { cap: 'many', mode: 'interrupt' } } }");
        Assert.True(loaded.Valid);
        Assert.Equal((20, "interrupt"), (loaded.Config.Messages.Queue.Cap, loaded.Config.Messages.Queue.Mode));
        Assert.Equal(ProblemSeverity.Error, Assert.Single(loaded.Problems).Severity);
    }

    [Theory]
    [InlineData("{ gateway: { port: 70000 } }")]
    [InlineData("{ gateway: { bind: 'everywhere' } }")]
    [InlineData("{ gateway: { bind: 'custom' } }")]
    [InlineData("{ gateway: { auth: { mode: 'tokn' } } }")]
    [InlineData("{ gateway: { auth: { token: {} } } }")]
    [InlineData("{ gateway: { auth: 5 } }")]
    [InlineData("{ gateway: 'x' }")]
    [InlineData("{ gateway: { tls: { enabled: 'maybe' } } }")]
    [InlineData("{ gateway: { tls: { enabled: true, certPath: '/a' } } }")]
    [InlineData("{ gateway: { auth: { mode: 'trusted-proxy' } } }")]
    [InlineData("{ gateway: { auth: { token: '${NOT_SET}' } } }")]
    [InlineData("[]")]
    [InlineData("{")]
    public void What_guards_the_door_stops_the_start(string json5) => Assert.False(Loaded.Text(json5).Valid);

    [Theory]
    [InlineData("{ gateway: { port: '18790' } }")]
    [InlineData("{ gateway: { port: 18790.0 } }")]
    [InlineData("{ gateway: { port: 0x4966 } }")]
    [InlineData("{ gateway: { port: '${P}' } }")]
    public void Numbers_may_be_written_as_text(string json5)
    {
        ConfigSnapshot loaded = Loaded.Text(json5, ("P", "18790"));
        Assert.Empty(loaded.Problems);
        Assert.Equal(18790, loaded.Config.Gateway.Port);
    }

    [Fact]
    public void Null_asks_for_the_default() => Assert.Empty(Loaded.Text("{ gateway: { port: null }, logging: null }").Problems);

    [Fact]
    public void A_secret_of_the_wrong_kind_is_not_shown()
    {
        ConfigSnapshot loaded = Loaded.Text("{ gateway: { auth: { token: ['hunter2secret'] } }, hooks: { token: 'short' } }");
        Assert.DoesNotContain(loaded.Problems, problem => problem.ToString().Contains("hunter2", StringComparison.Ordinal)
            || problem.Message.Contains("\"short\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Broken_agents_and_models_are_left_out_and_the_rest_stays()
    {
        ConfigSnapshot loaded = Loaded.Text("""
            { agents: { list: [{ id: "a b" }, { id: "ok" }, { id: "OK" }, {}] },
              models: { providers: { x: { baseUrl: "not a url", models: [{ name: "n" }, "good"] } } } }
            """);
        Assert.True(loaded.Valid);
        Assert.Equal(["ok"], loaded.Config.Agents.List.Select(agent => agent.Id));
        Assert.Equal(["good"], loaded.Config.Models.Providers["x"].Models.Select(model => model.Id));
        Assert.Null(loaded.Config.Models.Providers["x"].BaseUrl);
        Assert.Equal(5, loaded.Problems.Count(problem => problem.Severity == ProblemSeverity.Error));
    }

    [Theory]
    [InlineData("changeme-changeme-changeme")]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("0123456789abcdefghij")]
    [InlineData("your-token-here-1234567")]
    public void Weak_tokens_are_told(string token)
    {
        ConfigProblem problem = Assert.Single(Loaded.Text($"{{ gateway: {{ auth: {{ token: '{token}' }} }} }}").Problems);
        Assert.Equal(("gateway.auth.token", ProblemSeverity.Warning), (problem.Path, problem.Severity));
    }

    [Theory]
    [InlineData("30m", 1800)]
    [InlineData("1h30m", 5400)]
    [InlineData("90s", 90)]
    [InlineData("500ms", 0.5)]
    [InlineData("2d", 172800)]
    [InlineData("15", 900)]
    [InlineData("0m", 0)]
    public void Lengths_of_time_are_read(string text, double seconds)
    {
        Assert.True(ConfigValues.TryParseSpan(text, out TimeSpan span));
        Assert.Equal(seconds, span.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("-5m")]
    [InlineData("99999999d")]
    public void Other_texts_are_no_length_of_time(string text) => Assert.False(ConfigValues.TryParseSpan(text, out _));

    [Fact]
    public void Every_key_and_variable_is_in_the_reference()
    {
        string reference = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "corpus", "config.md"));
        Assert.All(ConfigKeys.All, key => Assert.Contains($"`{key.Path}`", reference, StringComparison.Ordinal));
        Assert.All(EnvironmentReport.Known, entry => Assert.Contains($"`{entry.Name}`", reference, StringComparison.Ordinal));
    }

    [Fact]
    public void No_key_stands_twice() =>
        Assert.Equal(ConfigKeys.All.Count, ConfigKeys.All.Select(key => key.Path).Distinct().Count());

    [Fact]
    public void Mutated_files_never_throw()
    {
        var random = new Random(7);
        byte[] sample = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "corpus", "config", "004-full.json5"));
        for (int round = 0; round < 1000; round++)
        {
            byte[] text = [.. sample];
            for (int i = 0; i < 4; i++)
            {
                text[random.Next(text.Length)] = (byte)"{}[]:,\"'$ 0anx\n"[random.Next(15)];
            }
            Assert.NotNull(Loaded.Text(System.Text.Encoding.UTF8.GetString(text)).Config);
        }
    }
}
