using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary><c>openclaw models scan</c> without a gateway, on real sockets.</summary>
public sealed class ModelsScanTests
{
    [Theory]
    [InlineData("ollama", "")]
    [InlineData("lmstudio", "")]
    [InlineData("openai-completions", "v1")]
    public async Task Finds_the_models_of_every_kind_of_server(string api, string path)
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        using CliRun run = Away(server, api, path);
        Assert.Equal(0, await run.InvokeAsync("models", "scan", "--json"));
        Assert.Equal("this machine", run.Json.GetProperty("source").GetString());
        Assert.Equal(
            ["box/scripted:8b", "box/small:3b", "box/nomic-embed-text:latest"],
            run.Json.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("key").GetString()));
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("lmstudio")]
    public async Task An_embeddings_model_is_told_apart_and_never_proposed(string api)
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        server.Models = [new("nomic-embed") { Capabilities = ["embedding"], Loaded = true }, new("chatty:3b")];
        using CliRun run = Away(server, api, "");
        Assert.Equal(0, await run.InvokeAsync("models", "scan"));
        string[] lines = run.Out.ToString().Split('\n');
        Assert.EndsWith("embeddings", lines.Single(line => line.StartsWith("box/nomic-embed", StringComparison.Ordinal)).TrimEnd());
        Assert.EndsWith("chat", lines.Single(line => line.StartsWith("box/chatty:3b", StringComparison.Ordinal)).TrimEnd());
        Assert.Contains("'openclaw models set box/chatty:3b'", run.Error.ToString());
    }

    [Fact]
    public async Task With_embeddings_models_only_it_says_what_is_missing()
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        server.Models = [new("nomic-embed") { Capabilities = ["embedding"] }];
        using CliRun run = Away(server, "ollama", "");
        Assert.Equal(0, await run.InvokeAsync("models", "scan"));
        Assert.Contains("none of them can chat", run.Error.ToString());
    }

    [Fact]
    public async Task The_built_in_demo_is_no_server()
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        using CliRun run = Away(server, "ollama", "");
        await server.GoAwayAsync();
        Assert.Equal(0, await run.InvokeAsync("models", "scan"));
        Assert.StartsWith("no model server answers with a model; start one: 'ollama serve'", run.Out.ToString());
        Assert.DoesNotContain("demo", run.Out.ToString());
    }

    [Fact]
    public async Task A_gateway_is_asked_first_and_its_demo_left_out()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers(
            "models.list",
            """
            {"models":[{"id":"qwen3","name":"qwen3","provider":"ollama","contextWindow":8192,"available":true,"local":true},
             {"id":"assistant","name":"demo","provider":"demo","contextWindow":8192,"available":true,"local":true}]}
            """);
        using CliRun run = new(gateway);
        Assert.Equal(0, await run.InvokeAsync("models", "scan", "--json"));
        Assert.Equal("gateway", run.Json.GetProperty("source").GetString());
        JsonElement only = Assert.Single(run.Json.GetProperty("models").EnumerateArray().ToArray());
        Assert.Equal("ollama/qwen3", only.GetProperty("key").GetString());
    }

    // No gateway at the port, and one server in the configuration.
    private static CliRun Away(ScriptedModelServer server, string api, string path)
    {
        using TcpListener reserved = new(IPAddress.Loopback, 0);
        reserved.Start();
        int port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        CliRun run = new();
        run.Home.Write(
            ".openclaw/openclaw.json",
            $$"""
            { gateway: { port: {{port}}, auth: { token: "a-long-secret-token-of-the-test" } },
              models: { mode: "replace", providers: { box: { baseUrl: "{{new Uri(server.BaseUri, path)}}", api: "{{api}}" } } } }
            """);
        return run;
    }
}
