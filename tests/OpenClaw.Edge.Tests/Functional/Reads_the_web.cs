using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.TestKit.Sites;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>web_fetch and web_search in turns of the real loop.</summary>
public sealed class Reads_the_web : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TestSite site = TestSite.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(
            model.BaseUri,
            $$"""
            tools: { web: { fetch: { ssrfPolicy: { allowedHostnames: ["127.0.0.1"] } } } },
            plugins: { entries: { searxng: { config: { webSearch: { baseUrl: "http://127.0.0.1:{{site.Port}}" } } } } },
            """);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        await site.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task A_model_searches_and_reads_what_it_found()
    {
        site.Page("/search", $$"""{"results":[{"title":"Kettle","url":"http://127.0.0.1:{{site.Port}}/kettle","content":"Blue"}]}""", "application/json");
        site.Page("/kettle", "<main><h1>The kettle</h1><p>It is blue.</p></main>");
        model.Enqueue(
            ModelAnswer.Call("web_search", """{"query":"kettle"}"""),
            ModelAnswer.Call("web_fetch", $$"""{"url":"http://127.0.0.1:{{site.Port}}/kettle"}"""),
            ModelAnswer.Say("Blue."));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("main", "what colour has the kettle?");

        Assert.Equal("Blue.", turn.Final);
        Assert.Contains("1. Kettle", model.ChatRequests[1].BodyText);
        Assert.Contains("# The kettle", model.ChatRequests[2].BodyText);
        Assert.Contains("It is blue.", model.ChatRequests[2].BodyText);
    }

    [Fact]
    public async Task A_page_cannot_lead_into_the_lan()
    {
        site.Redirect("/go", $"http://localhost:{site.Port}/secret");
        site.Page("/secret", "the password is tea");
        model.Enqueue(
            ModelAnswer.Call("web_fetch", $$"""{"url":"http://127.0.0.1:{{site.Port}}/go"}"""),
            ModelAnswer.Call("web_fetch", """{"url":"http://169.254.169.254/latest/meta-data/"}"""),
            ModelAnswer.Say("No."));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "fetch");

        Assert.Contains("localhost is not fetched", model.ChatRequests[1].BodyText);
        Assert.Contains("169.254.169.254 is not fetched", model.ChatRequests[2].BodyText);
        Assert.DoesNotContain(site.Requests, head => head.Contains("/secret", StringComparison.Ordinal));
    }
}
