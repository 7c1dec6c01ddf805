using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Notes of an agent, found again over the wire, by its model and on the command line, with an embedding server that works and one that does not.</summary>
public sealed class Remembers : WithGateway
{
    private const string ByOllama = "memory: { search: { provider: 'lab', model: 'nomic-embed-text:latest', sync: { watchDebounceMs: 10 } } },";
    private const string ByOpenAi = "memory: { search: { provider: 'labopen', model: 'nomic-embed-text:latest', sync: { watchDebounceMs: 10 } } },";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Model.Dimensions = 64;
        Note("MEMORY.md", "# Home\nThe kettle is blue.\n");
        Note("memory/pets.md", "We bought a puppy called Rex.\n");
    }

    [Fact]
    public async Task Notes_are_found_by_words_where_no_model_makes_vectors()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        JsonElement answer = await client.CallAsync("memory.search", """{"query":"what colour has the \"kettle\"?"}""");

        Assert.Equal("fts-only", answer.GetProperty("searchMode").GetString());
        Assert.Contains("No embedding model was found", answer.GetProperty("warning").GetString());
        JsonElement hit = Assert.Single(answer.GetProperty("results").EnumerateArray());
        Assert.Equal(("MEMORY.md", 1, 2, "memory"), (
            hit.GetProperty("path").GetString(), hit.GetProperty("startLine").GetInt32(), hit.GetProperty("endLine").GetInt32(), hit.GetProperty("source").GetString()));
        Assert.Empty(Model.EmbedRequests);
    }

    [Theory]
    [InlineData(ByOllama, "/api/embed", "lab/nomic-embed-text:latest")]
    [InlineData(ByOpenAi, "/v1/embeddings", "labopen/nomic-embed-text:latest")]
    public async Task Notes_are_embedded_once_and_found_by_both_wires(string config, string path, string name)
    {
        await RestartAsync(config);
        JsonElement indexed = (await Gateway.RunAsync("memory", "index", "--json")).Ends(0).Json.GetProperty("agents")[0];
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement answer = await client.CallAsync("memory.search", """{"query":"puppy Rex","maxResults":1}""");

        Assert.Equal((2, 2, "hybrid"), (indexed.GetProperty("files").GetInt32(), indexed.GetProperty("embedded").GetInt32(), indexed.GetProperty("searchMode").GetString()));
        Assert.Equal((name, "hybrid"), (answer.GetProperty("provider").GetString(), answer.GetProperty("searchMode").GetString()));
        Assert.Equal("memory/pets.md", answer.GetProperty("results")[0].GetProperty("path").GetString());
        Assert.False(answer.TryGetProperty("warning", out _));
        Assert.All(Model.EmbedRequests, request => Assert.Equal(path, request.Path));
        Assert.Contains(Model.EmbedRequests, request => request.BodyText.Contains("search_document: Home\\n# Home", StringComparison.Ordinal));
        Assert.Contains(Model.EmbedRequests, request => request.BodyText.Contains("search_query: puppy Rex", StringComparison.Ordinal));

        int documents = Documents();
        await RestartAsync(config);
        (await Gateway.RunAsync("memory", "index")).Ends(0);
        Assert.Equal(documents, Documents());
    }

    [Theory]
    [InlineData(ModelFault.ErrorObject, "the runner has crashed")]
    [InlineData(ModelFault.None, "makes vectors of 32 numbers where the index has 64")]
    public async Task A_failing_embedder_leaves_words(ModelFault fault, string told)
    {
        await RestartAsync(ByOllama);
        (await Gateway.RunAsync("memory", "index")).Ends(0);
        Model.EmbedFault = fault;
        Model.Dimensions = 32;
        Note("memory/new.md", "The garage door code is 4711.\n");
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        string status = (await Gateway.RunAsync("memory", "index")).Ends(0).Out;
        JsonElement answer = await client.CallAsync("memory.search", """{"query":"garage code"}""");

        Assert.Contains("3 files, 3 pieces, 2 with a vector", status);
        Assert.Contains(told, status);
        Assert.Equal("memory/new.md", answer.GetProperty("results")[0].GetProperty("path").GetString());
        Assert.Equal("fts-only", answer.GetProperty("searchMode").GetString());

        Model.EmbedFault = ModelFault.None;
        Assert.Contains("3 files, 3 pieces, 3 with a vector", (await Gateway.RunAsync("memory", "index", "--force")).Ends(0).Out);
    }

    [Fact]
    public async Task A_model_searches_and_reads_its_notes()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        Model.Enqueue(
            ModelAnswer.Call("memory_search", """{"query":"puppy called","maxResults":"2"}"""),
            ModelAnswer.Call("memory_get", """{"path":"memory/pets.md","from":1,"lines":1}"""),
            ModelAnswer.Call("memory_get", """{"path":"../openclaw.json"}"""),
            ModelAnswer.Call("memory_search", """{"query":"x","corpus":"sessions"}"""),
            ModelAnswer.Say("Rex."));

        ChatTurn turn = await client.ChatAsync("main", "what is the puppy called?");

        Assert.Equal("Rex.", turn.Final);
        string[] results = ToolResults(Model.ChatRequests[^1]);
        Assert.StartsWith("[memory/pets.md#1-1] score ", results[0]);
        Assert.Contains("We bought a puppy called Rex.", results[0]);
        Assert.Contains("(Searched by words only. No embedding model was found", results[0]);
        Assert.Equal("We bought a puppy called Rex.", results[1]);
        Assert.Contains("'../openclaw.json' is not a note", results[2]);
        Assert.Contains("use sessions_search", results[3]);
    }

    [Fact]
    public async Task The_tools_are_offered_once_there_are_notes_and_policy_may_take_them()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        Assert.Contains("memory_search", Model.ChatRequests[^1].BodyText);
        File.Delete(Path.Combine(Home.Workspace, "MEMORY.md"));
        Directory.Delete(Path.Combine(Home.Workspace, "memory"), recursive: true);
        await client.ChatAsync("main", "hello");
        Assert.DoesNotContain("memory_search", Model.ChatRequests[^1].BodyText);
        Note("MEMORY.md", "x");
        await RestartAsync("tools: { deny: ['group:memory'] },");
        await using GatewayTestClient denied = await Gateway.ConnectAsync();
        await denied.ChatAsync("main", "hello");

        Assert.DoesNotContain("memory_", Model.ChatRequests[^1].BodyText.Replace("MEMORY", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_changes_on_the_disk_is_found_and_what_goes_is_not()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        Assert.Empty(await PathsAsync(client, "bicycle"));
        Note("memory/deep/er/2026-02-01.md", "The bicycle has a flat tyre.\n");
        Assert.Equal(["memory/deep/er/2026-02-01.md"], await PathsAsync(client, "bicycle"));
        Note("memory/deep/er/2026-02-01.md", "The tricycle is fine.\n");
        Assert.Empty(await PathsAsync(client, "bicycle"));
        File.Delete(Path.Combine(Home.Workspace, "memory", "deep", "er", "2026-02-01.md"));
        Assert.Empty(await PathsAsync(client, "tricycle"));
    }

    [Fact]
    public async Task The_background_embeds_what_changes_without_being_asked()
    {
        await RestartAsync(ByOllama);
        await UntilEmbeddedAsync("puppy called Rex");
        Note("memory/later.md", "The attic has a skylight.\n");

        await UntilEmbeddedAsync("attic has a skylight");
    }

    [Fact]
    public async Task A_link_out_of_the_workspace_is_not_followed()
    {
        string secret = Path.Combine(Home.Root, "secret.md");
        await File.WriteAllTextAsync(secret, "The vault code is 99.", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(Home.Workspace, "memory", "link.md"), secret);
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        Assert.Empty(await PathsAsync(client, "vault"));
        Model.Enqueue(ModelAnswer.Call("memory_get", """{"path":"memory/link.md"}"""), ModelAnswer.Say("No."));
        await client.ChatAsync("main", "read it");
        Assert.Contains("does not exist, or may not be read", ToolResults(Model.ChatRequests[^1])[0]);
    }

    [Fact]
    public async Task The_command_line_searches_and_says_how_it_stands()
    {
        CommandRun search = (await Gateway.RunAsync("memory", "search", "kettle")).Ends(0);
        CommandRun nothing = (await Gateway.RunAsync("memory", "search", "--query", "zeppelin", "--json")).Ends(0);
        CommandRun status = (await Gateway.RunAsync("memory", "status", "--deep")).Ends(0);
        CommandRun unknown = (await Gateway.RunAsync("memory", "search", "x", "--agent", "nobody")).Ends(1);
        CommandRun empty = (await Gateway.RunAsync("memory", "search")).Ends(2);

        Assert.Contains("memory    2 files, 0 of 2 pieces with a vector", (await Gateway.RunAsync("status")).Ends(0).Out);
        Assert.Contains("memory of agent main: 2 files", (await Gateway.RunAsync("doctor", "--json")).Ends(0).Out);
        Assert.Contains("MEMORY.md:1-2", search.Out);
        Assert.Contains("    The kettle is blue.", search.Out);
        Assert.Contains("Searched by words only", search.Error);
        Assert.Empty(nothing.Json.GetProperty("results").EnumerateArray());
        Assert.Contains("2 files, 2 pieces, 0 with a vector", status.Out);
        Assert.Contains("searched  by words only: No embedding model was found", status.Out);
        Assert.Contains("unknown agentId", unknown.Error);
        Assert.Contains("say what to look for", empty.Error);
    }

    [Theory]
    [InlineData("{}", "query must be a non-empty string")]
    [InlineData("""{"query":"  "}""", "query must be a non-empty string")]
    [InlineData("""{"query":"x","maxResults":"many"}""", "maxResults and minScore must be finite numbers when provided")]
    [InlineData("""{"query":"x","agentId":"nobody"}""", "unknown agentId")]
    public async Task What_makes_no_sense_is_refused(string parameters, string told)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        Assert.Contains(told, (await RefusedAsync(client, "memory.search", parameters)).Message);
    }

    [Fact]
    public async Task Switched_off_it_says_so()
    {
        await RestartAsync("memory: { search: { enabled: false } },");
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement doctor = await client.CallAsync("doctor.memory.status", """{"probe":true}""");
        await client.ChatAsync("main", "hello");

        Assert.Contains("memory.search.enabled is false", (await RefusedAsync(client, "memory.search", """{"query":"x"}""")).Message);
        Assert.False(doctor.GetProperty("embedding").GetProperty("ok").GetBoolean());
        Assert.DoesNotContain("memory_search", Model.ChatRequests[^1].BodyText);
        Assert.Contains("switched off", (await Gateway.RunAsync("memory", "status")).Ends(0).Out);
    }

    private static async Task<string[]> PathsAsync(GatewayTestClient client, string query) =>
    [
        .. (await client.CallAsync("memory.search", $$"""{"query":"{{query}}"}""")).GetProperty("results").EnumerateArray().Select(hit => hit.GetProperty("path").GetString()!),
    ];

    private static string[] ToolResults(ScriptedRequest request) =>
    [
        .. request.Json.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() == "tool")
            .Select(message => message.GetProperty("content").GetString()!),
    ];

    private int Documents() => Model.EmbedRequests.Count(request => request.BodyText.Contains("search_document: ", StringComparison.Ordinal)
        && !request.BodyText.Contains("search_document: ping", StringComparison.Ordinal));

    private void Note(string path, string text)
    {
        string file = Path.Combine(Home.Workspace, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private async Task RestartAsync(string config)
    {
        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Home.WriteConfig(config);
        Gateway = await RunningGateway.StartAsync(Home);
    }

    private Task UntilEmbeddedAsync(string text) =>
        Eventually.HoldsAsync(() => Model.EmbedRequests.Any(request => request.BodyText.Contains(text, StringComparison.Ordinal)), text);
}
