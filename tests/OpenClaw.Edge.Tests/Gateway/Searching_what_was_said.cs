using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.search</c>, <c>sessions.usage.timeseries</c>, <c>sessions.usage.logs</c>.</summary>
public sealed class Searching_what_was_said : WithClient
{
    [Fact]
    public async Task All_words_must_have_been_said_whatever_their_case()
    {
        await Client.ChatAsync("main", "the BLUE whale [text:It sings.]");
        await Client.ChatAsync("agent:main:other", "a blue sky [text:Nothing here.]");
        await Client.ChatAsync("agent:main:other", "blue, blue whales [text:ok]");

        JsonElement found = await Client.CallAsync("sessions.search", """{"query":" \"blue\" whale"}""");

        JsonElement[] hits = [.. found.GetProperty("results").EnumerateArray()];
        Assert.Equal(
            ["agent:main:main: the BLUE whale [text:It sings.]", "agent:main:other: blue, blue whales [text:ok]"],
            hits.Select(hit => $"{hit.GetProperty("sessionKey").GetString()}: {hit.GetProperty("snippet").GetString()}").Order(StringComparer.Ordinal));
        Assert.True(hits[0].GetProperty("score").GetDouble() >= hits[1].GetProperty("score").GetDouble());
        Assert.All(hits, hit => Assert.Equal("user", hit.GetProperty("role").GetString()));
        JsonElement hit = hits.Single(hit => hit.GetProperty("sessionKey").ValueEquals("agent:main:main"));
        JsonElement first = (await Client.CallAsync("chat.history", """{"sessionKey":"main"}""")).GetProperty("messages")[0];
        Assert.Equal(first.GetProperty("__openclaw").GetProperty("id").GetString(), hit.GetProperty("messageId").GetString());
        Assert.Equal(first.GetProperty("timestamp").GetInt64(), hit.GetProperty("timestamp").GetInt64());
        Assert.False(found.TryGetProperty("truncated", out _));
    }

    [Fact]
    public async Task What_says_it_more_and_shorter_comes_first_and_a_part_of_a_word_last()
    {
        foreach (string talk in (string[])["heron", "egret", "stork", "crane"])
        {
            await Client.ChatAsync("main", $"{talk} [text:A bird.]"); // so that the word is rare
        }

        await Client.ChatAsync("main", "the kingfishers that dive there [text:ok]");
        await Client.ChatAsync("main", "one kingfisher among many other words that say nothing of it at all [text:ok]");
        await Client.ChatAsync("main", "kingfisher, kingfisher [text:ok]");

        JsonElement[] hits = [.. (await Client.CallAsync("sessions.search", """{"query":"kingfisher"}""")).GetProperty("results").EnumerateArray()];

        Assert.Equal(["kingfisher, ", "one kingfish", "the kingfish"], hits.Select(hit => hit.GetProperty("snippet").GetString()![..12]));
        double[] scores = [.. hits.Select(hit => hit.GetProperty("score").GetDouble())];
        Assert.True(scores[0] > scores[1] && scores[1] > scores[2] && scores[2] > 0.1, string.Join(' ', scores));
    }

    [Fact]
    public async Task Sessions_can_be_named_or_picked_as_a_list_picks_them()
    {
        await Client.ChatAsync("main", "apple [text:one]");
        await Client.ChatAsync("agent:main:other", "apple [text:two]");
        await Client.ChatAsync("agent:main:third", "apple [text:three]");
        await Client.CallAsync("sessions.patch", """{"key":"agent:main:third","label":"Garden"}""");

        Assert.Equal(["agent:main:other"], await KeysAsync("""{"query":"apple","sessionKeys":["agent:main:other"]}"""));
        Assert.Equal(["agent:main:third"], await KeysAsync("""{"query":"apple","scope":{"label":"Garden"}}"""));
        Assert.Equal(3, (await KeysAsync("""{"query":"apple","scope":{}}""")).Length);
        JsonElement scoped = await Client.CallAsync("sessions.search", """{"query":"apple","scope":{"label":"Garden"}}""");
        Assert.Equal("Garden", Assert.Single(scoped.GetProperty("sessions").EnumerateArray()).GetProperty("label").GetString());
        JsonElement one = await Client.CallAsync("sessions.search", """{"query":"apple","limit":1}""");
        Assert.Equal((1, true), (one.GetProperty("results").GetArrayLength(), one.GetProperty("truncated").GetBoolean()));
        Assert.Empty(await KeysAsync("""{"query":"apple","agentId":"nobody"}"""));
        Assert.Empty(await KeysAsync("""{"query":"?!"}"""));
    }

    [Theory]
    [InlineData("{}", "must have required property 'query'")]
    [InlineData("""{"query":"  "}""", "query must not be empty")]
    [InlineData("""{"query":"x","limit":26}""", "at /limit: must be <= 25")]
    [InlineData("""{"query":"x","agentId":"main"}""", "agentId requires sessionKeys")]
    [InlineData("""{"query":"x","sessionKeys":[]}""", "at /sessionKeys: must not have fewer than 1 items")]
    [InlineData("""{"query":"x","sessionKeys":["agent:main:a","agent:ghost:b"]}""", "ghost")]
    [InlineData("""{"query":"x","scope":{},"agentId":"main"}""", "invalid sessions.search params")]
    public async Task A_wrong_search_is_explained(string parameters, string expected) =>
        Assert.Contains(expected, await RefusalAsync("sessions.search", parameters), StringComparison.Ordinal);

    [Fact]
    public async Task A_transcript_is_told_as_numbers_and_as_lines()
    {
        await Client.ChatAsync("main", "[tool:read notes.txt] look [text:done]");
        await Client.ChatAsync("main", "again [text:Hello.]");

        JsonElement series = await Client.CallAsync("sessions.usage.timeseries", """{"key":"main"}""");
        JsonElement[] points = [.. series.GetProperty("points").EnumerateArray()];
        Assert.Equal(3, points.Length); // the call, its answer, the second turn
        Assert.Equal(
            points.Sum(point => point.GetProperty("totalTokens").GetInt64()), points[^1].GetProperty("cumulativeTokens").GetInt64());
        Assert.All(points, point => Assert.True(point.GetProperty("totalTokens").GetInt64() > 0));
        JsonElement[] logs = [.. (await Client.CallAsync("sessions.usage.logs", """{"key":"main"}""")).GetProperty("logs").EnumerateArray()];
        Assert.Equal(["user", "assistant", "toolResult", "assistant", "user", "assistant"], logs.Select(line => line.GetProperty("role").GetString()));
        Assert.Contains("[Tool: read]", logs[1].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("[Tool: read]\n[Tool Result]\n", logs[2].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("Hello.", logs[5].GetProperty("content").GetString());
        Assert.Equal(points[2].GetProperty("totalTokens").GetInt64(), logs[5].GetProperty("tokens").GetInt64());
        Assert.Equal(1, (await Client.CallAsync("sessions.usage.logs", """{"key":"main","limit":1}""")).GetProperty("logs").GetArrayLength());
    }

    [Fact]
    public async Task Sessions_that_are_not_there_have_no_series()
    {
        for (int i = 0; i < 5; i++)
        {
            await Client.ChatAsync("main", "go [text:ok]");
        }

        Assert.Equal(5, (await Client.CallAsync("sessions.usage.timeseries", """{"key":"main"}""")).GetProperty("points").GetArrayLength());
        Assert.Contains("key is required for timeseries", await RefusalAsync("sessions.usage.timeseries", "{}"), StringComparison.Ordinal);
        Assert.Contains("key is required for logs", await RefusalAsync("sessions.usage.logs", "{}"), StringComparison.Ordinal);
        Assert.Contains("No transcript found for session: nowhere", await RefusalAsync("sessions.usage.timeseries", """{"key":"nowhere"}"""), StringComparison.Ordinal);
        Assert.Equal(0, (await Client.CallAsync("sessions.usage.logs", """{"key":"nowhere"}""")).GetProperty("logs").GetArrayLength());
    }

    private async Task<string[]> KeysAsync(string parameters) =>
        [.. (await Client.CallAsync("sessions.search", parameters)).GetProperty("results").EnumerateArray()
            .Select(hit => hit.GetProperty("sessionKey").GetString()!).Distinct(StringComparer.Ordinal)];
}
