using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Mcp;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

/// <summary>MCP servers on the network, with everything that such servers get wrong.</summary>
public sealed class McpSiteTests : IAsyncLifetime
{
    private readonly McpFixture _mcp = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mcp.DisposeAsync();

    [Fact]
    public async Task Session_version_and_headers_go_with_every_request_and_the_session_is_ended()
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(
            ScriptedMcpProgram.Tool("x"), (request, reply) => request.RpcMethod.Length > 0 ? reply.ResultAsync(request, Text("from afar")) : reply.StatusAsync("200 OK"), "s-1");
        _mcp.Configure(McpFixture.Of(site) with { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer abc" } });

        Assert.Equal(["docs__x"], await _mcp.NamesAsync());
        Assert.Contains("from afar", (await _mcp.CallAsync("docs__x", """{"text":"a"}""")).Text, StringComparison.Ordinal);
        await _mcp.DisposeAsync();

        Assert.All(site.Requests, request => Assert.Equal("Bearer abc", request.Header("Authorization")));
        Assert.Equal(["initialize", "notifications/initialized", "tools/list", "tools/call", ""], site.Requests.Select(request => request.RpcMethod));
        Assert.Null(site.Requests[0].Header("Mcp-Session-Id"));
        Assert.All(site.Requests.Skip(1), request =>
        {
            Assert.Equal("s-1", request.Header("Mcp-Session-Id"));
            Assert.Equal("2025-06-18", request.Header("MCP-Protocol-Version"));
        });
        Assert.Equal("application/json, text/event-stream", site.Requests[0].Header("Accept"));
        Assert.Equal("DELETE", site.Requests[^1].Method);
    }

    [Fact]
    public async Task An_answer_as_an_event_stream_is_read_up_to_the_result()
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(
            ScriptedMcpProgram.Tool("x"),
            async (request, reply) =>
            {
                await reply.StreamAsync();
                await reply.EventAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hm"}}""");
                await reply.RawAsync(": a comment\n\n");
                await reply.EventAsync("not json");
                await reply.EventAsync(SiteReply.Message(request.RpcId, Text("streamed")));
                await Task.Delay(Timeout.Infinite, reply.Stopping); // a stream that stays open
            });
        _mcp.Configure(McpFixture.Of(site));

        Assert.Contains("streamed", (await _mcp.CallAsync("docs__x")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_cut_before_the_result_fails_the_call_and_is_not_repeated()
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(
            ScriptedMcpProgram.Tool("x"),
            async (_, reply) =>
            {
                await reply.StreamAsync();
                await reply.RawAsync("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":");
            });
        _mcp.Configure(McpFixture.Of(site));

        ToolResult result = await _mcp.CallAsync("docs__x");

        Assert.True(result.IsError);
        Assert.Equal("docs ended its answer before the result; the call may have been carried out", result.Text);
        Assert.Single(site.Requests, request => request.RpcMethod == "tools/call");
    }

    [Fact]
    public async Task A_server_that_has_forgotten_the_session_gets_a_new_one_with_the_next_call()
    {
        int calls = 0;
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(
            ScriptedMcpProgram.Tool("x"),
            (request, reply) => request.RpcMethod == "tools/call" && Interlocked.Increment(ref calls) == 1 ? reply.StatusAsync("404 Not Found")
                : request.RpcMethod.Length > 0 ? reply.ResultAsync(request, Text("again")) : reply.StatusAsync("200 OK"),
            "s-1");
        _mcp.Configure(McpFixture.Of(site));

        ToolResult lost = await _mcp.CallAsync("docs__x");
        Assert.True(lost.IsError);
        Assert.Contains("Its session has ended; the next call starts a new one", lost.Text, StringComparison.Ordinal);
        ToolResult next = await Eventually.IsAsync(() => _mcp.CallAsync("docs__x"), result => !result.IsError);
        Assert.Contains("again", next.Text, StringComparison.Ordinal);
        Assert.Equal(2, site.Requests.Count(request => request.RpcMethod == "initialize"));
    }

    [Fact]
    public async Task A_server_of_the_older_kind_is_found_out_and_spoken_to()
    {
        SiteReply? stream = null;
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(async (request, reply) =>
        {
            if (request.Method == "GET")
            {
                await reply.StreamAsync();
                stream = reply;
                await reply.EventAsync("/messages?session=7", "endpoint");
                await Task.Delay(Timeout.Infinite, reply.Stopping);
            }
            else if (request.Path == "/mcp")
            {
                await reply.StatusAsync("405 Method Not Allowed");
            }
            else
            {
                await reply.StatusAsync("202 Accepted");
                string? result = request.RpcMethod switch
                {
                    "initialize" => """{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"old","version":"1"}}""",
                    "tools/list" => """{"tools":[{"name":"x"}]}""",
                    "tools/call" => Text("the old way"),
                    _ => null,
                };
                await (result is null ? Task.CompletedTask : stream!.EventAsync(SiteReply.Message(request.RpcId, result)));
            }
        });
        _mcp.Configure(McpFixture.Of(site) with { Transport = null });

        Assert.Equal(["docs__x"], await _mcp.NamesAsync());
        Assert.Contains("the old way", (await _mcp.CallAsync("docs__x")).Text, StringComparison.Ordinal);
        Assert.Contains(site.Requests, request => request.Path == "/messages?session=7");
    }

    [Theory]
    [InlineData("http://192.0.2.1/elsewhere")]
    [InlineData("//192.0.2.1/elsewhere")]
    public async Task Messages_and_their_token_go_to_no_other_host_than_the_configured_one(string endpoint)
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(async (_, reply) =>
        {
            await reply.StreamAsync();
            await reply.EventAsync(endpoint, "endpoint");
            await Task.Delay(Timeout.Infinite, reply.Stopping);
        });
        _mcp.Configure(McpFixture.Of(site) with { Transport = "sse" });

        Assert.Empty(await _mcp.NamesAsync());
        Assert.Equal("docs names an address for messages that is not its own", Assert.Single(_mcp.Servers.Problems));
    }

    [Theory]
    [InlineData("401 Unauthorized", "", "answered HTTP 401. Check mcp.servers.docs.headers")]
    [InlineData("302 Found", "Location: http://192.0.2.1/\r\n", "It redirects to http://192.0.2.1/")]
    [InlineData("500 Internal Server Error", "", "answered HTTP 500")]
    public async Task A_refusal_says_what_to_look_at(string status, string headers, string expected)
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start((_, reply) => reply.StatusAsync(status, headers));
        _mcp.Configure(McpFixture.Of(site));

        Assert.Empty(await _mcp.NamesAsync());
        Assert.Contains(expected, Assert.Single(_mcp.Servers.Problems), StringComparison.Ordinal);
        Assert.Single(site.Requests);
    }

    [Fact]
    public async Task A_web_page_is_no_server_and_a_closed_port_says_so()
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start((_, reply) => reply.BodyAsync("<html>hello</html>", "text/html"));
        McpServerConfig closed = new() { Name = "closed", Url = "http://127.0.0.1:1/mcp", Transport = "streamable-http" };
        _mcp.Configure(McpFixture.Of(site), closed);

        Assert.Empty(await _mcp.NamesAsync());
        Assert.Contains(_mcp.Servers.Problems, problem => problem.Contains("is no MCP: is http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(_mcp.Servers.Problems, problem => problem.StartsWith("closed cannot be reached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_of_ten_megabytes_fails_its_call()
    {
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(
            ScriptedMcpProgram.Tool("x"), (request, reply) => reply.ResultAsync(request, Text(new string('x', 10 * 1024 * 1024))));
        _mcp.Configure(McpFixture.Of(site));

        ToolResult result = await _mcp.CallAsync("docs__x");

        Assert.True(result.IsError);
        Assert.Contains("more than 8 MiB", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_says_unasked_is_heard()
    {
        using SemaphoreSlim changed = new(0);
        int lists = 0;
        await using ScriptedMcpSite site = ScriptedMcpSite.Start(async (request, reply) =>
        {
            if (request.Method == "GET")
            {
                await reply.StreamAsync();
                await changed.WaitAsync(reply.Stopping);
                await reply.EventAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
                await Task.Delay(Timeout.Infinite, reply.Stopping);
            }

            await (request.RpcMethod switch
            {
                "initialize" => reply.ResultAsync(request, """{"protocolVersion":"2025-03-26","capabilities":{"tools":{"listChanged":true}}}"""),
                "tools/list" => reply.ResultAsync(request, Interlocked.Increment(ref lists) == 1 ? """{"tools":[{"name":"a"}]}""" : """{"tools":[{"name":"b"}]}"""),
                _ => reply.StatusAsync("202 Accepted"),
            });
        });
        _mcp.Configure(McpFixture.Of(site));
        Assert.Equal(["docs__a"], await _mcp.NamesAsync());

        changed.Release();

        await Eventually.HoldsAsync(() => _mcp.Registry.TryGet("docs__b", out _), "the new tool is there");
    }

    private static string Text(string text) => $$"""{"content":[{"type":"text","text":"{{text}}"}]}""";
}
