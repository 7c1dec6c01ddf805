using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class ProviderCatalogTests
{
    [Fact]
    public async Task Ollama_is_found_without_configuration_and_its_loaded_model_is_the_default()
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        server.Models = [new("nomic-embed-text:latest") { Capabilities = ["embedding"] }, new("cold:8b"), new("warm:3b") { Loaded = true }];
        using var http = new ProviderHttp();
        ProviderCatalog catalog = Create(new EdgeConfig(), http, ("OLLAMA_HOST", $"0.0.0.0:{server.Port}"));
        Assert.Equal("demo/assistant", catalog.DefaultModelRef);
        await catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);

        Assert.Equal("ollama/warm:3b", catalog.DefaultModelRef);
        Assert.Equal(["ollama"], catalog.Providers.Select(entry => entry.Id));
        Assert.True(catalog.TryResolve("demo/assistant", out _, out _));
        Assert.Equal(new Uri(server.BaseUri, "v1/"), catalog.Providers[0].PassThrough!.BaseUri);
    }

    [Fact]
    public async Task Who_shows_models_is_told_when_a_server_has_others()
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        server.Models = [new("one:8b")];
        using var http = new ProviderHttp();
        ProviderCatalog catalog = Create(new EdgeConfig(), http, ("OLLAMA_HOST", $"127.0.0.1:{server.Port}"));
        int told = 0;
        catalog.Changed = () => told++;
        await catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        await catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(0, told);
        server.Models = [new("one:8b") { Loaded = true }];
        await catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(0, told);
        server.Models = [new("one:8b"), new("two:3b")];
        await catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        await catalog.ListModelsAsync(CancellationToken.None);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Replace_looks_nowhere()
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        using var http = new ProviderHttp();
        ProviderCatalog catalog = Create(
            new EdgeConfig { Models = new ModelsConfig { Mode = "replace" } }, http, ("OLLAMA_HOST", $"127.0.0.1:{server.Port}"), ("OPENAI_API_KEY", "sk-x"));
        await catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(["demo"], catalog.Providers.Select(entry => entry.Id));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData(2, null, 2)]
    [InlineData(64, null, 64)]
    [InlineData(64, 3, 3)]
    public void Slots_of_a_local_model_come_from_the_provider_else_from_a_lane_that_was_set(int? lane, int? own, int expected)
    {
        using var http = new ProviderHttp();
        ProviderCatalog catalog = Create(
            With("box", new ModelProviderConfig { BaseUrl = "http://127.0.0.1:1/v1", Api = "openai-completions", MaxConcurrent = own }, lane), http);
        Assert.Equal(expected, catalog.Providers.Single(entry => entry.Id == "box").MaxConcurrent);
    }

    [Theory]
    [InlineData("ollama", "http://10.0.0.5:11434", "ollama")]
    [InlineData("my-ollama", "http://10.0.0.5:11434/v1", "openai-completions")]
    [InlineData("box", "http://10.0.0.5:1234", "lmstudio")]
    [InlineData("vllm-local", "http://10.0.0.5:8000/v1", "auto")]
    [InlineData("mass", "https://llm.example.com/v1", "openai-completions")]
    [InlineData("claude", "https://api.anthropic.com", "anthropic-messages")]
    [InlineData("ollama-fast", "http://10.0.0.5:9999", "ollama")]
    public void The_protocol_is_guessed_from_id_host_and_port(string id, string url, string expected)
    {
        using var http = new ProviderHttp();
        Assert.Equal(expected, Create(With(id, new ModelProviderConfig { BaseUrl = url }), http).Providers.Single(entry => entry.Id == id).Api);
    }

    [Theory]
    [InlineData("api/version", "ollama")]
    [InlineData("none", "openai-completions")]
    public async Task A_server_whose_protocol_nobody_said_is_asked(string answers, string expected)
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        if (answers == "none")
        {
            server.MissingPaths.Add("/api/version");
            server.MissingPaths.Add("/api/v1/models");
            server.MissingPaths.Add("/api/v0/models");
        }

        using var http = new ProviderHttp();
        ProviderCatalog catalog = Create(With("box", new ModelProviderConfig { BaseUrl = server.BaseUri.AbsoluteUri }), http);
        await using var router = new ModelRouter(catalog, TimeProvider.System, NullLoggerFactory.Instance);
        Heard heard = await Wires.HearAsync(router, ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"));
        Assert.Equal(expected, heard.Finish.Api);
    }

    [Fact]
    public async Task A_key_of_the_environment_goes_only_to_the_host_it_belongs_to()
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start();
        using var http = new ProviderHttp();
        ProviderCatalog catalog = Create(
            With("openai", new ModelProviderConfig { BaseUrl = new Uri(server.BaseUri, "v1").AbsoluteUri, Api = "openai-completions" }), http, ("OPENAI_API_KEY", "sk-secret"));
        await using var router = new ModelRouter(catalog, TimeProvider.System, NullLoggerFactory.Instance);
        await Wires.HearAsync(router, ModelChoice.Only("openai/scripted:8b"), Wires.Ask("hi"));
        Assert.All(server.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public void Aliases_and_bare_ids_resolve()
    {
        using var http = new ProviderHttp();
        EdgeConfig config = With("box", new ModelProviderConfig { BaseUrl = "http://127.0.0.1:1/v1", Api = "openai-completions", Models = [new ModelConfig { Id = "org/big" }] });
        config = config with
        {
            Agents = config.Agents with
            {
                Defaults = config.Agents.Defaults with { Models = new Dictionary<string, ModelEntryConfig> { ["box/org/big"] = new() { Alias = "Big" } } },
            },
        };
        ProviderCatalog catalog = Create(config, http);
        foreach (string name in (string[])["box/org/big", "big", "org/big"])
        {
            Assert.True(catalog.TryResolve(name, out ModelProviderEntry? entry, out string? model), name);
            Assert.Equal(("box", "org/big"), (entry.Id, model));
        }

        Assert.Equal("box/org/big", catalog.DefaultModelRef);
        Assert.False(catalog.TryResolve("nothing", out _, out _));
    }

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0:9000", "http://127.0.0.1:9000/")]
    [InlineData(":9000", "http://127.0.0.1:9000/")]
    [InlineData("http://gpu.local:9000", "http://gpu.local:9000/")]
    [InlineData("https://gpu.example", "https://gpu.example/")]
    [InlineData("[::]:9000", "http://127.0.0.1:9000/")]
    [InlineData("not a host", "http://127.0.0.1:11434/")]
    public void OLLAMA_HOST_is_read_as_the_server_writes_it(string? value, string expected) => Assert.Equal(expected, LocalSearch.Ollama(value).AbsoluteUri);

    private static EdgeConfig With(string id, ModelProviderConfig provider, int? lane = null) => new()
    {
        Models = new ModelsConfig { Mode = "replace", Providers = new Dictionary<string, ModelProviderConfig> { [id] = provider } },
        Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { MaxConcurrent = lane } },
    };

    private static ProviderCatalog Create(EdgeConfig config, ProviderHttp http, params (string Name, string Value)[] environment) => ProviderCatalog.Create(
        config, new ProcessEnvironment(environment.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)), "/"), http, TimeProvider.System, NullLoggerFactory.Instance);
}
