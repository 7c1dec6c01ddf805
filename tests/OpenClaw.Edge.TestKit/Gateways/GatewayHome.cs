namespace OpenClaw.Edge.TestKit.Gateways;

/// <summary>Everything one gateway owns on disk: state directory, configuration, workspace; deleted on dispose. Survives restarts of its gateway.</summary>
public sealed class GatewayHome : IDisposable
{
    private readonly TempDir root = new();

    /// <summary>Makes a home whose configuration names <paramref name="model"/> as provider <c>lab</c> (Ollama's wire) and <c>labopen</c> (OpenAI's), with room for many turns at once.</summary>
    /// <param name="model">Root of a scripted model server.</param>
    /// <param name="more">Further members of the configuration's root object, JSON5, each with a comma behind it.</param>
    public GatewayHome(Uri model, string more = "")
    {
        ModelUri = model;
        WriteConfig(more);
    }

    /// <summary>The shared secret in the configuration.</summary>
    public string Token { get; } = "test-8f14e45fceea167a5a36dedd4bea2543";

    /// <summary>Root of the model server.</summary>
    public Uri ModelUri { get; }

    /// <summary>Folder of everything.</summary>
    public string Root => root.Root;

    /// <summary>The state directory.</summary>
    public string StateDir => root.PathOf("state");

    /// <summary>The database file.</summary>
    public string DatabasePath => Path.Combine(StateDir, "state", "openclaw-edge.sqlite");

    /// <summary>The configuration file.</summary>
    public string ConfigPath => root.PathOf("state/openclaw.json");

    /// <summary>The default agent's workspace.</summary>
    public string Workspace => root.PathOf("state/workspace");

    /// <summary>Further members of <c>agents.defaults</c>, each with a comma behind it; for the next <see cref="WriteConfig"/>.</summary>
    public string AgentDefaults { get; set; } = "";

    /// <summary>Variables of the test's own, among <see cref="Variables"/>.</summary>
    public Dictionary<string, string> MoreVariables { get; } = [];

    /// <summary>The variables a gateway of this home is given, beside <c>PATH</c>.</summary>
    public Dictionary<string, string> Variables => new(MoreVariables)
    {
        ["HOME"] = root.Subdirectory("home"),
        ["OPENCLAW_STATE_DIR"] = StateDir,
        ["NO_COLOR"] = "1",
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
    };

    /// <summary>Replaces the configuration; see the constructor.</summary>
    public void WriteConfig(string more = "") => WriteRawConfig(
        $$$"""
        {
          // made by the test kit
          {{{more}}}
          models: { mode: "replace", providers: {
            lab: { baseUrl: "{{{ModelUri.GetLeftPart(UriPartial.Authority)}}}", api: "ollama", maxConcurrent: 512, models: [{ id: "scripted:8b", contextWindow: 32768 }, { id: "small:3b", contextWindow: 8192 }] },
            labopen: { baseUrl: "{{{ModelUri.GetLeftPart(UriPartial.Authority)}}}/v1", api: "openai-completions", maxConcurrent: 512, models: [{ id: "scripted:8b", contextWindow: 32768 }] },
          } },
          agents: { defaults: { {{{AgentDefaults}}} model: { primary: "lab/scripted:8b" }, maxConcurrent: 512 } },
          {{{(more.Contains("gateway:") ? "" : Gateway())}}}
        }
        """);

    /// <summary>The <c>gateway</c> member of the configuration with the token and <paramref name="more"/> in it, for <see cref="WriteConfig"/>.</summary>
    public string Gateway(string more = "") => $$"""gateway: { auth: { mode: "token", token: "{{Token}}" }, {{more}} },""";

    /// <summary>Replaces the configuration by exactly this text.</summary>
    public void WriteRawConfig(string json5)
    {
        // written beside and moved, as an editor does, so that a watching gateway never sees half a file
        string beside = root.Write("state/openclaw.json.new", json5);
        File.Move(beside, ConfigPath, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();
}
