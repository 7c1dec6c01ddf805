using System.Net;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Fuzz;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Fuzz;

/// <summary>Spoiled bodies to the HTTP API: every one is answered, none as a fault of the gateway. 1,000 each in an ordinary run, 10,000
/// with <c>EDGE_FUZZ=full</c>.</summary>
[Collection(Alone.Name)]
public sealed class Answers_bad_bodies : IAsyncLifetime
{
    private const int Callers = 8;

    private ScriptedModelServer model = null!;
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        model = ScriptedModelServer.Start();
        home = new GatewayHome(model.BaseUri, "gateway: { auth: { mode: 'token', token: 'test-8f14e45fceea167a5a36dedd4bea2543' }, http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } },");
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        home.Dispose();
        await model.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/responses")]
    public async Task Each_body_has_an_answer(string path)
    {
        IReadOnlyList<string> corpus = path.EndsWith("responses", StringComparison.Ordinal) ? FrameCorpus.ResponseBodies : FrameCorpus.ChatBodies;
        int each = FuzzCount.Of(1_000, 10_000) / Callers;
        int[][] statuses = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => PostAsync(path, new JsonMutator(FuzzCount.Seed + caller, corpus, 64 * 1024), each)));

        HashSet<int> seen = [.. statuses.SelectMany(some => some)];
        Assert.Contains(200, seen);
        Assert.Contains(400, seen);
    }

    private async Task<int[]> PostAsync(string path, JsonMutator bodies, int count)
    {
        int[] statuses = new int[count];
        for (int i = 0; i < count; i++)
        {
            byte[] body = bodies.Next(out _);
            using HttpResponseMessage response = await Guard.Within(gateway.SendAsync(HttpMethod.Post, path, change: request =>
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new("application/json");
            }));
            string text = await response.Content.ReadAsStringAsync();
            string told = $"{response.StatusCode}: {text}\nfor: {Encoding.UTF8.GetString(body)}";
            Assert.True((int)response.StatusCode < 500 || IsTheModels(response.StatusCode, text), told);
            if (response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                using JsonDocument document = JsonDocument.Parse(text);
                Assert.True(response.IsSuccessStatusCode || document.RootElement.GetProperty("error").GetProperty("message").GetString()!.Length > 0, told);
            }

            statuses[i] = (int)response.StatusCode;
        }

        return statuses;
    }

    // what a model server makes of odd values is not the gateway's fault, and is told as such
    private static bool IsTheModels(HttpStatusCode status, string text) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable && !text.Contains("internal", StringComparison.OrdinalIgnoreCase);
}
