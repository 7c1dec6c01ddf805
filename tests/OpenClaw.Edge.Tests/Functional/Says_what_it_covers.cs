using System.Text.Json;
using System.Text.RegularExpressions;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>docs/protocol-coverage.md</c> is made from what the gateway answers, the original's names and the notes beside them
/// (<c>tests/conformance/coverage</c>). With <c>EDGE_UPDATE_GOLDEN=1</c> the file is written.</summary>
public sealed partial class Says_what_it_covers : IAsyncLifetime
{
    private const string Update = "EDGE_UPDATE_GOLDEN";
    private static readonly string s_root = FindRoot();
    private readonly ScriptedModelServer _model = ScriptedModelServer.Start();
    private GatewayHome _home = null!;
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _home = new GatewayHome(_model.BaseUri);
        _gateway = await RunningGateway.StartAsync(_home);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _model.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task The_table_is_what_the_gateway_has()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync();
        CoverageTable table = CoverageTable.Read(Path.Combine(s_root, "tests", "conformance", "coverage"));
        HashSet<string> registered = [.. Strings(client.Hello, "methods")];
        foreach (string name in table.Methods)
        {
            if (!registered.Contains(name) && await IsKnownAsync(client, name))
            {
                registered.Add(name);
            }
        }

        string now = table.Write(registered, Strings(client.Hello, "events"));

        string file = Path.Combine(s_root, "docs", "protocol-coverage.md");
        if (Environment.GetEnvironmentVariable(Update) is { Length: > 0 })
        {
            await File.WriteAllTextAsync(file, now);
        }

        Assert.Empty(table.Problems);
        Assert.True(
            await File.ReadAllTextAsync(file) == now,
            $"docs/protocol-coverage.md is not what the gateway has: run this class once with {Update}=1, read the difference, commit it");
    }

    [Fact]
    public async Task Every_event_that_is_announced_is_sent_somewhere_and_the_other_way_round()
    {
        await using GatewayTestClient client = await _gateway.ConnectAsync();
        string folder = Path.Combine(s_root, "src", "OpenClaw.Edge", "Gateway");
        SortedSet<string> sent = new(StringComparer.Ordinal) { "health", "presence", "node.invoke.request" }; // these have names in variables
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        {
            sent.UnionWith(SentName().Matches(await File.ReadAllTextAsync(file)).Select(match => match.Groups[1].Value));
        }

        Assert.Equal(sent, new SortedSet<string>(Strings(client.Hello, "events"), StringComparer.Ordinal));
    }

    // Params that no method takes: a method that is there says so before it does anything.
    private static async Task<bool> IsKnownAsync(GatewayTestClient client, string method)
    {
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync(method, "[]"));
        return refused.Error.GetProperty("message").GetString() != $"unknown method: {method}";
    }

    private static List<string> Strings(JsonElement hello, string name) =>
        [.. hello.GetProperty("features").GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OpenClaw.Edge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests run outside of the project's tree");
    }

    [GeneratedRegex(@"(?:Publish|OpenEvent|Event)\(\s*""([a-zA-Z.]+)""")]
    private static partial Regex SentName();
}
