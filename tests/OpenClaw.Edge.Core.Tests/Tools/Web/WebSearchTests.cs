using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Core.Tests.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Sites;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Web;

public sealed class WebSearchTests : IAsyncDisposable
{
    private readonly TestSite site = TestSite.Start();
    private readonly ProviderHttp http = new();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Searxng_is_asked_for_json()
    {
        site.Page("/search", """{"results":[{"title":"Kettle","url":"https://k.test/","content":"Blue\nkettle","publishedDate":"2026-01-02"},{"title":"Pot","url":"https://p.test/"}]}""", "application/json");
        ToolResult result = await SearchAsync($"plugins: {{ entries: {{ searxng: {{ config: {{ webSearch: {{ baseUrl: 'http://127.0.0.1:{site.Port}/', language: 'de' }} }} }} }} }}", """{"query":"blue kettle","count":1}""");

        Assert.Contains("1. Kettle (2026-01-02)\n   https://k.test/\n   Blue kettle\n<<<end of results", result.Text);
        Assert.Contains("of searxng: data from outside", result.Text);
        Assert.StartsWith("GET /search?q=blue%20kettle&format=json&categories=general&language=de ", site.Requests[0]);
    }

    [Fact]
    public async Task Brave_gets_its_key()
    {
        site.Page("/res/v1/web/search", """{"web":{"results":[{"title":"Kettle","url":"https://k.test/","description":"Blue","page_age":"2026"}]}}""", "application/json");
        ToolResult result = await SearchAsync($"plugins: {{ entries: {{ brave: {{ config: {{ webSearch: {{ apiKey: 'k-1', baseUrl: 'http://127.0.0.1:{site.Port}' }} }} }} }} }}", """{"query":"kettle","freshness":"week"}""");

        Assert.Contains("1. Kettle (2026)", result.Text);
        Assert.Contains("/res/v1/web/search?q=kettle&count=5&freshness=pw ", site.Requests[0]);
        Assert.Contains("X-Subscription-Token: k-1", site.Requests[0]);
    }

    [Fact]
    public async Task DuckDuckGos_page_is_read()
    {
        site.Page("/html/", """
            <div class="result results_links"><h2><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fk.test%2Fa%3Fb%3D1&amp;rut=x">Blue <b>kettle</b></a></h2>
            <a class="result__snippet" href="#">All about <b>kettles</b>.</a></div>
            <div class="result result--ad"><a class="result__a" href="https://ad.test">Buy</a></div>
            """);
        ToolResult result = await SearchAsync($"tools: {{ web: {{ search: {{ provider: 'duckduckgo' }} }} }}, plugins: {{ entries: {{ duckduckgo: {{ config: {{ webSearch: {{ baseUrl: 'http://127.0.0.1:{site.Port}', region: 'de-de' }} }} }} }} }}", """{"query":"kettle"}""");

        Assert.Contains("1. Blue kettle\n   https://k.test/a?b=1\n   All about kettles.\n<<<end", result.Text);
        Assert.Contains("/html/?q=kettle&kp=-1&kl=de-de ", site.Requests[0]);
    }

    [Fact]
    public async Task Ollama_is_asked_on_its_new_path_then_on_its_old_one()
    {
        site.Page("/api/web_search", """{"results":[{"title":"Kettle","url":"https://k.test/","content":"Blue"}]}""", "application/json");
        ToolResult result = await SearchAsync($"tools: {{ web: {{ search: {{ provider: 'ollama' }} }} }}, models: {{ providers: {{ ollama: {{ baseUrl: 'http://127.0.0.1:{site.Port}/v1', api: 'ollama' }} }} }}", """{"query":"a \"b\""}""");

        Assert.Contains("1. Kettle", result.Text);
        Assert.StartsWith("POST /api/experimental/web_search ", site.Requests[0]);
        Assert.StartsWith("POST /api/web_search ", site.Requests[1]);
    }

    [Theory]
    [InlineData("403 Forbidden", "add json to search.formats")]
    [InlineData("429 Too Many Requests", "wait a minute")]
    [InlineData("500 Oops", "searxng could not be asked: SearXNG answered 500")]
    public async Task Failures_say_what_to_do(string status, string told)
    {
        site.Page("/search", "no", status: status);
        ToolResult result = await SearchAsync($"plugins: {{ entries: {{ searxng: {{ config: {{ webSearch: {{ baseUrl: 'http://127.0.0.1:{site.Port}' }} }} }} }} }}", """{"query":"x"}""");

        Assert.True(result.IsError);
        Assert.Contains(told, result.Text);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("tools: { web: { search: { provider: 'duckduckgo' } } }", true)]
    [InlineData("tools: { web: { search: { apiKey: 'k' } } }", true)]
    [InlineData("tools: { web: { search: { enabled: false, apiKey: 'k' } } }", false)]
    [InlineData("plugins: { entries: { searxng: { config: { webSearch: { baseUrl: 'http://s' } } } } }", true)]
    [InlineData("plugins: { entries: { ollama: { config: { webSearch: { baseUrl: 'http://s' } } } } }", false)]
    public void Search_is_offered_when_there_is_an_engine(string config, bool offered)
    {
        ConfigSnapshot snapshot = Loaded.Text($"{{ {config} }}");

        Assert.Empty(snapshot.Problems);
        Assert.Equal(offered, ToolPolicy.Of(snapshot.Config.Tools, null, null).Allows("web_search"));
        Assert.True(ToolPolicy.Of(snapshot.Config.Tools, null, null).Allows("web_fetch"));
    }

    private async Task<ToolResult> SearchAsync(string config, string arguments)
    {
        ConfigSnapshot snapshot = Loaded.Text($"{{ {config} }}");
        WebSearchTool tool = new(() => snapshot, http, new ManualTimeProvider());
        SessionKey.TryParse("main", "main", out SessionKey key);
        using JsonDocument document = JsonDocument.Parse(arguments);
        return await tool.InvokeAsync(new ToolCallContext { SessionKey = key, Workspace = "/nowhere" }, document.RootElement, CancellationToken.None)
            .AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
