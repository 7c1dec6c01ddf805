using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>question.request</c>, <c>.list</c>, <c>.get</c>, <c>.resolve</c>, <c>.waitAnswer</c> and their events.</summary>
public sealed class Questions_over_the_wire : WithClient
{
    private const string Color = """[{"questionId":"color","header":"Color","question":"Which color?","options":[{"label":"Red"},{"label":"Blue"}]}]""";

    [Fact]
    public async Task A_question_is_told_listed_and_answered_once()
    {
        await using GatewayTestClient asker = await Gateway.ConnectAsync();
        JsonElement asked = await asker.CallAsync("question.request", $$"""{"id":"q-1","questions":{{Color}},"sessionKey":"main","runId":"run-1"}""");
        JsonElement told = await EventAsync("question.requested");
        JsonElement listed = Assert.Single((await Client.CallAsync("question.list")).GetProperty("questions").EnumerateArray());
        Task<JsonElement> waited = asker.CallAsync("question.waitAnswer", """{"id":"q-1","includeResolutionId":true}""");

        JsonElement answer = await Client.CallAsync(
            "question.resolve", """{"id":"q-1","answers":{"answers":{"color":["Red"]}},"resolvedBy":"Ann","resolutionId":"mine"}""");
        JsonElement ended = await EventAsync("question.resolved");

        Assert.Equal("q-1", asked.GetProperty("id").GetString());
        Assert.Equal(told.GetRawText(), listed.GetRawText());
        Assert.Equal(("agent:main:main", "main", "run-1", "pending"), (
            told.GetProperty("sessionKey").GetString(), told.GetProperty("agentId").GetString(),
            told.GetProperty("runId").GetString(), told.GetProperty("status").GetString()));
        Assert.Equal(Color, told.GetProperty("questions").GetRawText());
        Assert.Equal(900_000, told.GetProperty("expiresAtMs").GetInt64() - told.GetProperty("createdAtMs").GetInt64());
        Assert.Equal("""{"status":"answered","answers":{"answers":{"color":["Red"]}}}""", answer.GetRawText());
        Assert.Equal("""{"status":"answered","answers":{"answers":{"color":["Red"]}},"resolutionId":"mine"}""", (await waited).GetRawText());
        Assert.Equal("""{"id":"q-1","status":"answered","answers":{"answers":{"color":["Red"]}}}""", ended.GetRawText());
        Assert.Equal(
            "Ann", (await Client.CallAsync("question.get", """{"id":"q-1"}""")).GetProperty("question").GetProperty("resolvedBy").GetString());
        GatewayCallException late = await RefusedAsync("question.resolve", """{"id":"q-1","cancel":true}""");
        Assert.Contains("question 'q-1' is already answered", late.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await Client.CallAsync("question.list")).GetProperty("questions").GetArrayLength());
    }

    [Fact]
    public async Task What_a_turn_asks_is_told_to_a_person_and_its_answer_goes_on_with_the_turn()
    {
        using RawSocket person = await RawSocket.ConnectAsync(
            Gateway.BaseUri, Home.Token, "\"operator.read\",\"operator.write\",\"operator.questions\"", "\"questions\"");
        Task<ChatTurn> turn = Client.ChatAsync(
            "main", """go [tool:ask_user {"questions":[{"id":"color","header":"Color","question":"Which?","options":[{"label":"Red"},{"label":"Blue"}]}]}] [text:Painted.]""");
        JsonElement asked = (await person.NextAsync("question.requested")).GetProperty("payload");
        string id = asked.GetProperty("id").GetString()!;
        JsonElement listed = Assert.Single((await person.CallAsync("question.list")).GetProperty("payload").GetProperty("questions").EnumerateArray());
        await person.CallAsync("question.resolve", "{\"id\":\"" + id + "\",\"answers\":{\"answers\":{\"color\":[\"Blue\"]}}}");

        Assert.Equal("Painted.", (await turn).Final);
        Assert.Equal(("agent:main:main", id), (asked.GetProperty("sessionKey").GetString(), listed.GetProperty("id").GetString()));
        Assert.True(asked.TryGetProperty("runId", out _));
        JsonElement history = await Client.CallAsync("chat.history", """{"sessionKey":"main"}""");
        Assert.Contains("Color: Blue", history.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_anybody_who_could_answer_a_turn_goes_on_at_once()
    {
        ChatTurn turn = await Client.ChatAsync(
            "main", """go [tool:ask_user {"questions":[{"id":"color","header":"Color","question":"Which?","options":[{"label":"Red"},{"label":"Blue"}]}]}] [text:My choice then.]""");

        Assert.Equal("My choice then.", turn.Final);
        JsonElement history = await Client.CallAsync("chat.history", """{"sessionKey":"main"}""");
        Assert.Contains("Nobody is connected who could answer", history.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, (await Client.CallAsync("question.list")).GetProperty("questions").GetArrayLength());
    }

    [Fact]
    public async Task A_question_is_taken_back()
    {
        await Client.CallAsync("question.request", $$"""{"id":"q-1","questions":{{Color}}}""");

        Assert.Equal("""{"status":"cancelled"}""", (await Client.CallAsync("question.resolve", """{"id":"q-1","cancel":true}""")).GetRawText());

        Assert.Equal("""{"id":"q-1","status":"cancelled"}""", (await EventAsync("question.resolved")).GetRawText());
        Assert.Equal("""{"status":"cancelled"}""", (await Client.CallAsync("question.waitAnswer", """{"id":"q-1"}""")).GetRawText());
    }

    [Fact]
    public async Task Silence_ends_it()
    {
        await Client.CallAsync("question.request", $$"""{"id":"q-1","questions":{{Color}},"timeoutMs":40}""");

        Assert.Equal("""{"status":"expired"}""", (await Client.CallAsync("question.waitAnswer", """{"id":"q-1"}""")).GetRawText());
        Assert.Equal("""{"id":"q-1","status":"expired"}""", (await EventAsync("question.resolved")).GetRawText());
    }

    [Fact]
    public async Task Who_waits_a_while_is_told_that_nobody_has_answered()
    {
        await Client.CallAsync("question.request", $$"""{"id":"q-1","questions":{{Color}}}""");

        Assert.Equal("""{"status":"pending"}""", (await Client.CallAsync("question.waitAnswer", """{"id":"q-1","timeoutMs":20}""")).GetRawText());
    }

    [Fact]
    public async Task Only_those_with_the_scope_ask_and_are_told()
    {
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read", "operator.write");
        await Client.CallAsync("question.request", $$"""{"id":"q-1","questions":{{Color}}}""");
        await EventAsync("question.requested");

        Assert.Contains("missing scope: operator.questions", (await RefusedAsync(reader, "question.list")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(reader.Events, frame => frame.GetProperty("event").GetString()!.StartsWith("question.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("question.request", "{}", "must have required property 'questions'")]
    [InlineData("question.request", """{"questions":[]}""", "at /questions: must not have fewer than 1 items")]
    [InlineData("question.request", """{"questions":[{"questionId":"a","header":"h","question":"q","options":[{"label":"x"}]}]}""", "question 'a' must have either no options or 2 to 4 options")]
    [InlineData("question.request", """{"questions":[{"questionId":"a","header":"h","question":"q","options":[],"isSecret":true}]}""", "secret questions are not supported yet")]
    [InlineData("question.request", """{"questions":[{"questionId":"a","header":"h","question":"q","options":[],"isSecret":true,"secretStore":{"name":"K"}}]}""", "at /questions/0/secretStore: must have required property 'kind'")]
    [InlineData("question.request", """{"questions":[{"questionId":"a","header":"h","question":"q","options":[],"secretStore":{"name":"lower","kind":"env"}}]}""", "at /questions/0/secretStore/name: must match pattern")]
    [InlineData("question.request", """{"questions":[{"questionId":"a","header":"h","question":"q","options":[],"secretStore":{"name":"K","kind":"secret"}}]}""", "secret store questions require trusted agent runtime authority")]
    [InlineData("question.request", """{"questions":[{"questionId":"a","header":"h","question":"q","options":[]}],"sessionKey":"agent::x"}""", "invalid session key")]
    [InlineData("question.resolve", "{}", "must have required property 'id'")]
    [InlineData("question.get", """{"id":"nope"}""", "question 'nope' was not found")]
    [InlineData("question.waitAnswer", """{"id":"nope"}""", "question 'nope' was not found")]
    [InlineData("question.resolve", """{"id":"nope","cancel":true}""", "question 'nope' was not found")]
    [InlineData("question.resolve", """{"id":"q-1"}""", "invalid question.resolve params")]
    [InlineData("question.resolve", """{"id":"q-1","cancel":true,"answers":{"answers":{}}}""", "invalid question.resolve params")]
    [InlineData("question.resolve", """{"id":"q-1","answers":{"color":["Red"]}}""", "invalid question.resolve params")]
    [InlineData("question.resolve", """{"id":"q-1","answers":{"answers":{"color":"Red"}}}""", "invalid question.resolve params")]
    [InlineData("question.resolve", """{"id":"q-1","answers":{"answers":{"color":["Green"]}}}""", "question 'color' contains an unknown option")]
    [InlineData("question.list", """{"x":1}""", "unexpected property 'x'")]
    public async Task A_wrong_call_is_explained(string method, string parameters, string expected)
    {
        await Client.CallAsync("question.request", $$"""{"id":"q-1","questions":{{Color}}}""");

        Assert.Contains(expected, await RefusalAsync(method, parameters), StringComparison.Ordinal);
        Assert.Contains("question 'q-1' already exists", await RefusalAsync("question.request", $$"""{"id":"q-1","questions":{{Color}}}"""), StringComparison.Ordinal);
        Assert.Equal(1, (await Client.CallAsync("question.list")).GetProperty("questions").GetArrayLength());
    }

    private async Task<JsonElement> EventAsync(string name) =>
        (await Client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals(name))).GetProperty("payload");
}
