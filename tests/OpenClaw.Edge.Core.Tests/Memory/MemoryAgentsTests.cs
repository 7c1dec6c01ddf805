using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Core.Tests.Configuration;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

/// <summary>Agents with settings of their own, and agents that are gone.</summary>
public sealed class MemoryAgentsTests : IAsyncLifetime
{
    private readonly MemoryHome _home = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public void What_an_agent_leaves_out_is_that_of_all()
    {
        AgentsConfig agents = Bind(
            """
            { memory: { search: { provider: 'ollama', model: 'nomic', extraPaths: ['team'], query: { maxResults: 9, minScore: 0.5, hybrid: { vectorWeight: 0.6 } } } },
              agents: { list: [
                { id: 'main', default: true },
                { id: 'work', memory: { search: { model: 'bge', extraPaths: ['work'], query: { maxResults: 3 } } } },
                { id: 'old', memorySearch: { enabled: false } } ] } }
            """).Agents;

        MemorySearchConfig work = agents.Find("work")!.MemorySearch!;
        Assert.Null(agents.Find("main")!.MemorySearch);
        Assert.Equal(("ollama", "bge", 3, 0.5, 0.6), (work.Provider, work.Model, work.MaxResults, work.MinScore, work.VectorWeight));
        Assert.Equal(["team", "work"], work.ExtraPaths.Select(extra => extra.Path));
        Assert.True(work.Enabled);
        Assert.False(agents.Find("old")!.MemorySearch!.Enabled);
        Assert.Equal("nomic", agents.Find("old")!.MemorySearch!.Model);
    }

    [Theory]
    [InlineData("{ agents: { entries: { work: { memory: { search: { model: 'bge' } } } } } }")]
    [InlineData("{ agents: { entries: { work: { memorySearch: { model: 'bge' } } } } }")]
    [InlineData("{ agents: { list: [{ id: 'work', memorySearch: { model: 'bge' } }] } }")]
    public void Every_way_of_writing_it_is_read(string text) => Assert.Equal("bge", Bind(text).Agents.Find("work")!.MemorySearch!.Model);

    [Fact]
    public void A_server_of_an_agents_own_gets_no_key_of_another_one()
    {
        const string All = "memory: { search: { remote: { baseUrl: 'http://a', apiKey: 'key-a', headers: { x: 'a' } } } }";
        MemorySearchConfig same = Bind($"{{ {All}, agents: {{ list: [{{ id: 'work', memory: {{ search: {{ remote: {{ baseUrl: 'http://a' }} }} }} }}] }} }}").Agents.Find("work")!.MemorySearch!;
        MemorySearchConfig other = Bind($"{{ {All}, agents: {{ list: [{{ id: 'work', memory: {{ search: {{ remote: {{ baseUrl: 'http://b' }} }} }} }}] }} }}").Agents.Find("work")!.MemorySearch!;
        MemorySearchConfig key = Bind($"{{ {All}, agents: {{ list: [{{ id: 'work', memory: {{ search: {{ remote: {{ apiKey: 'key-b' }} }} }} }}] }} }}").Agents.Find("work")!.MemorySearch!;
        Assert.Equal(("http://a", "key-a", "a"), (same.RemoteBaseUrl, same.RemoteApiKey, same.RemoteHeaders["x"]));
        Assert.Equal(("http://b", null, 0), (other.RemoteBaseUrl, other.RemoteApiKey, other.RemoteHeaders.Count));
        Assert.Equal(("http://a", "key-b", "a"), (key.RemoteBaseUrl, key.RemoteApiKey, key.RemoteHeaders["x"]));
    }

    [Theory]
    [InlineData("query: { maxResults: 99 }", "agents.list[0].memory.search.query.maxResults")]
    [InlineData("cache: { enabled: false }", "agents.list[0].memory.search.cache")]
    [InlineData("colour: 'red'", "agents.list[0].memory.search.colour")]
    public void Keys_of_an_agent_are_checked_as_those_of_all_are(string member, string path) =>
        Assert.Contains(Loaded.Text($"{{ agents: {{ list: [{{ id: 'work', memory: {{ search: {{ {member} }} }} }}] }} }}").Problems, problem => problem.Path == path);

    [Fact]
    public async Task Agents_may_have_models_of_their_own()
    {
        _home.Own["other"] = _home.Settings with { Model = "test/own" };
        _home.Write("memory/a.md", "The auto needs tyres.");
        _home.Write("memory/a.md", "The auto needs tyres.", "other");

        MemoryStatus main = await _home.IndexAsync();
        MemoryStatus other = await _home.IndexAsync(agent: "other");

        Assert.Equal(("test/words", 1), (main.IndexModel, main.Embedded));
        Assert.Equal(("test/own", 1), (other.IndexModel, other.Embedded));
        Assert.Equal(["memory/a.md"], await _home.PathsAsync("vehicle"));
        Assert.Equal(["memory/a.md"], await _home.PathsAsync("vehicle", "other"));
        Assert.Equal("test/words", _home.Index.Status(_home.Scope()).Embedder);
        Assert.Equal("test/own", _home.Index.Status(_home.Scope("other")).Embedder);
    }

    [Fact]
    public async Task A_failure_of_one_agents_model_is_not_that_of_others()
    {
        _home.Own["other"] = _home.Settings with { Model = "test/own" };
        _home.Write("memory/a.md", "A dog.");
        _home.Write("memory/a.md", "A car that is broken.", "other");
        _home.Fault = (texts, _) => texts.Any(text => text.Contains("broken", StringComparison.Ordinal)) ? throw new MemoryEmbedderException("out of order") : Task.CompletedTask;

        Assert.Contains("out of order", (await _home.IndexAsync(agent: "other")).Problem);
        Assert.Null((await _home.IndexAsync()).Problem);
        Assert.Contains("out of order", _home.Index.Status(_home.Scope("other")).Problem); // and it did not become well by the other's success
    }

    [Fact]
    public async Task Memory_may_be_off_for_one_agent()
    {
        _home.Own["other"] = _home.Settings with { Enabled = false };
        _home.Write("memory/a.md", "A dog.");
        _home.Write("memory/a.md", "A dog.", "other");
        Assert.Equal(1, (await _home.IndexAsync()).Files);
        Assert.Equal(0, (await _home.IndexAsync(agent: "other")).Files);
    }

    [Fact]
    public async Task What_is_indexed_of_an_agent_that_is_gone_goes_and_its_notes_stay()
    {
        _home.Write("MEMORY.md", "A dog.");
        string note = _home.Write("memory/a.md", "The auto needs tyres.", "other");
        _home.Write("memory/b.md", "A garden with flowers.", "other");
        await _home.IndexAsync();
        await _home.IndexAsync(agent: "other");
        await _home.RestartAsync();
        _home.Agents = ["main"];

        _home.Index.Start();
        await GoneAsync("other");

        Assert.Equal(0, _home.Number("SELECT COUNT(*) FROM memory_chunks WHERE agent_id = 'other'"));
        Assert.Equal(0, _home.Number("SELECT COUNT(*) FROM memory_packs WHERE agent_id = 'other'"));
        Assert.Equal(1, _home.Number("SELECT COUNT(*) FROM memory_files WHERE agent_id = 'main'"));
        Assert.True(File.Exists(note));
        Assert.Equal(["MEMORY.md"], await _home.PathsAsync("puppy"));
    }

    [Fact]
    public async Task An_agent_that_comes_back_is_indexed_again_without_its_model()
    {
        _home.Write("memory/a.md", "The auto needs tyres.", "other");
        await _home.IndexAsync(agent: "other");
        _home.Agents = ["main"];
        _home.Index.Start();
        await GoneAsync("other");
        _home.Embedded.Clear();

        _home.Agents = ["main", "other"];
        await _home.IndexAsync(agent: "other");

        Assert.Equal(["memory/a.md"], await _home.PathsAsync("vehicle", "other"));
        Assert.Empty(_home.Embedded);
    }

    [Fact]
    public async Task A_reload_takes_an_agent_out_too()
    {
        _home.Write("memory/a.md", "A dog.", "other");
        _home.Index.Start();
        await _home.IndexAsync(agent: "other");
        _home.Agents = ["main"];

        _home.Index.TouchAll();

        await GoneAsync("other");
    }

    private static EdgeConfig Bind(string text) => Loaded.Text(text).Config;

    // The background's work has no other sign of its end than the rows.
    private Task GoneAsync(string agent) =>
        Eventually.HoldsAsync(() => _home.Number($"SELECT COUNT(*) FROM memory_files WHERE agent_id = '{agent}'") == 0);
}
