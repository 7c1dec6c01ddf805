using System.Net;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class EmbeddingsTests
{
    [Fact]
    public async Task A_call_to_an_openai_compatible_server_goes_there_as_it_is()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.PostAsync(
            "/v1/embeddings", """{"input":["a","b"], "model":"local/nomic-embed-text:latest"}""");
        JsonElement body = await HttpHost.JsonOf(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, body.GetProperty("data").GetArrayLength());
        Assert.Equal(8, body.GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
        ScriptedRequest seen = host.Models.Requests.Single(request => request.Path == "/v1/embeddings");
        Assert.Equal("""{"input":["a","b"], "model":"nomic-embed-text:latest"}""", seen.BodyText);
    }

    [Fact]
    public async Task An_agent_selector_means_the_gateways_embedding_model()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.PostAsync("/v1/embeddings", """{"input":"a","model":"openclaw"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            """{"input":"a","model":"nomic-embed-text:latest"}""",
            host.Models.Requests.Single(request => request.Path == "/v1/embeddings").BodyText);
    }

    [Theory]
    [InlineData("""{"model":"local/e"}""")]
    [InlineData("""{"model":"local/e","input":""}""")]
    [InlineData("""{"model":"local/e","input":[]}""")]
    [InlineData("""{"model":"local/e","input":[1,2]}""")]
    [InlineData("""{"model":"local/e","input":"\ud83d"}""")]
    public async Task An_input_that_is_no_text_is_refused(string body)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync("/v1/embeddings", body)).StatusCode);
        Assert.Empty(host.Models.Requests);
    }

    [Theory]
    [InlineData(129, 1)]
    [InlineData(1, 8193)]
    [InlineData(9, 8192)]
    public async Task The_originals_limits_hold(int inputs, int chars)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string texts = string.Join(',', Enumerable.Repeat($"\"{new string('x', chars)}\"", inputs));
        using HttpResponseMessage response =
            await host.PostAsync("/v1/embeddings", $$"""{"model":"local/e","input":[{{texts}}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
