using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class ConfigOriginsTests : IDisposable
{
    private const string Before = """
        {
          // by hand
          logging: { level: "${LEVEL}", file: "/x" },
          models: { $include: "models.json5" },
          gateway: { auth: { token: "Zk3jf8Jq0LmZx72Tq9aVbQw" } },
        }
        """;

    private readonly string _dir = Directory.CreateTempSubdirectory("edge-origins-").FullName;

    public ConfigOriginsTests() =>
        File.WriteAllText(Path.Combine(_dir, "models.json5"), """{ providers: { a: { baseUrl: "http://a", apiKey: "sesame-of-the-include" } } }""");

    public void Dispose() => Directory.Delete(_dir, recursive: true);

    [Fact]
    public void What_was_shown_and_not_changed_keeps_its_origin()
    {
        string kept = Keep(shown => shown.Replace("\"/x\"", "\"/y\"", StringComparison.Ordinal));

        using JsonDocument file = JsonDocument.Parse(kept);
        Assert.Equal("""{"level":"${LEVEL}","file":"/y"}""", file.RootElement.GetProperty("logging").GetRawText());
        Assert.Equal("""{"$include":"models.json5"}""", file.RootElement.GetProperty("models").GetRawText());
        Assert.Equal(["auth"], file.RootElement.GetProperty("gateway").EnumerateObject().Select(member => member.Name)); // the port is the environment's
        Assert.False(file.RootElement.TryGetProperty("plugins", out _)); // and so is that key
    }

    [Fact]
    public void What_was_changed_is_taken_as_it_is()
    {
        string kept = Keep(shown => shown.Replace("\"warn\"", "\"error\"", StringComparison.Ordinal).Replace("19999", "20000", StringComparison.Ordinal));

        using JsonDocument file = JsonDocument.Parse(kept);
        Assert.Equal("error", file.RootElement.GetProperty("logging").GetProperty("level").GetString());
        Assert.Equal(20000, file.RootElement.GetProperty("gateway").GetProperty("port").GetInt32());
    }

    [Fact]
    public void What_comes_back_as_it_was_shown_leaves_the_file_alone() => Assert.Equal(Before, Keep(shown => shown));

    [Fact]
    public void A_text_of_a_person_is_left_alone()
    {
        const string Text = "{ logging: { level: 'warn' }, models: { providers: {} } } // mine";

        Assert.Equal(Text, Keep(_ => Text));
    }

    [Fact]
    public void What_an_included_file_holds_is_not_written_into_this_one()
    {
        Assert.Equal(
            "Config write would flatten $include-owned config at models; edit that include file directly or remove the $include first.",
            Keep(shown => shown.Replace("http://a", "http://b", StringComparison.Ordinal)));
    }

    // The text that is kept, or why none is.
    private string Keep(Func<string, string> change)
    {
        var environment = new ProcessEnvironment(
            [new("OPENCLAW_STATE_DIR", _dir), new("LEVEL", "warn"), new("OPENCLAW_GATEWAY_PORT", "19999"), new("BRAVE_API_KEY", "sesame-of-the-environment")], "/nowhere");
        StatePaths paths = StatePaths.Resolve(environment);
        byte[] before = Encoding.UTF8.GetBytes(Before);
        ConfigSnapshot shown = ConfigLoader.LoadText(before, paths, environment);
        string sent = change(Encoding.UTF8.GetString(ConfigRedaction.Redact(shown.Json.Span)));
        ConfigSnapshot alone = ConfigLoader.LoadText(before, paths, environment, overridden: false);
        return ConfigOrigins.TryKeep(Encoding.UTF8.GetBytes(sent), before, shown, alone, out byte[]? kept, out string? error)
            ? Encoding.UTF8.GetString(kept)
            : error;
    }
}
