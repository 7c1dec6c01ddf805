using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Models, their keys and whether they answer, as pickers and lists of the original's clients ask.</summary>
public sealed class Lists_what_it_can_use() : WithGateway("")
{
    [Fact]
    public async Task Rows_tell_what_pickers_show()
    {
        string address = Model.BaseUri.GetLeftPart(UriPartial.Authority);
        Home.WriteRawConfig($$"""
            {
              models: { mode: 'replace', providers: {
                lab: { baseUrl: '{{address}}', api: 'ollama', models: [{ id: 'scripted:8b' }, { id: 'small:3b' }] },
                labopen: { baseUrl: '{{address}}/v1', api: 'openai-completions', models: [{ id: 'scripted:8b' }] },
              } },
              agents: { defaults: { model: { primary: 'lab/scripted:8b', fallbacks: ['labopen/scripted:8b'] }, models: { 'lab/small:3b': { alias: 'tiny' } } } },
              {{Home.Gateway()}}
            }
            """);
        await RestartAsync();
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement all = await client.CallAsync("models.list");
        JsonElement lab = await client.CallAsync("models.list", """{"provider":" Lab ","includeDetails":true,"includeProviderCapabilities":true}""");
        JsonElement settings = await client.CallAsync("models.list", """{"view":"provider-config","provider":"lab"}""");

        Assert.Equal("default", Texts(Row(all, "lab/scripted:8b").GetProperty("tags"))[0]);
        Assert.Equal(["fallback#1"], Texts(Row(all, "labopen/scripted:8b").GetProperty("tags")));
        Assert.False(Row(all, "lab/small:3b").TryGetProperty("tags", out _));
        Assert.Equal("tiny", Row(all, "lab/small:3b").GetProperty("alias").GetString());
        Assert.All(all.GetProperty("models").EnumerateArray(), row => Assert.True(row.GetProperty("available").GetBoolean()));
        Assert.False(all.TryGetProperty("pendingProviders", out _));
        Assert.False(all.TryGetProperty("providerOutcomes", out _));
        Assert.All(lab.GetProperty("models").EnumerateArray(), row => Assert.Equal("lab", row.GetProperty("provider").GetString()));
        JsonElement detailed = Row(lab, "lab/scripted:8b");
        Assert.Equal(["text"], Texts(detailed.GetProperty("input")));
        Assert.True(detailed.GetProperty("local").GetBoolean());
        Assert.False(detailed.GetProperty("apiKeySupported").GetBoolean());
        Assert.Equal(["text"], Texts(Row(settings, "lab/scripted:8b").GetProperty("input")));
        Assert.False(Row(settings, "lab/scripted:8b").TryGetProperty("local", out _));
        Assert.False(Row(all, "lab/scripted:8b").TryGetProperty("input", out _));
    }

    [Theory]
    [InlineData("""{"view":"configured"}""", true, false)]
    [InlineData("""{"view":"configured","includeDefaultModels":false}""", false, false)]
    [InlineData("""{"includeDefaultModels":true}""", true, false)]
    [InlineData("""{"view":"configured","sessionKey":"main"}""", false, true)]
    [InlineData("""{"view":"provider-config","sessionKey":"main"}""", false, false)]
    [InlineData("""{"preparedOnly":true}""", false, false)]
    public async Task What_is_asked_for_beside_the_rows_is_told(string parameters, bool defaults, bool account)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement list = await client.CallAsync("models.list", parameters);
        Assert.Equal(defaults, list.TryGetProperty("defaultModels", out _));
        Assert.Equal(account ? "automatic" : null, list.TryGetProperty("accountSelection", out JsonElement selection) ? selection.GetProperty("kind").GetString() : null);
        Assert.NotEqual(0, list.GetProperty("models").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"preparedOnly":true,"refresh":true}""", "INVALID_REQUEST", "invalid models.list params: must not be valid")]
    [InlineData("""{"sessionKey":"main","authProfileId":"lab:default"}""", "INVALID_REQUEST", "invalid models.list params: must not be valid")]
    [InlineData("""{"authProfileId":"lab:default"}""", "FORBIDDEN", "This account action requires a current authorized connection; reconnect and try again.")]
    [InlineData("""{"agentId":"ghost"}""", "INVALID_REQUEST", "unknown agent id \"ghost\"")]
    [InlineData("""{"provider":"nope"}""", "UNAVAILABLE", "Error: Unknown model catalog provider. Use a provider id from the installed plugins or configured providers.")]
    [InlineData("""{"provider":""}""", "INVALID_REQUEST", "invalid models.list params: at /provider: must not have fewer than 1 characters")]
    public async Task What_cannot_be_listed_is_refused_in_the_originals_words(string parameters, string code, string message)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        GatewayCallException refused = await RefusedAsync(client, "models.list", parameters);
        Assert.Equal((code, $"{code}: {message}"), (refused.Code, refused.Message));
        Assert.Empty((await client.CallAsync("models.list", """{"provider":"openai"}""")).GetProperty("models").EnumerateArray());
    }

    [Fact]
    public async Task A_server_that_has_gone_takes_its_models_out_of_use()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.CallAsync("models.list");
        await Model.GoAwayAsync();
        JsonElement gone = await ListUntilAsync(client, available: false);
        Model.Return();
        JsonElement back = await ListUntilAsync(client, available: true);

        Assert.Contains("""{"provider":"lab","status":"unavailable"}""", gone.GetProperty("providerOutcomes").GetRawText());
        Assert.False(back.TryGetProperty("providerOutcomes", out _));
    }

    [Fact]
    public async Task Keys_are_told_by_where_they_come_from_and_never_themselves()
    {
        Home.MoreVariables["GROQ_API_KEY"] = "sesame-of-the-environment";
        string address = Model.BaseUri.GetLeftPart(UriPartial.Authority);
        Home.WriteRawConfig($$"""{ models: { providers: { lab: { baseUrl: '{{address}}', api: 'ollama', models: [{ id: 'scripted:8b' }] }, keyed: { baseUrl: '{{address}}/v1', api: 'openai-completions', apiKey: 'sesame-of-the-file', models: [{ id: 'scripted:8b' }] } } }, {{Home.Gateway()}} }""");
        await RestartAsync();
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement status = await client.CallAsync("models.authStatus");

        Assert.Equal(
            """[{"provider":"keyed","authProvider":"keyed","displayName":"keyed","status":"static","profiles":[],"apiKey":{"source":"config"}},{"provider":"groq","authProvider":"groq","displayName":"groq","status":"static","profiles":[],"apiKey":{"source":"env","envVar":"GROQ_API_KEY"}}]""",
            status.GetProperty("providers").GetRawText());
        Assert.DoesNotContain("sesame", status.GetRawText());
        Assert.DoesNotContain("loginOptions", status.GetRawText());
        Assert.Contains("""{"provider":"lab","apiKeySupported":false,"quickApiKeySetup":false}""", status.GetProperty("providerCapabilities").GetRawText());
        GatewayCallException refused = await RefusedAsync(client, "models.authStatus", """{"agentId":"ghost"}""");
        Assert.EndsWith("unknown agent id \"ghost\"", refused.Message);
        Assert.Equal("Configured credential · keyed/scripted:8b", Probed(await client.CallAsync("models.probe", """{"provider":"keyed"}""")).GetProperty("label").GetString());
    }

    [Fact]
    public async Task A_probe_asks_one_short_question()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement good = await client.CallAsync("models.probe", """{"provider":" LAB "}""");
        ScriptedRequest question = Model.ChatRequests[^1];
        Model.Enqueue(ModelAnswer.Fail(401));
        JsonElement refused = await client.CallAsync("models.probe", """{"provider":"lab"}""");
        JsonElement nobody = await client.CallAsync("models.probe", """{"provider":"nope"}""");
        JsonElement profile = await client.CallAsync("models.probe", """{"provider":"lab","profileId":"lab:default"}""");

        Assert.Equal("ok", good.GetProperty("status").GetString());
        Assert.False(good.TryGetProperty("error", out _));
        Assert.True(good.GetProperty("latencyMs").GetInt64() >= 0);
        Assert.Equal("Provider configuration · lab/scripted:8b", Probed(good).GetProperty("label").GetString());
        Assert.Equal("scripted:8b", question.Json.GetProperty("model").GetString());
        Assert.Equal("auth", refused.GetProperty("status").GetString());
        Assert.Equal("Authentication failed.", Probed(refused).GetProperty("error").GetString());
        Assert.Equal("""{"provider":"nope","status":"unknown","error":"No probe targets are available for this provider.","results":[]}""", nobody.GetRawText());
        Assert.Equal(0, profile.GetProperty("results").GetArrayLength());
        Assert.EndsWith("provider and profileId must not be blank", (await RefusedAsync(client, "models.probe", """{"provider":" "}""")).Message);
        Assert.EndsWith("unknown agent id \"ghost\"", (await RefusedAsync(client, "models.probe", """{"provider":"lab","agentId":"ghost"}""")).Message);
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read");
        Assert.Contains("operator.admin", (await RefusedAsync(reader, "models.probe", """{"provider":"lab"}""")).Message);
    }

    [Theory]
    [InlineData("send", """{"to":"1","message":"x","idempotencyKey":"a"}""", "Error: Channel is required (no configured channels detected).")]
    [InlineData("send", """{"to":"1","message":"x","channel":" Nope ","idempotencyKey":"a"}""", "unsupported channel: nope")]
    [InlineData("send", """{"to":"1","message":"x","channel":"webchat","idempotencyKey":"a"}""", "unsupported channel: webchat (internal-only).")]
    [InlineData("send", """{"to":"1","idempotencyKey":"a"}""", "invalid send params: text or media is required")]
    [InlineData("send", """{"to":"1","mediaUrls":["x"],"idempotencyKey":"a"}""", "Error: Channel is required")]
    [InlineData("poll", """{"to":"1","question":"q","options":["a","b"],"idempotencyKey":"a"}""", "Error: Channel is required")]
    [InlineData("poll", """{"to":"1","question":"q","options":["a"],"idempotencyKey":"a"}""", "invalid poll params: at /options: must not have fewer than 2 items")]
    [InlineData("poll", """{"to":"1","question":"q","options":["1","2","3","4","5","6","7","8","9","10","11","12","13"],"idempotencyKey":"a"}""", "invalid poll params: at /options: must not have more than 12 items")]
    [InlineData("message.action", """{"channel":"nope","action":"react","params":{},"idempotencyKey":"a"}""", "Channel nope does not support action react.")]
    [InlineData("channels.pairing.list", """{"channel":"nope"}""", "Error: unknown pairing channel: nope")]
    [InlineData("channels.pairing.approve", """{"channel":"nope","accountId":"a","requestId":"r"}""", "Error: unknown pairing channel: nope")]
    [InlineData("channels.pairing.dismiss", """{"channel":"nope"}""", "invalid channels.pairing.dismiss params: must have required property 'accountId'")]
    [InlineData("update.runs.get", """{"runId":"nope"}""", "invalid update.runs.get params: at /runId: must match pattern")]
    public async Task Messengers_and_updates_that_are_not_here_are_told_as_the_original_does(string method, string parameters, string problem)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        GatewayCallException refused = await RefusedAsync(client, method, parameters);
        Assert.Equal("INVALID_REQUEST", refused.Code);
        Assert.StartsWith($"INVALID_REQUEST: {problem}", refused.Message);
        string[] told = Texts(client.Hello.GetProperty("features").GetProperty("methods"));
        Assert.DoesNotContain("send", told);
        Assert.DoesNotContain("channels.pairing.approve", told);
        Assert.Equal(
            """{"accounts":[],"requests":[],"commandOwnerConfigured":false,"limits":{"pendingPerAccount":3,"ttlMs":3600000}}""",
            (await client.CallAsync("channels.pairing.list")).GetRawText());
        Assert.Equal("""{"run":null}""", (await client.CallAsync("update.runs.get", """{"runId":"6f1c1f1e-3e0c-4c57-9f0f-3c9a4c1b2d3e"}""")).GetRawText());
        Assert.False((await client.CallAsync("update.hold")).GetProperty("ok").GetBoolean());
    }

    // A question that was on its way before counts as one, too.
    private static Task<JsonElement> ListUntilAsync(GatewayTestClient client, bool available) => Eventually.IsAsync(
        () => client.CallAsync("models.list", """{"refresh":true,"provider":"lab"}"""),
        list => list.GetProperty("models").EnumerateArray().All(row => row.GetProperty("available").GetBoolean() == available));

    private static JsonElement Row(JsonElement list, string modelRef) =>
        list.GetProperty("models").EnumerateArray().Single(row => $"{row.GetProperty("provider").GetString()}/{row.GetProperty("id").GetString()}" == modelRef);

    private static JsonElement Probed(JsonElement answer) => Assert.Single(answer.GetProperty("results").EnumerateArray());
}
