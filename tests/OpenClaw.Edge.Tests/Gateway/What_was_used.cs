using System.Globalization;
using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>sessions.usage</c> and <c>usage.cost</c>: messages, tools, days, and what a day is.</summary>
public sealed class What_was_used : WithClient
{
    [Fact]
    public async Task Messages_and_tools_are_counted_across_resets()
    {
        await Client.ChatAsync("main", "[tool:read notes.txt] look [text:done]");
        await Client.CallAsync("sessions.reset", """{"key":"main"}""");
        await Client.ChatAsync("main", "again [text:Hello.]");

        JsonElement answer = await Client.CallAsync("sessions.usage", """{"key":"main"}""");
        JsonElement session = Assert.Single(answer.GetProperty("sessions").EnumerateArray());
        JsonElement usage = session.GetProperty("usage");
        JsonElement counts = usage.GetProperty("messageCounts");
        JsonElement all = answer.GetProperty("aggregates");

        Assert.Equal((2, 3, 1, 1, 1), (Int(counts, "user"), Int(counts, "assistant"), Int(counts, "toolCalls"), Int(counts, "toolResults"), Int(counts, "errors")));
        Assert.Equal(5, Int(counts, "total"));
        JsonElement tool = Assert.Single(usage.GetProperty("toolUsage").GetProperty("tools").EnumerateArray());
        Assert.Equal(("read", 1), (tool.GetProperty("name").GetString(), Int(tool, "count")));
        Assert.Equal((1, 5, 1), (Int(all, "sessionCount"), Int(all.GetProperty("messages"), "total"), Int(all.GetProperty("tools"), "totalCalls")));
        Assert.Equal(3, Int(usage.GetProperty("latency"), "count"));
        Assert.True(Int(usage.GetProperty("latency"), "minMs") <= Int(usage.GetProperty("latency"), "maxMs"));
        Assert.Equal(Int(usage, "totalTokens"), usage.GetProperty("utcQuarterHourTokenUsage").EnumerateArray().Sum(quarter => Int(quarter, "totalTokens")));
        Assert.Equal(Int(usage, "totalTokens"), usage.GetProperty("dailyBreakdown").EnumerateArray().Sum(day => Int(day, "tokens")));
        Assert.Equal("instance", session.GetProperty("scope").GetString());
        JsonElement points = await Client.CallAsync("sessions.usage.timeseries", """{"key":"main"}""");
        Assert.Equal(3, points.GetProperty("points").GetArrayLength());
        JsonElement logs = await Client.CallAsync("sessions.usage.logs", """{"key":"main"}""");
        Assert.Equal(6, logs.GetProperty("logs").GetArrayLength());
    }

    [Fact]
    public async Task A_session_in_which_nothing_was_used_is_there_and_a_deleted_one_stays_on_the_bill()
    {
        await Client.CallAsync("sessions.create", """{"key":"quiet"}""");
        await Client.ChatAsync("gone", "hi");
        await Client.CallAsync("sessions.delete", """{"key":"gone"}""");

        JsonElement[] rows = [.. (await Client.CallAsync("sessions.usage")).GetProperty("sessions").EnumerateArray()];

        Assert.Equal(["agent:main:quiet", "agent:main:gone"], rows.Select(row => row.GetProperty("key").GetString()));
        JsonElement nothing = rows[0].GetProperty("usage");
        Assert.Equal((0, 0), (Int(nothing, "totalTokens"), Int(nothing.GetProperty("messageCounts"), "total")));
        Assert.False(nothing.TryGetProperty("dailyBreakdown", out _));
        Assert.True(Int(rows[1].GetProperty("usage"), "totalTokens") > 0);
        Assert.False(rows[1].TryGetProperty("sessionId", out _));
        Assert.Equal(0, (await Client.CallAsync("sessions.usage", """{"creatorKey":"somebody"}""")).GetProperty("sessions").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"startDate":"2026-13-01","endDate":"2026-12-01"}""", "invalid startDate: expected a valid YYYY-MM-DD calendar date")]
    [InlineData("""{"startDate":"2026-01-01"}""", "startDate and endDate must be provided together")]
    [InlineData("""{"startDate":"2026-02-01","endDate":"2026-01-01"}""", "startDate must not be after endDate")]
    [InlineData("""{"mode":"specific","timeZone":"Moon/Crater"}""", "invalid timeZone: expected a valid IANA time zone")]
    [InlineData("""{"mode":"specific","utcOffset":"UTC+15"}""", "invalid utcOffset: expected UTC-12:00 through UTC+14:00")]
    [InlineData("""{"agentScope":"all","agentId":"main"}""", "agentScope=all cannot be combined with agentId")]
    public async Task A_range_that_is_none_is_explained(string parameters, string expected) =>
        Assert.Equal($"INVALID_REQUEST: {expected}", await RefusalAsync("usage.cost", parameters));

    [Theory]
    [InlineData("""{"mode":"specific","utcOffset":"UTC+14"}""", 14)]
    [InlineData("""{"mode":"specific","utcOffset":"UTC-12"}""", -12)]
    [InlineData("""{"mode":"specific","timeZone":"Pacific/Kiritimati"}""", 14)]
    [InlineData("""{"mode":"utc"}""", 0)]
    public async Task A_day_is_what_the_asker_says(string parameters, int hours)
    {
        string before = Today(hours);
        await Client.ChatAsync("main", "hi");

        JsonElement answer = await Client.CallAsync("sessions.usage", parameters);
        JsonElement cost = await Client.CallAsync("usage.cost", parameters);

        string[] days = [before, Today(hours)]; // midnight may have passed
        Assert.Contains(answer.GetProperty("endDate").GetString(), days);
        Assert.Contains(Assert.Single(cost.GetProperty("daily").EnumerateArray()).GetProperty("date").GetString(), days);
        Assert.Equal(30, Int(cost, "days"));
    }

    [Fact]
    public async Task Ranges_have_names()
    {
        Assert.Equal(7, Int(await Client.CallAsync("usage.cost", """{"range":"7d"}"""), "days"));
        Assert.Equal(365, Int(await Client.CallAsync("usage.cost", """{"range":"1y","days":3}"""), "days"));
        Assert.True(Int(await Client.CallAsync("usage.cost", """{"range":"all"}"""), "days") > 20_000);
    }

    private static string Today(int hours) => TimeProvider.System.GetUtcNow().AddHours(hours).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Int(JsonElement from, string name) => from.GetProperty(name).GetInt64();
}
