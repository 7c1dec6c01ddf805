using System.Net;
using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class ModelsTests
{
    [Fact]
    public async Task The_list_holds_agents_and_every_model_of_every_server()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        JsonElement list = await HttpHost.JsonOf(await host.Client.GetAsync("/v1/models"));
        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal(
            ["openclaw", "openclaw/default", "openclaw/main", "openclaw/second", "local/scripted:8b", "local/small:3b", "local/nomic-embed-text:latest", "script/model", "demo/assistant"],
            list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal(
            """{"id":"openclaw","object":"model","created":0,"owned_by":"openclaw","permission":[]}""",
            list.GetProperty("data")[0].GetRawText());
    }

    [Theory]
    [InlineData("openclaw%2Fmain", "openclaw/main")]
    [InlineData("openclaw/main", "openclaw/main")]
    [InlineData("local%2Fscripted%3A8b", "local/scripted:8b")]
    [InlineData("local/scripted:8b?x=1", "local/scripted:8b")]
    public async Task One_model_is_found_by_its_id_however_it_is_written(string path, string id)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        JsonElement model = await HttpHost.JsonOf(await host.Client.GetAsync($"/v1/models/{path}"));
        Assert.Equal(id, model.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest, "Invalid model id.")]
    [InlineData("nobody%2Fx", HttpStatusCode.NotFound, "nobody/x")]
    [InlineData("local%252Fsmall", HttpStatusCode.NotFound, "local%2Fsmall")]
    public async Task A_model_that_is_not_there_is_said_so(string path, HttpStatusCode status, string message)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync($"/v1/models/{path}");
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(message, await response.Content.ReadAsStringAsync());
    }
}
