using System.Text.Json;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The <c>config</c> commands on a file, without a gateway: what they print, how they end, what they leave in the file.</summary>
public sealed class Edits_the_configuration : IDisposable
{
    private const string Written =
        """
        // this machine
        {
          gateway: {
            port: 19999, // the old one is taken
            auth: { token: "a-token-that-nobody-may-see-0123456789" },
          },
          agents: { defaults: { model: 'ollama/qwen3:8b' } },
        }

        """;

    private readonly TempDir home = new();

    public void Dispose() => home.Dispose();

    private string ConfigPath => home.PathOf(".openclaw/openclaw.json");

    [Fact]
    public async Task File_names_it_whether_it_is_there_or_not()
    {
        CommandRun before = (await RunAsync("config", "file")).Ends(0);
        Write(Written);
        CommandRun after = (await RunAsync("config", "file")).Ends(0);
        CommandRun profile = (await RunAsync("config", "file", "--profile", "work")).Ends(0);
        CommandRun flag = (await RunAsync("config", "file", "--config", home.PathOf("other.json5"))).Ends(0);

        Assert.Equal($"{ConfigPath}\n", after.Out);
        Assert.Equal(before.Out, after.Out);
        Assert.Equal($"{home.PathOf(".openclaw-work/openclaw.json")}\n", profile.Out);
        Assert.Equal($"{home.PathOf("other.json5")}\n", flag.Out);
    }

    [Fact]
    public async Task Get_prints_a_value_and_never_a_secret()
    {
        Write(Written);

        Assert.Equal("19999\n", (await RunAsync("config", "get", "gateway.port")).Ends(0).Out);
        Assert.Equal("ollama/qwen3:8b\n", (await RunAsync("config", "get", "agents.defaults.model.primary")).Ends(0).Out);
        Assert.Equal(19999, (await RunAsync("config", "get", "gateway", "--json")).Ends(0).Json.GetProperty("port").GetInt32());
        CommandRun everything = (await RunAsync("config", "get")).Ends(0);
        CommandRun missing = (await RunAsync("config", "get", "gateway.bind")).Ends(1);
        CommandRun slip = (await RunAsync("config", "get", "gateway..port")).Ends(2);

        Assert.Contains("19999", everything.Out);
        Assert.DoesNotContain("nobody-may-see", everything.Out);
        Assert.Contains("'gateway.bind' is not set", missing.Error);
        Assert.Contains("gateway.port", slip.Error);
    }

    [Fact]
    public async Task Set_changes_one_value_and_keeps_the_rest_to_the_letter()
    {
        Write(Written);

        CommandRun port = (await RunAsync("config", "set", "gateway.port", "20001")).Ends(0);
        (await RunAsync("config", "set", "agents.defaults.model", "lmstudio/qwen3-4b")).Ends(0);
        CommandRun same = (await RunAsync("config", "set", "gateway.port", "20001", "--json")).Ends(0);

        Assert.Equal($"changed gateway.port in {ConfigPath}\n", port.Out);
        Assert.False(same.Json.GetProperty("changed").GetBoolean());
        Assert.Equal(Written.Replace("19999", "20001").Replace("'ollama/qwen3:8b'", "\"lmstudio/qwen3-4b\""), await File.ReadAllTextAsync(ConfigPath));
    }

    [Fact]
    public async Task Set_makes_the_file_and_its_folder_for_the_owner_alone()
    {
        (await RunAsync("config", "set", "gateway.port", "20002")).Ends(0);

        Assert.Equal("20002\n", (await RunAsync("config", "get", "gateway.port")).Ends(0).Out);
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(ConfigPath));
    }

    [Fact]
    public async Task Unset_removes_one_value()
    {
        Write(Written);

        CommandRun unset = (await RunAsync("config", "unset", "gateway.port")).Ends(0);

        Assert.Equal($"changed gateway.port in {ConfigPath}\n", unset.Out);
        (await RunAsync("config", "get", "gateway.port")).Ends(1);
        Assert.StartsWith("// this machine\n{\n", await File.ReadAllTextAsync(ConfigPath));
        Assert.Contains("'ollama/qwen3:8b'", await File.ReadAllTextAsync(ConfigPath));
    }

    [Fact]
    public async Task A_value_that_cannot_stand_is_refused_and_the_file_stays()
    {
        Write(Written);

        CommandRun refused = (await RunAsync("config", "set", "gateway.port", "70000")).Ends(1);
        CommandRun json = (await RunAsync("config", "set", "gateway.port", "70000", "--json")).Ends(1);

        Assert.Contains("gateway.port", refused.Error);
        Assert.Contains("65535", refused.Error);
        Assert.False(json.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(Written, await File.ReadAllTextAsync(ConfigPath));
    }

    [Fact]
    public async Task Validate_names_every_problem_with_its_line()
    {
        Write("{\n  gateway: { port: 70000, bind: \"moon\" },\n  nonsense: true,\n}\n");

        CommandRun text = (await RunAsync("config", "validate")).Ends(1);
        JsonElement json = (await RunAsync("config", "validate", "--json")).Ends(1).Json;

        Assert.Equal(
            ["gateway.bind", "gateway.port"],
            json.GetProperty("issues").EnumerateArray().Select(issue => issue.GetProperty("path").GetString()).Order());
        Assert.All(json.GetProperty("issues").EnumerateArray(), issue => Assert.Equal(2, issue.GetProperty("line").GetInt32()));
        Assert.Contains("nonsense", json.GetProperty("warnings").GetRawText());
        Assert.Contains("gateway.port", text.Out);
        Assert.Contains("gateway.bind", text.Out);
        Assert.Contains("nonsense", text.Out);
        Assert.Contains($"not valid: {ConfigPath}", text.Out);
    }

    [Fact]
    public async Task Validate_is_content_with_a_good_file_and_with_none()
    {
        Assert.Contains("defaults apply", (await RunAsync("config", "validate")).Ends(0).Out);
        Write(Written);

        Assert.Contains($"valid: {ConfigPath}\n", (await RunAsync("config", "validate")).Ends(0).Out);
        Assert.True((await RunAsync("config", "validate", "--json")).Ends(0).Json.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Validate_says_which_variables_mean_nothing_here()
    {
        Dictionary<string, string> variables = new() { ["HOME"] = home.Root, ["NODE_OPTIONS"] = "--max-old-space-size=1536", ["LOG_LEVEL"] = "warn" };

        CommandRun text = (await CommandRun.OfAsync(variables, ["config", "validate"])).Ends(0);
        CommandRun json = (await CommandRun.OfAsync(variables, ["config", "validate", "--json"])).Ends(0);

        Assert.StartsWith("note: NODE_OPTIONS: the variable is ignored: tunes Node.js", text.Out);
        Assert.DoesNotContain("LOG_LEVEL", text.Out);
        JsonElement note = Assert.Single(json.Json.GetProperty("warnings").EnumerateArray());
        Assert.Equal(("NODE_OPTIONS", "info"), (note.GetProperty("path").GetString(), note.GetProperty("severity").GetString()));
    }

    [Fact]
    public async Task A_file_that_is_not_json5_is_told_with_its_line_and_left_alone()
    {
        Write("{\n  gateway: { port: 1 \n");

        CommandRun validate = (await RunAsync("config", "validate")).Ends(1);
        CommandRun set = (await RunAsync("config", "set", "gateway.port", "2")).Ends(1);

        Assert.Contains("line", validate.Out);
        Assert.Contains(ConfigPath, set.Error);
        Assert.Equal("{\n  gateway: { port: 1 \n", await File.ReadAllTextAsync(ConfigPath));
    }

    private Task<CommandRun> RunAsync(params string[] args) => CommandRun.OfAsync(new Dictionary<string, string> { ["HOME"] = home.Root }, args);

    private void Write(string json5) => home.Write(".openclaw/openclaw.json", json5);
}
